"""CupyDevice asks cupy for what cupy offers: run on a stand-in whose GPU is the host build of the same sources."""

import ctypes
import importlib
import pickle
import shutil
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest

from kernels.base import CELL, CellRange, PathRange
from kernels.cuda_backend import CudaBackend
from kernels.device import DeviceError, DeviceMemoryError
from kernels.host_device import HostDevice
from kernels.numba_backend import NumbaBackend


class OutOfMemoryError(MemoryError):
    pass


class CudaError(RuntimeError):
    pass


class GpuArray:
    """An array that is no numpy array, as cupy's are not."""

    def __init__(self, host):
        self.host = host
        self.nbytes = host.nbytes
        self.data = SimpleNamespace(ptr=host.ctypes.data)


class RawModule:
    """Loads the settings that the stand-in for a cubin holds, and builds them by g++."""

    host = HostDevice() if shutil.which("g++") else None

    def __init__(self, *, path):
        with open(path, "rb") as file:
            self.module = self.host.build(pickle.load(file))

    def get_function(self, kernel):
        def launch(grid, block, arguments):
            assert len(block) == 1
            assert all(isinstance(a, GpuArray | np.int64 | np.uint64) for a in arguments)
            words = [a.host if isinstance(a, GpuArray) else a for a in arguments]
            self.host.launch(self.module, kernel, grid, block[0], words)

        return launch

    def get_global(self, symbol):
        place = ctypes.addressof(ctypes.c_char.in_dll(self.module, symbol))
        return SimpleNamespace(copy_from_device_async=lambda data, nbytes: ctypes.memmove(place, data.ptr, nbytes))


class Device(nullcontext):
    compute_capability = "90"

    def __init__(self, index):
        super().__init__()
        self.id = index

    def __str__(self):
        return f"<CUDA Device {self.id}>"


@pytest.fixture
def cupy(monkeypatch):
    if RawModule.host is None:
        pytest.skip("g++ is not installed")
    runtime = SimpleNamespace(
        CUDARuntimeError=CudaError,
        driverGetVersion=lambda: 13000,
        getDeviceCount=lambda: 2,
        getDeviceProperties=lambda index: {"name": b"Stand-in"},
        memGetInfo=lambda: (2**30, 2**31),
    )
    stand_in = SimpleNamespace(
        cuda=SimpleNamespace(
            Device=Device,
            runtime=runtime,
            memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError),
            driver=SimpleNamespace(CUDADriverError=CudaError),
        ),
        RawModule=RawModule,
        asarray=lambda array, order: GpuArray(np.array(array, order=order)),
        empty=lambda shape, dtype: GpuArray(np.empty(shape, dtype)),
        asnumpy=lambda array: array.host,
        get_default_memory_pool=lambda: SimpleNamespace(free_bytes=lambda: 0),
    )
    monkeypatch.setitem(sys.modules, "cupy", stand_in)
    monkeypatch.delitem(sys.modules, "kernels.cuda_device", raising=False)
    module = importlib.import_module("kernels.cuda_device")
    monkeypatch.setattr(module, "load_nvrtc", lambda newest: object())
    monkeypatch.setattr(module, "cubin", lambda nvrtc, settings, architecture: pickle.dumps(settings))
    yield stand_in
    sys.modules.pop("kernels.cuda_device", None)


def test_cupy_devices_return_numbas_bits(cupy, random_model, random_book):
    rng = np.random.default_rng(1)
    model, book = random_model(rng, 3, 2), random_book(rng, 3, n_dynamics=2, degree=6)
    gpu, numba = CudaBackend(), NumbaBackend()
    assert gpu.device() == "Stand-in (GPU 0), Stand-in (GPU 1)"
    run = {"seed": 3, "n_steps": 2, "float32": False, "centre": np.zeros(6)}
    ours, theirs = gpu.prepare(model, book, **run), numba.prepare(model, book, **run)
    np.testing.assert_array_equal(gpu.pnl(ours, PathRange(first=9, n=50)), numba.pnl(theirs, PathRange(first=9, n=50)))
    cells, brackets = CellRange(first=0, n=2, n_paths=CELL + 9), np.tile([[-1e3, 0.0]], (6, 1, 1))
    kept, expected = gpu.reduce(ours, cells, brackets), numba.reduce(theirs, cells, brackets)
    np.testing.assert_array_equal(kept.digests, expected.digests)
    np.testing.assert_array_equal(kept.kept_pnl, expected.kept_pnl)


@pytest.mark.parametrize(
    ("raised", "expected"), [(OutOfMemoryError("8 bytes"), DeviceMemoryError), (CudaError("lost"), DeviceError)]
)
def test_what_cupy_raises_becomes_ours(cupy, monkeypatch, raised, expected):
    def fail(shape, dtype):
        raise raised

    monkeypatch.setattr(cupy, "empty", fail)
    device = sys.modules["kernels.cuda_device"].CupyDevice(0)
    with pytest.raises(expected, match=f"CUDA Device 0>: {raised}"):
        device.empty((1,), np.float64)


def test_a_gpu_without_a_compiler_is_refused(cupy, monkeypatch):
    module = sys.modules["kernels.cuda_device"]
    monkeypatch.setattr(module, "load_nvrtc", lambda newest: None)
    with pytest.raises(DeviceError, match="no NVRTC of CUDA 13 or earlier"):
        module.CupyDevice(0).build(None)
