"""A GPU, through cupy. The only module that holds cupy arrays."""

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cupy
import numpy as np

from kernels.cuda.host.device import AbstractDevice, DeviceError, DeviceMemoryError
from kernels.cuda.host.nvrtc import cubin, load_nvrtc
from kernels.cuda.host.source import BuildSettings
from kernels.types import Array

OUT_OF_MEMORY = 2  # cudaErrorMemoryAllocation and CUDA_ERROR_OUT_OF_MEMORY, which cupy does not name


class CupyDevice(AbstractDevice):
    """One GPU, with a pool of memory of its own."""

    def __init__(self, index: int) -> None:
        self._device = cupy.cuda.Device(index)
        self._pool = cupy.cuda.MemoryPool()
        self._peak = 0
        self._modules: dict[BuildSettings, Any] = {}
        self._folder = tempfile.mkdtemp(prefix="unwind-")  # cupy reads a cubin when it is first used
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def name(self) -> str:
        """Model and number."""
        with self._at_work():
            properties = cupy.cuda.runtime.getDeviceProperties(self._device.id)
        return f"{properties['name'].decode()} (GPU {self._device.id})"

    def free_bytes(self) -> int:
        """What the driver has free, and what the pool holds and does not use; less where CUPY_GPU_MEMORY_LIMIT says."""
        with self._at_work():
            free, _ = cupy.cuda.runtime.memGetInfo()
            free += self._pool.free_bytes()
            limit = self._pool.get_limit()
            return int(min(free, limit - self._pool.used_bytes()) if limit else free)

    def peak_bytes(self) -> int:
        """See AbstractDevice."""
        return self._peak

    def wait(self) -> None:
        """See AbstractDevice."""
        with self._at_work():
            self._device.synchronize()

    def build(self, settings: BuildSettings) -> Any:
        """See AbstractDevice. Through a cubin, not PTX: an older driver refuses the PTX of a newer compiler."""
        if settings not in self._modules:
            with self._at_work():
                driver = cupy.cuda.runtime.driverGetVersion() // 1000
                capability = int(self._device.compute_capability)
            nvrtc = load_nvrtc(newest=driver)
            if nvrtc is None:
                raise DeviceError(f"no NVRTC of CUDA {driver} or earlier is installed; `unwind doctor` says more")
            path = Path(self._folder) / f"{len(self._modules)}.cubin"
            path.write_bytes(cubin(nvrtc, settings, capability))
            self._modules[settings] = cupy.RawModule(path=str(path))
        return self._modules[settings]

    def write(self, module: Any, symbol: str, content: Any) -> None:
        """See AbstractDevice."""
        with self._at_work():
            module.get_global(symbol).copy_from_device_async(content.data, content.nbytes)

    def launch(self, module: Any, kernel: str, grid: tuple[int, int], block: int, arguments: Sequence[Any]) -> None:
        """See AbstractDevice."""
        with self._at_work():
            module.get_function(kernel)(grid, (block,), tuple(arguments))

    def put(self, array: Array) -> Any:
        """See AbstractDevice."""
        return self._made(lambda: cupy.asarray(array, order="C"))

    def empty(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """See AbstractDevice."""
        return self._made(lambda: cupy.empty(shape, dtype))

    def get(self, array: Any) -> Array:
        """See AbstractDevice."""
        with self._at_work():
            return np.asarray(cupy.asnumpy(array))

    def address(self, array: Any) -> np.uint64:
        """See AbstractDevice."""
        return np.uint64(array.data.ptr)

    def _made(self, make: Callable[[], Any]) -> Any:
        """A new array. The pool grows only once what lies idle in it is returned: blocks of all sizes would add up."""
        with self._at_work(), cupy.cuda.using_allocator(self._pool.malloc):
            limit, held = self._pool.get_limit(), self._pool.total_bytes()
            if held:
                self._pool.set_limit(size=held)
                try:
                    return make()
                except cupy.cuda.memory.OutOfMemoryError:
                    self._pool.free_all_blocks()
                finally:
                    self._pool.set_limit(size=limit)
            array = make()
            self._peak = max(self._peak, self._pool.total_bytes())
            return array

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Make this the current device; turn cupy's errors into ours."""
        try:
            with self._device:
                yield
        except cupy.cuda.memory.OutOfMemoryError as error:
            raise DeviceMemoryError(f"{self._device}: {error}") from error
        except (cupy.cuda.runtime.CUDARuntimeError, cupy.cuda.driver.CUDADriverError) as error:
            kind = DeviceMemoryError if error.status == OUT_OF_MEMORY else DeviceError
            raise kind(f"{self._device}: {error}") from error
