"""A GPU, through cupy. The only module that holds cupy arrays."""

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cupy
import numpy as np

from kernels.base import Array
from kernels.cuda_source import BuildSettings
from kernels.device import AbstractDevice, DeviceError, DeviceMemoryError
from kernels.nvrtc import cubin, load_nvrtc


class CupyDevice(AbstractDevice):
    """One GPU."""

    def __init__(self, index: int) -> None:
        self._device = cupy.cuda.Device(index)
        self._modules: dict[BuildSettings, Any] = {}
        self._folder = tempfile.mkdtemp(prefix="unwind-")  # cupy reads a cubin when it is first used
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def name(self) -> str:
        """Model and number."""
        properties = cupy.cuda.runtime.getDeviceProperties(self._device.id)
        return f"{properties['name'].decode()} (GPU {self._device.id})"

    def free_bytes(self) -> int:
        """What the driver has free, and what cupy holds and does not use."""
        with self._at_work():
            free, _ = cupy.cuda.runtime.memGetInfo()
            return int(free) + int(cupy.get_default_memory_pool().free_bytes())

    def build(self, settings: BuildSettings) -> Any:
        """See AbstractDevice. Through a cubin, not PTX: an older driver refuses the PTX of a newer compiler."""
        if settings not in self._modules:
            driver = cupy.cuda.runtime.driverGetVersion() // 1000
            nvrtc = load_nvrtc(newest=driver)
            if nvrtc is None:
                raise DeviceError(f"no NVRTC of CUDA {driver} or earlier is installed; `unwind doctor` says more")
            compiled = cubin(nvrtc, settings, int(self._device.compute_capability))
            path = Path(self._folder) / f"{len(self._modules)}.cubin"
            path.write_bytes(compiled)
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
        with self._at_work():
            return cupy.asarray(array, order="C")

    def empty(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """See AbstractDevice."""
        with self._at_work():
            return cupy.empty(shape, dtype)

    def get(self, array: Any) -> Array:
        """See AbstractDevice."""
        with self._at_work():
            return np.asarray(cupy.asnumpy(array))

    def address(self, array: Any) -> np.uint64:
        """See AbstractDevice."""
        return np.uint64(array.data.ptr)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Make this the current device; turn cupy's errors into ours."""
        try:
            with self._device:
                yield
        except cupy.cuda.memory.OutOfMemoryError as error:
            raise DeviceMemoryError(f"{self._device}: {error}") from error
        except (cupy.cuda.runtime.CUDARuntimeError, cupy.cuda.driver.CUDADriverError) as error:
            raise DeviceError(f"{self._device}: {error}") from error
