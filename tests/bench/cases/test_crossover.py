"""The CUDA half of the case, on the host build of its kernels: what a GPU will run, run here."""

import shutil
from dataclasses import replace

import pytest

from bench.cases.crossover import compare
from bench.contender import Contender, shared_work
from bench.lone_contender import measure
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend

SIZES = (40, 300)
N_PATHS = 300


@pytest.fixture(scope="module")
def cuda():
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    return CudaBackend([HostDevice(), HostDevice()])  # shares of the paths, as on two GPUs


@pytest.fixture(scope="module")
def contenders(cuda):
    packed = shared_work()
    backends = [(NumbaBackend(), "float64"), (NumbaBackend(), "float32"), (cuda, "float64"), (cuda, "float32")]
    return [Contender(backend=b, precision=p, packed=packed) for b, p in [*backends, (NumpyBackend(), "float64")]]


@pytest.fixture(scope="module")
def alone(contenders):
    return {each.name: measure(lambda each=each: each.backend, each.precision, N_PATHS) for each in contenders}


@pytest.mark.slow
def test_contenders_take_turns_in_both_precisions_kernels_and_whole_runs(contenders, alone):
    case = compare(contenders, SIZES, alone, alone, ["no reason"])
    names = {row.name for row in case.rows}
    for contender in ("numba float64", "numba float32", "cuda float64", "cuda float32", "numpy float64"):
        assert {f"{contender}, {n} paths, {kind}" for n in SIZES for kind in ("kernel", "end to end")} <= names
    rows = {row.name: row for row in case.rows}
    assert rows["cuda float32, 300 paths, kernel"].ours == "numba float32, 300 paths, kernel"
    assert rows["numba float32, 300 paths, kernel"].ours == "numba float64, 300 paths, kernel"
    assert rows["numba float64, 300 paths, kernel"].times_ours is None
    assert [line.split(",")[0] for line in case.asserted[:2]] == ["float64: numba and cuda", "float32: numba and cuda"]
    assert case.absent == ("no reason",)
    for precision in ("float64", "float32"):
        assert case.figures[f"cuda {precision}"]["peak_device_mib"] > 0.0
        assert case.figures[f"cuda {precision}"]["compile_cold_s"] > 0.0
        assert case.figures[f"numba {precision}"]["peak_device_mib"] == 0.0
        assert "new_process" in case.figures[f"cuda {precision} overtakes numba {precision} at paths"]


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_alone_numba_and_cuda_have_one_digest(alone, precision):
    ours, theirs = alone[f"cuda {precision}"], alone[f"numba {precision}"]
    assert ours.sha256 == theirs.sha256
    assert len(ours.sha256) == 2  # the total and the one book
    assert ours.start_s == ours.import_s + ours.compile_s


def test_a_contender_with_another_digest_gives_no_result(contenders, alone):
    wrong = {name: each for name, each in alone.items() if "float32" in name}
    wrong["cuda float32"] = replace(wrong["cuda float32"], sha256=("0" * 64, "0" * 64))
    with pytest.raises(AssertionError, match="float32: P&L differs between numba float32 and cuda float32"):
        compare([each for each in contenders if "float32" in each.name], SIZES[:1], {}, wrong, [])
