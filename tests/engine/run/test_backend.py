"""`auto` takes a GPU where one works, says what it picked and why; what a device cannot do has an exit code."""

import pytest

from engine.errors import BusyError, InputError, RiskError
from engine.run import backend
from engine.run.backend import choose_backend, device_errors
from kernels.cuda.host.check import CudaFault
from kernels.cuda.host.device import DeviceError, DeviceMemoryError


@pytest.fixture
def gpu(monkeypatch):
    """Pretend this of the GPU, and that it is a backend like any other."""

    class Gpu:
        name = "cuda"

        def device(self):
            return "NVIDIA H200 (GPU 0)"

    def _gpu(fault):
        monkeypatch.setattr(backend, "cuda_fault", lambda: fault)
        real = backend.select_backend
        monkeypatch.setattr(backend, "select_backend", lambda name: Gpu() if name == "cuda" else real(name))

    return _gpu


def test_auto_takes_a_gpu_that_works_and_says_which(gpu):
    gpu(None)
    said = []
    assert choose_backend("auto", said.append).name == "cuda"
    assert said == ["backend auto: cuda on NVIDIA H200 (GPU 0)"]


def test_auto_falls_back_to_numba_and_says_who_knows_why(gpu):
    gpu(CudaFault(message="no NVIDIA driver is installed"))
    said = []
    assert choose_backend("auto", said.append).name == "numba"
    assert said == ["backend auto: numba, all cores (no usable GPU: `unwind doctor` says why)"]


@pytest.mark.parametrize("name", ["auto", "numba"])
def test_kernels_that_are_not_compiled_yet_are_announced(gpu, monkeypatch, name):
    gpu(CudaFault(message="no NVIDIA driver is installed"))
    monkeypatch.setattr(backend, "announce_compiling", lambda say: say("compiling"))
    said = []
    choose_backend(name, said.append)
    assert said[-1] == "compiling"


def test_cuda_without_a_gpu_is_refused_with_the_reason(gpu):
    gpu(CudaFault(message="cupy is not installed; pip install 'unwind-risk[cuda13]'"))
    with pytest.raises(InputError, match=r"backend 'cuda' cannot run here: cupy is not installed; .*--backend numba"):
        choose_backend("cuda", print)


def test_a_gpu_that_another_holds_is_worth_another_try(gpu):
    gpu(CudaFault(message="GPU 0 does not take work", is_temporary=True))
    with pytest.raises(BusyError, match="try again later"):
        choose_backend("cuda", print)


def test_an_unknown_backend_is_refused_with_those_there_are():
    with pytest.raises(InputError, match="'opencl' is not known; there are numpy, numba, cuda"):
        choose_backend("opencl", print)


def test_out_of_device_memory_is_exit_75_with_the_figures():
    with pytest.raises(BusyError, match=r"has 4 MiB free.*Nothing was lost") as error, device_errors():
        raise DeviceMemoryError("the GPU has 4 MiB free")
    assert error.value.exit_code == 75


def test_a_broken_device_is_a_failed_run():
    with pytest.raises(RiskError, match="unwind doctor") as error, device_errors():
        raise DeviceError("NVRTC refuses paths.cu")
    assert error.value.exit_code == 1
