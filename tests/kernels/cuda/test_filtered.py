"""Laws by rows on the CUDA sources, bit for bit with numba: built by g++ everywhere, on the GPU where there is one."""

import shutil

import numpy as np
import pytest

from kernels.base import PathRange
from kernels.cuda.host import backend as cuda_backend
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.check import cuda_fault
from kernels.cuda.host.nvrtc import load_nvrtc
from kernels.cuda.host.on_cpu import HostDevice
from kernels.cuda.host.source import ENTRY, settings_for
from kernels.numba.backend import NumbaBackend

N_STEPS = 6


@pytest.fixture(scope="module", params=["host", pytest.param("gpu", marks=pytest.mark.gpu)])
def twin(request):
    if request.param == "host":
        if shutil.which("g++") is None:
            pytest.skip("g++ is not installed")
        return CudaBackend([HostDevice()])
    if fault := cuda_fault():
        pytest.skip(f"no GPU: {fault.message}")
    return CudaBackend()


@pytest.fixture(scope="module")
def pair(random_filtered, random_overlaid, among_others, random_book, with_tables, tabulated):
    def _pair(rng, n_factors, n_laws, is_split, is_mixed, off=None):
        if is_mixed:
            model, n_laws = among_others(rng, n_factors, N_STEPS), 3
        elif off is not None:
            model = random_overlaid(rng, n_factors, n_laws, N_STEPS, off)
        else:
            model = random_filtered(rng, n_factors, n_laws, N_STEPS)
        n_early = 2 * is_split
        book = random_book(rng, n_factors, n_laws, n_laws, degree=6, half_width=0.03, n_steps=N_STEPS - n_early)
        if is_split:
            book = with_tables(rng, book, n_early, 1, 1, 2, 2, 1, vol_factor=n_factors - 2)
            book = tabulated(rng, book, 5, 4, 0.03)
        return model, book

    return _pair


def prepared(backend, model, book, float32):
    n_steps = int(book.run.observations[-1])
    return backend.prepare(model, book, seed=2**63 + 11, n_steps=n_steps, float32=float32, centre=np.zeros(book.n_rows))


# n_factors, float32, laws, split, beside a plain law and an unwind; beyond 24 factors a step is not written out
BUILDS = [
    (5, False, 2, False, False),
    (18, True, 1, True, False),
    (7, False, 3, True, True),
    (29, True, 2, False, False),
]


@pytest.mark.parametrize("build", BUILDS)
def test_pnl_and_levels_have_numbas_bits(twin, pair, build):
    n_factors, float32, n_laws, is_split, is_mixed = build
    model, book = pair(np.random.default_rng(n_factors), n_factors, n_laws, is_split, is_mixed)
    assert_equal_bits(twin, model, book, float32)


def assert_equal_bits(twin, model, book, float32):
    """P&L and levels are numba's, to the bit."""
    ids, paths = np.arange(2**40, 2**40 + 99, dtype=np.uint64), PathRange(first=2**32 - 250, n=500)
    numba = NumbaBackend()
    ours, theirs = prepared(twin, model, book, float32), prepared(numba, model, book, float32)
    expected = numba.levels(theirs, ids)
    assert np.isfinite(expected).all()
    assert twin.levels(ours, ids).tobytes() == expected.tobytes()
    assert twin.pnl(ours, paths).tobytes() == numba.pnl(theirs, paths).tobytes()


# n_factors, float32, laws, split; laws that look at different factors leave none known when kernels are compiled
OVERLAID = [
    (5, False, 2, False),
    pytest.param((18, True, 1, True), marks=pytest.mark.slow),
    pytest.param((29, False, 1, False), marks=pytest.mark.slow),
]


@pytest.mark.parametrize("build", OVERLAID)
def test_what_comes_on_top_of_a_law_by_rows_has_numbas_bits(twin, pair, build):
    n_factors, float32, n_laws, is_split = build
    model, book = pair(np.random.default_rng(n_factors), n_factors, n_laws, is_split, False, ())
    assert_equal_bits(twin, model, book, float32)


@pytest.mark.parametrize("off", ["jumps", "intervention", "feedback", "cap", "carry"])
def test_each_on_top_switched_off_has_numbas_bits(twin, pair, off):
    model, book = pair(np.random.default_rng(11), 5, 2, False, False, (off,))
    assert_equal_bits(twin, model, book, float32=off == "feedback")  # carry trades in both precisions


def test_what_paths_carry_is_kept_for_as_many_as_there_is_room(twin, pair, monkeypatch):
    model, book = pair(np.random.default_rng(9), 7, 2, True, False, ())
    numba, paths = NumbaBackend(), PathRange(first=2**40, n=1300)
    ours, expected = prepared(twin, model, book, False), numba.pnl(prepared(numba, model, book, False), paths)
    kept = settings_for(model, book, float32=False).kept_rows
    assert kept == 7 + 14 + 2 + 7 * 4 + 3 + 1 + 2 * 7 + 1  # of a cap 2, and the last of seven cohorts
    monkeypatch.setattr(cuda_backend, "STATE_BYTES", 512 * (3 * 7 + kept) * 8)
    assert twin.pnl(ours, paths).tobytes() == expected.tobytes()


def test_an_enumerated_law_has_numbas_bits(twin, pair):
    model, book = pair(np.random.default_rng(10), 5, 1, False, False)
    model.laws["is_enumerated"] = 1
    numba, paths = NumbaBackend(), PathRange(first=0, n=37)
    ours, theirs = prepared(twin, model, book, False), prepared(numba, model, book, False)
    assert twin.pnl(ours, paths).tobytes() == numba.pnl(theirs, paths).tobytes()


@pytest.mark.parametrize(
    ("architecture", "float32", "is_split"), [(90, False, False), pytest.param(100, True, True, marks=pytest.mark.slow)]
)
def test_a_law_by_rows_compiles_for_devices(pair, architecture, float32, is_split):
    """What a path carries, 77 numbers at 17 factors, does not stay in registers: nothing is asked of spills."""
    nvrtc = load_nvrtc()
    if nvrtc is None:
        pytest.skip("NVRTC is not installed: pip install nvidia-cuda-nvrtc")
    model, book = pair(np.random.default_rng(0), 18, 1, is_split, False)
    settings = settings_for(model, book, float32=float32)
    assert (settings.has_filter, settings.has_unwind, settings.paths) == (True, True, 1)
    options = ["--std=c++17", "--fmad=false", f"--gpu-architecture=sm_{architecture}", *settings.options()]
    code, _ = nvrtc.compile(settings.sources(), ENTRY, options)
    assert len(code) > 0
