"""CupyDevice asks cupy for what cupy offers: run on a stand-in whose GPUs are host builds of the same sources.

The stand-in takes what cupy 14 takes, by name and type, and refuses the rest; where cupy is installed, it is asked too.
"""

import ctypes
import importlib
import pickle
import shutil
import sys
import threading
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest

from kernels.base import CELL, CellRange, PathRange
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.device import DeviceError, DeviceMemoryError
from kernels.cuda.host.on_cpu import HostDevice
from kernels.numba.backend import NumbaBackend


class OutOfMemoryError(MemoryError):
    pass


class CudaError(RuntimeError):
    """As cupy's two of CUDA: the number beside the words."""

    def __init__(self, words, status=999):
        super().__init__(words)
        self.status = status


current = threading.local()  # device and allocator of a thread, as in cupy


def device_id():
    return getattr(current, "device", 0)


class Device:
    compute_capability = "90"

    def __init__(self, device=None):
        self.id = device
        self.left = threading.local()

    def __enter__(self):
        self.left.stack = [*getattr(self.left, "stack", []), device_id()]
        current.device = self.id

    def __exit__(self, *error):
        current.device = self.left.stack.pop()

    def __str__(self):
        return f"<CUDA Device {self.id}>"

    def synchronize(self):
        assert device_id() == self.id


class Chunk:
    """Memory of a pool; back in it when nobody holds it any more."""

    def __init__(self, pool, size):
        self.pool, self.size = pool, size

    def __del__(self):
        self.pool.idle.append(self.size)


class OneDevicePool:
    """Smallest idle chunk that is large enough, else a new one, within the limit."""

    def __init__(self):
        self.total, self.limit, self.idle = 0, 0, []

    def malloc(self, size):
        size = -(-size // 512) * 512
        fitting = [each for each in self.idle if each >= size]
        if fitting:
            self.idle.remove(min(fitting))
            return Chunk(self, min(fitting))
        if self.limit and self.total + size > self.limit:
            raise OutOfMemoryError(f"Out of memory allocating {size:,} bytes")
        self.total += size
        return Chunk(self, size)


class MemoryPool:
    """One pool a device, as in cupy; what it says is about the current device."""

    def __init__(self, allocator=None):
        self.pools = {}

    def here(self):
        return self.pools.setdefault(device_id(), OneDevicePool())

    def malloc(self, size):
        return self.here().malloc(size)

    def total_bytes(self):
        return self.here().total

    def free_bytes(self):
        return sum(self.here().idle)

    def used_bytes(self):
        return self.total_bytes() - self.free_bytes()

    def get_limit(self):
        return self.here().limit

    def set_limit(self, size=None, fraction=None):
        self.here().limit = size

    def free_all_blocks(self, stream=None):
        self.here().total -= sum(self.here().idle)
        self.here().idle.clear()


@contextmanager
def using_allocator(allocator=None):
    before = getattr(current, "allocator", None)
    current.allocator = allocator
    try:
        yield
    finally:
        current.allocator = before


class GpuArray:
    """An array that is no numpy array, as cupy's are not; it lives on one device."""

    def __init__(self, host):
        self.host, self.device, self.nbytes = host, device_id(), host.nbytes
        self.shape = host.shape
        self.chunk = current.allocator(host.nbytes) if host.nbytes else None
        self.data = SimpleNamespace(ptr=host.ctypes.data, device=device_id())


class RawModule:
    """Loads the settings that the stand-in for a cubin holds, and builds them by g++."""

    host = HostDevice() if shutil.which("g++") else None

    def __init__(self, code=None, *, path=None, options=(), backend="nvrtc"):
        assert code is None
        assert path.endswith(".cubin")
        self.path, self.loaded = path, {}

    def module(self):
        if device_id() not in self.loaded:
            with open(self.path, "rb") as file:
                self.loaded[device_id()] = HostDevice().build(pickle.load(file))
        return self.loaded[device_id()]

    def get_function(self, name):
        module = self.module()

        def launch(grid, block, args, *, shared_mem=0):
            assert isinstance(grid, tuple)
            assert isinstance(block, tuple)
            assert isinstance(args, tuple)
            assert all(type(a) in (GpuArray, np.int64, np.uint64) for a in args)
            assert all(a.device == device_id() for a in args if isinstance(a, GpuArray))
            assert all(type(n) is int for n in (*grid, *block))
            assert grid[1] <= 65_535
            words = [a.host if isinstance(a, GpuArray) else a for a in args]
            self.host.launch(module, name, grid, block[0], words)

        return launch

    def get_global(self, name):
        place, device = ctypes.addressof(ctypes.c_char.in_dll(self.module(), name)), device_id()

        def copy_from_device_async(src, size, stream=None):
            assert src.device == device
            ctypes.memmove(place, src.ptr, size)

        return SimpleNamespace(copy_from_device_async=copy_from_device_async)


def asarray(a, dtype=None, order=None, *, copy=None, blocking=False):
    return GpuArray(np.array(a, dtype, order=order))


def empty(shape, dtype=float, order="C"):
    return GpuArray(np.empty(shape, dtype, order))


def asnumpy(a, stream=None, order="C", out=None, *, blocking=True):
    assert a.device == device_id()
    return a.host.copy()


@pytest.fixture
def cupy(monkeypatch):
    if RawModule.host is None:
        pytest.skip("g++ is not installed")
    runtime = SimpleNamespace(
        CUDARuntimeError=CudaError,
        driverGetVersion=lambda: 13000,
        getDeviceCount=lambda: 2,
        getDeviceProperties=lambda device: {"name": b"Stand-in"},
        memGetInfo=lambda: (2**30, 2**31),
    )
    stand_in = SimpleNamespace(
        cuda=SimpleNamespace(
            Device=Device,
            MemoryPool=MemoryPool,
            using_allocator=using_allocator,
            runtime=runtime,
            memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError),
            driver=SimpleNamespace(CUDADriverError=CudaError),
        ),
        RawModule=RawModule,
        asarray=asarray,
        empty=empty,
        asnumpy=asnumpy,
    )
    monkeypatch.setitem(sys.modules, "cupy", stand_in)
    monkeypatch.delitem(sys.modules, "kernels.cuda.host.gpu", raising=False)
    module = importlib.import_module("kernels.cuda.host.gpu")
    monkeypatch.setattr(module, "load_nvrtc", lambda newest: object())
    monkeypatch.setattr(module, "cubin", lambda nvrtc, settings, architecture: pickle.dumps(settings))
    yield stand_in
    sys.modules.pop("kernels.cuda.host.gpu", None)


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
    ("raised", "expected"),
    [
        (OutOfMemoryError("8 bytes"), DeviceMemoryError),
        (CudaError("cudaErrorMemoryAllocation", status=2), DeviceMemoryError),  # of a context, a module, a stack
        (CudaError("lost"), DeviceError),
    ],
)
def test_what_cupy_raises_becomes_ours(cupy, monkeypatch, raised, expected):
    def fail(shape, dtype):
        raise raised

    monkeypatch.setattr(cupy, "empty", fail)
    device = sys.modules["kernels.cuda.host.gpu"].CupyDevice(0)
    with pytest.raises(expected, match=f"CUDA Device 0>: {raised}") as error:
        device.empty((1,), np.float64)
    assert type(error.value) is expected


def test_a_gpu_without_a_compiler_is_refused(cupy, monkeypatch):
    module = sys.modules["kernels.cuda.host.gpu"]
    monkeypatch.setattr(module, "load_nvrtc", lambda newest: None)
    with pytest.raises(DeviceError, match="no NVRTC of CUDA 13 or earlier"):
        module.CupyDevice(0).build(None)


def test_the_pool_holds_what_is_in_use_and_one_array_besides(cupy):
    """Blocks of growing sizes, each let go before the next: idle ones do not add up."""
    device = sys.modules["kernels.cuda.host.gpu"].CupyDevice(1)
    kept = device.put(np.zeros(2**10))
    for size in range(2**16, 2**17, 2**12):
        device.empty((size,), np.float64)
    device.empty((2**16,), np.float64)  # fits where the last one was
    assert device.peak_bytes() == kept.nbytes + 8 * (2**17 - 2**12)
    assert device.free_bytes() == 2**30 + 8 * (2**17 - 2**12)


def test_a_limit_set_from_outside_holds(cupy, monkeypatch):
    """CUPY_GPU_MEMORY_LIMIT, which cupy gives every new pool."""
    device = sys.modules["kernels.cuda.host.gpu"].CupyDevice(0)
    device._pool.set_limit(size=2**20)
    array = device.empty((2**16,), np.float64)
    assert device.free_bytes() == 2**20 - array.nbytes
    with pytest.raises(DeviceMemoryError, match="Out of memory"):
        device.empty((2**17,), np.float64)
    device.empty((2**15,), np.float64)
    assert device._pool.get_limit() == 2**20


@pytest.mark.parametrize("n_brackets", [1, 2])
def test_a_run_takes_no_more_than_it_said(cupy, random_model, random_book, n_brackets):
    rng = np.random.default_rng(2)
    model, book = random_model(rng, 3, 2), random_book(rng, 3, n_dynamics=2, degree=6)
    gpu = CudaBackend([sys.modules["kernels.cuda.host.gpu"].CupyDevice(0)])
    program = gpu.prepare(model, book, seed=3, n_steps=1, float32=False, centre=np.zeros(6))
    ends = np.array([-np.inf, 0.0, 1e-9, np.inf]) if n_brackets == 2 else np.array([-np.inf, np.inf])
    brackets = np.tile(ends.reshape(1, n_brackets, 2), (6, 1, 1))  # all is kept
    for first, n in ((0, 1), (1, 2), (3, 1)):
        gpu.reduce(program, CellRange(first=first, n=n, n_paths=4 * CELL), brackets)
    said = gpu.device_bytes(program, 2 * CELL, n_brackets)
    assert gpu.peak_bytes() <= said
    assert gpu.peak_bytes() > 0.99 * said


def test_cupy_has_what_is_used_of_it():
    """Of the real one, as far as it goes without a driver."""
    cupy = pytest.importorskip("cupy", reason="cupy is not installed")
    cuda = cupy.cuda
    assert cuda.runtime.driverGetVersion() >= 0
    assert issubclass(cuda.memory.OutOfMemoryError, MemoryError)
    assert cuda.runtime.CUDARuntimeError(2).status == 2
    assert issubclass(cuda.driver.CUDADriverError, RuntimeError)
    for kind, names in {
        cuda.MemoryPool: "malloc total_bytes free_bytes used_bytes get_limit set_limit free_all_blocks",
        cuda.Device: "id compute_capability synchronize __enter__",
        cuda.MemoryPointer: "copy_from_device_async",
        cupy.RawModule: "get_function get_global",
        cuda.runtime: "getDeviceCount getDeviceProperties memGetInfo setDevice runtimeGetVersion",
    }.items():
        assert not [name for name in names.split() if not hasattr(kind, name)]
    cupy.RawModule(path="none.cubin")  # read when it is first used
    with cuda.using_allocator(cuda.MemoryPool().malloc):
        pass
