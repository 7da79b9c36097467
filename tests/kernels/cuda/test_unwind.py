"""The unwind's CUDA sources against numba, bit for bit: built by g++ everywhere, on the GPU where there is one."""

import shutil
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernels.base import CELL, CellRange, PathRange, Reduction
from kernels.cuda.host import backend as cuda_backend
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.check import cuda_fault
from kernels.cuda.host.on_cpu import HostDevice
from kernels.cuda.host.source import settings_for
from kernels.law_layout import LAW, PATH_SERIES
from kernels.numba.backend import NumbaBackend

MECHANISMS = ("regimes", "mixing", "jumps", "intervention", "feedback", "cap")
# What a build is made for: n_factors, float32, laws, whether there are derivatives, seen early
BUILDS = [(5, False, 2, False), (7, True, 1, True), (18, False, 3, True), (16, True, 2, False), (29, False, 2, True)]
LOOKED_AT = ("fx", "ust", "pickup_1", "pickup_2", "pickup_3", "pickup_4")
N_STEPS = 6


def host_device(**given):
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    return HostDevice(**given)


@pytest.fixture(scope="module", params=["host", pytest.param("gpu", marks=pytest.mark.gpu)])
def twin(request):
    if request.param == "host":
        return CudaBackend([host_device()])
    if fault := cuda_fault():
        pytest.skip(f"no GPU: {fault.message}")
    return CudaBackend()


@pytest.fixture(scope="module")
def pair(random_unwind, random_book, with_tables, tabulated):
    """A model whose laws look at the same factors, but the first, which is plain where there are more; and a book."""

    def _pair(rng, n_factors, n_laws=1, is_split=False, off=(), n_steps=N_STEPS):
        model = random_unwind(rng, n_factors, n_laws, n_steps, off)
        laws = model.laws.copy()
        for name, place in zip(LOOKED_AT, (n_factors - 1, 1, 2, 3, 0, 4), strict=True):
            laws[name] = place % n_factors
        if n_laws > 1:
            laws[0] = np.zeros((), LAW)
        some = np.arange(n_factors) % 4 == 1  # have a convexity
        model = model._replace(laws=laws, convexity=np.where(some, model.convexity, 0.0))
        n_early = 2 * is_split
        book = random_book(rng, n_factors, n_laws, n_laws, degree=6, half_width=0.03, n_steps=n_steps - n_early)
        if is_split:
            book = with_tables(rng, book, n_early, 1, 1, 2, 2, 1, vol_factor=n_factors - 2)
            book = tabulated(rng, book, 5, 4, 0.03)
        return model, book

    return _pair


def prepared(backend, model, book, *, seed=2**63 + 11, float32=False):
    n_rows = book.n_rows
    centre, n_steps = np.linspace(-50.0, 50.0, n_rows), int(book.run.observations[-1])
    return backend.prepare(model, book, seed=seed, n_steps=n_steps, float32=float32, centre=centre)


def assert_equal_runs(twin, model, book, paths=None, ids=None, **run):
    """P&L and levels are numba's, to the bit."""
    paths = paths or PathRange(first=2**32 - 250, n=500)
    ids = np.arange(2**40, 2**40 + 99, dtype=np.uint64) if ids is None else ids
    numba = NumbaBackend()
    ours, theirs = prepared(twin, model, book, **run), prepared(numba, model, book, **run)
    expected = numba.levels(theirs, ids)
    assert np.isfinite(expected).all()
    assert twin.levels(ours, ids).tobytes() == expected.tobytes()
    assert twin.pnl(ours, paths).tobytes() == numba.pnl(theirs, paths).tobytes()
    return expected


def assert_equal_reductions(ours, theirs):
    for field in fields(Reduction):
        a, b = getattr(ours, field.name), getattr(theirs, field.name)
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes(), field.name


@pytest.mark.parametrize("build", BUILDS)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pnl_and_levels_of_an_unwind_have_numbas_bits(twin, pair, build, data):
    n_factors, float32, n_laws, is_split = build
    model, book = pair(np.random.default_rng(data.draw(st.integers(0, 2**32))), n_factors, n_laws, is_split)
    paths = PathRange(first=data.draw(st.integers(0, 2**48)), n=data.draw(st.integers(1, 700)))
    ids = np.array(data.draw(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=9)), np.uint64)
    assert_equal_runs(twin, model, book, paths, ids, seed=data.draw(st.integers(0, 2**64 - 1)), float32=float32)


@pytest.mark.parametrize("off", [(), *((name,) for name in MECHANISMS), MECHANISMS])
def test_each_mechanism_alone_switched_off_has_numbas_bits(twin, pair, off):
    float32 = len(off) == 1 and off[0] in ("mixing", "intervention")
    model, book = pair(np.random.default_rng(1), 6, off=off)
    levels = assert_equal_runs(twin, model, book, float32=float32)
    series = dict(zip(PATH_SERIES, levels[0, -1, 6:], strict=True))
    assert (np.ptp(series["regime"]) > 0.0) == ("regimes" not in off)
    assert (np.ptp(series["private_sold"]) > 0.0) == ("feedback" not in off)


def test_laws_that_look_at_different_factors_have_numbas_bits(twin, random_unwind, random_book):
    """No factor is then known when the kernels are compiled."""
    rng = np.random.default_rng(2)
    model = random_unwind(rng, 9, 3, N_STEPS)
    for k, name in enumerate(LOOKED_AT):
        model.laws[name] = (np.arange(3) + k) % 9
    book = random_book(rng, 9, 3, 3, degree=6, n_steps=N_STEPS)
    chosen = settings_for(model, book, float32=False)
    assert {getattr(chosen, name) for name in LOOKED_AT} == {-1}
    assert_equal_runs(twin, model, book)


def test_an_unwind_of_64_factors_has_numbas_bits(twin, pair):
    model, book = pair(np.random.default_rng(3), 64)
    assert_equal_runs(twin, model, book)


@pytest.mark.parametrize("kinds", [4, 8])
def test_any_number_of_kinds_of_jumps_has_numbas_bits(twin, pair, kinds):
    """Arrivals come from one lane, or two."""
    model, book = pair(np.random.default_rng(4), 6)
    many = np.arange(kinds) % 5
    tables = {name: getattr(model, name)[many] for name in model._fields if name.startswith("jump_")}
    model.laws["last_jump"] = kinds
    assert_equal_runs(twin, model._replace(**tables), book)


def test_an_idle_unwind_has_the_plain_laws_bits(twin, pair, random_model):
    plain = random_model(np.random.default_rng(5), 6)
    idle, book = pair(np.random.default_rng(6), 6, off=MECHANISMS)
    regimes = {name: np.repeat(getattr(plain, name), 3, axis=1) for name in ("drift", "chol")}
    idle = idle._replace(decay=plain.decay, **regimes)
    one, other = (twin.pnl(prepared(twin, model, book), PathRange(first=7, n=300)) for model in (plain, idle))
    assert one.tobytes() == other.tobytes()


def test_two_programs_of_one_build_do_not_share_laws(twin, pair):
    pairs = [pair(np.random.default_rng(seed), 6) for seed in (7, 8)]
    paths, numba = PathRange(first=0, n=100), NumbaBackend()
    programs = [prepared(twin, *each) for each in pairs]
    for program, each in zip(programs, pairs, strict=True):
        assert twin.pnl(program, paths).tobytes() == numba.pnl(prepared(numba, *each), paths).tobytes()


@pytest.mark.parametrize("paths_at_once", [1, 512])
def test_what_paths_carry_is_kept_for_as_many_as_there_is_room(twin, pair, monkeypatch, paths_at_once):
    model, book = pair(np.random.default_rng(9), 7, 2, True)
    numba, paths = NumbaBackend(), PathRange(first=2**40, n=1300)
    ours, expected = prepared(twin, model, book), numba.pnl(prepared(numba, model, book), paths)
    monkeypatch.setattr(cuda_backend, "STATE_BYTES", paths_at_once * (3 * 7 + 7 + 15) * 8)
    assert twin.pnl(ours, paths).tobytes() == expected.tobytes()


def test_several_devices_with_little_memory_keep_the_bits(pair):
    model, book = pair(np.random.default_rng(10), 7, 2, True)
    numba, three = NumbaBackend(), CudaBackend([host_device(memory=9 * 2**20) for _ in range(3)])
    ours, theirs = prepared(three, model, book), prepared(numba, model, book)
    cells = CellRange(first=70_000, n=2, n_paths=70_001 * CELL + 50)  # beyond 2^32; the second cell is short
    pnl = numba.pnl(theirs, PathRange(first=0, n=999))
    brackets = np.stack([np.quantile(pnl, [0.0, 0.2], axis=1).T, np.quantile(pnl, [0.5, 0.6], axis=1).T], axis=1)
    assert_equal_reductions(three.reduce(ours, cells, brackets), numba.reduce(theirs, cells, brackets))


@pytest.mark.slow
@pytest.mark.parametrize("float32", [False, True])
@pytest.mark.parametrize("n_factors", [*range(2, 27), 32, 33, 40, 48, 63, 64])
def test_every_number_of_factors_of_an_unwind_has_numbas_bits(twin, pair, n_factors, float32):
    model, book = pair(np.random.default_rng(n_factors), n_factors, 1 + n_factors % 3, n_factors % 2 == 0)
    assert_equal_runs(twin, model, book, float32=float32)


@pytest.mark.slow
@pytest.mark.parametrize("float32", [False, True])
@pytest.mark.parametrize("is_split", [False, True])
def test_a_million_paths_of_an_unwind_have_numbas_bits(twin, pair, float32, is_split):
    model, book = pair(np.random.default_rng(11), 18, 2, is_split, n_steps=10)
    numba = NumbaBackend()
    ours, theirs = (prepared(backend, model, book, float32=float32) for backend in (twin, numba))
    cells = CellRange(first=0, n=16, n_paths=1_000_000)
    pnl = numba.pnl(theirs, PathRange(first=0, n=4096))
    brackets = np.stack([np.quantile(pnl, [0.0, 0.2], axis=1).T, np.quantile(pnl, [0.5, 0.6], axis=1).T], axis=1)
    assert_equal_reductions(twin.reduce(ours, cells, brackets), numba.reduce(theirs, cells, brackets))
