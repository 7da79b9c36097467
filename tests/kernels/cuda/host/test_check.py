"""Every way a CUDA install can be broken has a line that says so, and the way out."""

import sys
from types import SimpleNamespace

import pytest

from kernels.cuda.host import check as cuda_check
from kernels.cuda.host.check import cuda_facts, cuda_fault


class Nvrtc:
    """A compiler that is found."""

    path = "libnvrtc.so"

    def __init__(self, version=(13, 0), architectures=(75, 80, 90, 100)):
        self.version = version
        self.known = architectures

    def architectures(self):
        return self.known


def healthy_runtime():
    """cupy.cuda.runtime of a machine where all is well; a test breaks one thing."""
    return SimpleNamespace(
        driverGetVersion=lambda: 13000,
        runtimeGetVersion=lambda: 13020,
        getDeviceCount=lambda: 1,
        getDeviceProperties=lambda index: {"name": b"NVIDIA H200", "major": 9, "minor": 0},
        setDevice=lambda index: None,
        memGetInfo=lambda: (100 * 2**30, 140 * 2**30),
    )


@pytest.fixture
def install(monkeypatch):
    """Pretend that cupy is installed with this runtime."""

    def _install(runtime, packages=("cupy-cuda13x 14.0",)):
        cupy = SimpleNamespace(cuda=SimpleNamespace(runtime=runtime))
        monkeypatch.setattr(cuda_check, "_cupy_packages", lambda: list(packages))
        monkeypatch.setattr(cuda_check, "find_spec", lambda name: object())
        monkeypatch.setattr(cuda_check, "import_module", lambda name: cupy)

    return _install


def message(nvrtc=None):
    fault = cuda_facts(lambda newest: nvrtc or Nvrtc()).fault
    assert fault is not None
    return fault.message


def test_a_working_install_has_no_fault(install):
    install(healthy_runtime())
    facts = cuda_facts(lambda newest: Nvrtc())
    assert facts.fault is None
    assert facts.driver == "13.0"
    assert facts.devices == ("GPU 0, NVIDIA H200, sm_90, 100.0 of 140.0 GiB free",)


def test_no_cupy(monkeypatch):
    monkeypatch.setattr(cuda_check, "_cupy_packages", lambda: [])
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert "cupy is not installed; pip install 'unwind-risk[cuda13]'" in message()
    assert cuda_facts(lambda newest: None).cupy == "none; only a GPU needs it"


def test_two_cupy(install):
    install(healthy_runtime(), packages=("cupy-cuda12x 13.3", "cupy-cuda13x 14.0"))
    assert "several cupy" in message()
    assert "uninstall all but one" in message()


def test_a_cupy_that_cannot_be_imported(install, monkeypatch):
    def broken(name):
        raise ImportError("libcudart.so.13: cannot open shared object file")

    install(healthy_runtime())
    monkeypatch.setattr(cuda_check, "import_module", broken)
    assert "libcudart.so.13" in message()
    assert "--force-reinstall" in message()


def test_no_driver(install):
    runtime = healthy_runtime()
    runtime.driverGetVersion = lambda: 0
    install(runtime)
    assert "no NVIDIA driver" in message()


def test_a_driver_that_does_not_answer(install):
    def fail():
        raise RuntimeError("cudaErrorSystemDriverMismatch: driver mismatch")

    runtime = healthy_runtime()
    runtime.driverGetVersion = fail
    install(runtime)
    assert "does not answer (cudaErrorSystemDriverMismatch" in message()


def test_a_driver_too_old_for_cupy(install):
    runtime = healthy_runtime()
    runtime.driverGetVersion = lambda: 12040
    install(runtime)
    assert "runs CUDA 12.4 at most, cupy is built for 13.2" in message()
    assert "the cupy of CUDA 12" in message()


def test_no_compiler(install):
    install(healthy_runtime())
    fault = cuda_facts(lambda newest: None).fault
    assert fault is not None
    assert "pip install 'nvidia-cuda-nvrtc==13.*'" in fault.message


def test_the_compiler_is_asked_to_be_no_newer_than_the_driver(install):
    asked = []
    install(healthy_runtime())
    cuda_facts(lambda newest: asked.append(newest) or Nvrtc())
    assert asked == [13]


@pytest.mark.parametrize("reason", ["cudaErrorNoDevice: no CUDA-capable device", "cudaErrorInsufficientDriver"])
def test_no_device(install, reason):
    def fail():
        raise RuntimeError(reason)

    runtime = healthy_runtime()
    runtime.getDeviceCount = fail
    install(runtime)
    assert f"shows no device ({reason})" in message()


def test_devices_hidden_by_the_environment(install):
    runtime = healthy_runtime()
    runtime.getDeviceCount = lambda: 0
    install(runtime)
    assert "CUDA_VISIBLE_DEVICES" in message()


@pytest.mark.parametrize(("capability", "way"), [((7, 0), "too old"), ((13, 0), "a newer NVRTC")], ids=["old", "new"])
def test_a_device_that_the_compiler_does_not_know(install, capability, way):
    runtime = healthy_runtime()
    facts = {"name": b"Other", "major": capability[0], "minor": capability[1]}
    runtime.getDeviceProperties = lambda index: facts
    install(runtime)
    assert "does not compile for GPU 0, Other" in message()
    assert way in message()


@pytest.mark.parametrize(
    ("reason", "is_temporary"),
    [("cudaErrorDevicesUnavailable: busy", True), ("cudaErrorECCUncorrectable: uncorrectable ECC error", False)],
)
def test_a_device_that_takes_no_work(install, reason, is_temporary):
    def fail():
        raise RuntimeError(reason)

    runtime = healthy_runtime()
    runtime.memGetInfo = fail
    install(runtime)
    fault = cuda_facts(lambda newest: Nvrtc()).fault
    assert fault is not None
    assert reason in fault.message
    assert fault.is_temporary is is_temporary


def test_looking_never_raises_here():
    fault = cuda_fault()
    assert fault is None or fault.message
