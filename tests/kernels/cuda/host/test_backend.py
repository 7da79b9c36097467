"""The CUDA sources against numba, bit for bit: built by g++ everywhere, on the GPU where there is one."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.run.blocks import block_cells
from kernels.base import CELL, CellRange, PathRange, Reduction
from kernels.cuda.host import backend as cuda_backend
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.check import cuda_fault
from kernels.cuda.host.device import DeviceMemoryError
from kernels.cuda.host.on_cpu import HostDevice
from kernels.layout import DEGREES, FxOptions, Holdings
from kernels.numba.backend import NumbaBackend

# (n_factors, float32, degree, n_dynamics): odd and even, written out and not, laws together and one at a time
BUILDS = [(1, False, 0, 1), (5, False, 6, 2), (7, True, 8, 1), (16, False, 10, 1), (16, True, 14, 3), (29, False, 8, 2)]
# The same and terms in vol of the options' tables, 0 for none: each loop that there is, and some padded to one
DERIVATIVES = [
    (3, False, 0, 1, 0),
    (5, True, 6, 2, 1),
    (16, False, 10, 1, 12),
    (19, False, 8, 3, 3),
    (7, True, 14, 1, 7),
    (29, False, 10, 2, 16),
    (33, True, 0, 1, 23),
]
KINDS = ("n_holdings", "n_futures", "n_groups", "n_swaptions")


def host_device(**settings):
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    return HostDevice(**settings)


@pytest.fixture(scope="module", params=["host", pytest.param("gpu", marks=pytest.mark.gpu)])
def twin(request):
    if request.param == "host":
        return CudaBackend([host_device()])
    if fault := cuda_fault():
        pytest.skip(f"no GPU: {fault.message}")
    return CudaBackend()


def prepared(backend, model, book, *, seed=2**63 + 11, float32=False):
    n_rows = book.n_rows
    centre, n_steps = np.linspace(-50.0, 50.0, n_rows), int(book.run.observations[-1])
    return backend.prepare(model, book, seed=seed, n_steps=n_steps, float32=float32, centre=centre)


HALF_WIDTHS = [0.01, 0.03, 0.3]  # of polynomials and tables: most, some, none of the paths outside


def sha256(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def assert_equal_reductions(ours, theirs):
    for field in fields(Reduction):
        a, b = getattr(ours, field.name), getattr(theirs, field.name)
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes(), field.name


def brackets_of(pnl):
    """Two brackets a row, the lowest fifth and some of the middle."""
    return np.stack([np.quantile(pnl, [0.0, 0.2], axis=1).T, np.quantile(pnl, [0.5, 0.6], axis=1).T], axis=1)


@settings(max_examples=24, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pnl_and_levels_have_numbas_bits(twin, random_model, random_book, data):
    n_factors, float32, degree, n_dynamics = data.draw(st.sampled_from(BUILDS))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    model = random_model(rng, n_factors, n_dynamics)
    book = random_book(
        rng,
        n_factors,
        n_scenarios=n_dynamics + data.draw(st.integers(0, 1)),
        n_dynamics=n_dynamics,
        n_books=data.draw(st.integers(1, 3)),
        flows_per_segment=data.draw(st.integers(1, 6)),
        degree=degree,
        reporting=data.draw(st.integers(0, 1)),
        half_width=data.draw(st.sampled_from(HALF_WIDTHS)),
        n_steps=data.draw(st.sampled_from([1, 3])),
    )
    assert_equal_runs(twin, model, book, data, float32)


def assert_equal_runs(twin, model, book, data, float32):
    """P&L and levels of drawn paths are numba's."""
    run = {"seed": data.draw(st.integers(0, 2**64 - 1)), "float32": float32}
    paths = PathRange(first=data.draw(st.integers(0, 2**48)), n=data.draw(st.integers(1, 700)))
    ids = np.array(data.draw(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=9)), np.uint64)
    numba = NumbaBackend()
    ours, theirs = prepared(twin, model, book, **run), prepared(numba, model, book, **run)
    expected = numba.pnl(theirs, paths)
    assert np.isfinite(expected).all()
    assert sha256(twin.pnl(ours, paths)) == sha256(expected)
    assert sha256(twin.levels(ours, ids)) == sha256(numba.levels(theirs, ids))


@pytest.mark.parametrize("build", DERIVATIVES)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_kind_has_numbas_bits(twin, random_model, random_book, with_tables, tabulated, build, data):
    n_factors, float32, degree, n_dynamics, n_w = build
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    few = st.integers(1, 3)
    plain = random_book(
        rng,
        n_factors,
        n_scenarios=n_dynamics + data.draw(st.integers(0, 1)),
        n_dynamics=n_dynamics,
        n_books=data.draw(few),
        degree=degree,
        reporting=data.draw(st.integers(0, 1)),
        half_width=data.draw(st.sampled_from(HALF_WIDTHS)),
        n_steps=data.draw(st.sampled_from([1, 2])),
    )
    counts = {name: data.draw(few) for name in KINDS} | {"n_groups": data.draw(st.integers(2, 3))}
    n_early, n_options = data.draw(st.integers(0, 2)), data.draw(st.integers(0, 5))
    moved = data.draw(st.sampled_from([-1, n_factors - 2]))
    book = with_tables(rng, plain, n_early=n_early, n_options=n_options, vol_factor=moved, **counts)
    if n_w:
        book = tabulated(rng, book, data.draw(st.integers(1, 18)), n_w, data.draw(st.sampled_from(HALF_WIDTHS)))
    assert_equal_runs(twin, random_model(rng, n_factors, n_dynamics), book, data, float32)


@pytest.mark.parametrize("kind", [*KINDS, None])
def test_each_kind_alone_and_none_seen_early_has_numbas_bits(twin, random_model, random_book, with_tables, kind):
    """Builds leave out what a book has none of."""
    rng = np.random.default_rng(5)
    counts = {name: int(name == kind) for name in KINDS}
    model, plain = random_model(rng, 4, 2), random_book(rng, 4, n_dynamics=2, degree=6, half_width=0.03)
    book = with_tables(rng, plain, n_early=int(kind is None), vol_factor=2, **counts)
    numba, paths = NumbaBackend(), PathRange(first=2**32 - 250, n=500)
    assert sha256(twin.pnl(prepared(twin, model, book), paths)) == sha256(
        numba.pnl(prepared(numba, model, book), paths)
    )


@pytest.mark.parametrize("degree", [0, *DEGREES])
def test_every_degree_has_numbas_bits(twin, random_model, random_book, degree):
    rng = np.random.default_rng(degree)
    model, book = random_model(rng, 3), random_book(rng, 3, degree=degree, half_width=0.02)
    numba = NumbaBackend()
    paths = PathRange(first=2**32 - 250, n=500)
    assert sha256(twin.pnl(prepared(twin, model, book), paths)) == sha256(
        numba.pnl(prepared(numba, model, book), paths)
    )


def test_a_book_of_yen_alone_has_numbas_bits(twin, random_model, random_book):
    rng = np.random.default_rng(3)
    model, book = random_model(rng, 3), random_book(rng, 3, degree=6)
    run, cut = book.run, [tables._replace(owned=tables.owned[:, :1]) for tables in book.payoffs]
    run = run._replace(fx_factor=run.fx_factor[:1], fx_start=run.fx_start[:, :1], cash=run.cash[:, :, :1])
    book = book.holding(run, book.flows._replace(own=book.flows.own[:, :1]), *cut)
    numba, paths = NumbaBackend(), PathRange(first=0, n=300)
    assert sha256(twin.pnl(prepared(twin, model, book), paths)) == sha256(
        numba.pnl(prepared(numba, model, book), paths)
    )


@pytest.mark.parametrize("last", [1, 255, 256, 1000])
def test_reductions_have_numbas_bits(twin, random_model, random_book, last):
    rng = np.random.default_rng(7)
    model, book = random_model(rng, 5, 2), random_book(rng, 5, n_dynamics=2, degree=6)
    numba = NumbaBackend()
    ours, theirs = prepared(twin, model, book), prepared(numba, model, book)
    cells = CellRange(first=70_000, n=2, n_paths=70_001 * CELL + last)  # beyond 2^32; the second cell is short
    brackets = brackets_of(numba.pnl(theirs, PathRange(first=0, n=4096)))
    assert_equal_reductions(twin.reduce(ours, cells, brackets), numba.reduce(theirs, cells, brackets))


def test_reductions_without_brackets_keep_nothing(twin, random_model, random_book):
    rng = np.random.default_rng(8)
    model, book = random_model(rng, 3), random_book(rng, 3, degree=6)
    cells = CellRange(first=0, n=1, n_paths=100)
    program, numba = prepared(twin, model, book), NumbaBackend()
    brackets = np.empty((program.n_rows, 0, 2))
    reduction = twin.reduce(program, cells, brackets)
    assert reduction.kept_pnl.size == 0
    assert_equal_reductions(reduction, numba.reduce(prepared(numba, model, book), cells, brackets))


def test_two_programs_of_one_build_do_not_share_constants(twin, random_model, random_book):
    rng = np.random.default_rng(9)
    pairs = [(random_model(rng, 3), random_book(rng, 3, degree=6)) for _ in range(2)]
    paths, numba = PathRange(first=0, n=100), NumbaBackend()
    programs = [prepared(twin, *pair) for pair in pairs]
    for program, pair in zip(programs, pairs, strict=True):
        assert sha256(twin.pnl(program, paths)) == sha256(numba.pnl(prepared(numba, *pair), paths))


def test_several_devices_share_a_run_and_keep_its_bits(random_model, random_book):
    rng = np.random.default_rng(10)
    model, book = random_model(rng, 3), random_book(rng, 3, degree=6)
    alone, three = CudaBackend([host_device()]), CudaBackend([host_device() for _ in range(3)])
    one, shared = prepared(alone, model, book), prepared(three, model, book)
    cells = CellRange(first=0, n=4, n_paths=3 * CELL + 50)
    brackets = brackets_of(alone.pnl(one, PathRange(first=0, n=999)))
    assert_equal_reductions(three.reduce(shared, cells, brackets), alone.reduce(one, cells, brackets))
    for n in (1, 2, 1000):  # fewer paths than devices, too
        paths, ids = PathRange(first=5, n=n), np.arange(n, dtype=np.uint64)
        assert sha256(three.pnl(shared, paths)) == sha256(alone.pnl(one, paths))
        assert sha256(three.levels(shared, ids)) == sha256(alone.levels(one, ids))


def test_little_free_memory_makes_smaller_blocks_of_the_same_bits(random_model, random_book):
    rng = np.random.default_rng(11)
    model, book = random_model(rng, 3), random_book(rng, 3, degree=6)
    large = CudaBackend([host_device()])
    small = CudaBackend([host_device(memory=9 * 2**20)])  # one cell of 6 rows needs 6 MiB, of the 80 % that a run takes
    one, cut = prepared(large, model, book), prepared(small, model, book)
    cells = CellRange(first=0, n=2, n_paths=CELL + 50)
    brackets = brackets_of(large.pnl(one, PathRange(first=0, n=999)))
    assert_equal_reductions(small.reduce(cut, cells, brackets), large.reduce(one, cells, brackets))


def test_too_little_free_memory_is_refused_with_figures(random_model, random_book):
    rng = np.random.default_rng(12)
    model, book = random_model(rng, 3), random_book(rng, 3, degree=6)
    tiny = CudaBackend([host_device(memory=2**22)])
    program = prepared(tiny, model, book)
    with pytest.raises(DeviceMemoryError, match=r"4 MiB free; the least block, 65,536 paths x 6 rows, needs 8\.1 MiB"):
        tiny.reduce(program, CellRange(first=0, n=1, n_paths=10), np.empty((6, 0, 2)))


@pytest.fixture(scope="module")
def derivatives(every_kind):
    return every_kind(13, 5, n_w=4)


def test_programs_of_derivatives_do_not_share_constants(twin, derivatives):
    model, book = derivatives
    holdings, options = book.of(Holdings), book.of(FxOptions)
    other = book.holding(holdings._replace(value=2.0 * holdings.value), options._replace(terms=2.0 * options.terms))
    paths, numba = PathRange(first=0, n=100), NumbaBackend()
    programs = [prepared(twin, model, each) for each in (book, other)]
    for program, each in zip(programs, (book, other), strict=True):
        assert sha256(twin.pnl(program, paths)) == sha256(numba.pnl(prepared(numba, model, each), paths))


@pytest.mark.parametrize("paths_at_once", [1, 256, 512, 10_000])
def test_deviations_are_kept_for_as_many_paths_as_there_is_room(twin, derivatives, monkeypatch, paths_at_once):
    model, book = derivatives
    numba, paths = NumbaBackend(), PathRange(first=2**40, n=1300)
    ours, expected = prepared(twin, model, book), numba.pnl(prepared(numba, model, book), paths)
    monkeypatch.setattr(cuda_backend, "STATE_BYTES", paths_at_once * 3 * 2 * 5 * 8)
    assert sha256(twin.pnl(ours, paths)) == sha256(expected)


def test_several_devices_and_reductions_keep_the_bits_of_derivatives(derivatives):
    numba, three = NumbaBackend(), CudaBackend([host_device() for _ in range(3)])
    ours, theirs = prepared(three, *derivatives), prepared(numba, *derivatives)
    cells = CellRange(first=70_000, n=2, n_paths=70_001 * CELL + 50)
    brackets = brackets_of(numba.pnl(theirs, PathRange(first=0, n=999)))
    assert_equal_reductions(three.reduce(ours, cells, brackets), numba.reduce(theirs, cells, brackets))


def test_too_little_memory_for_deviations_is_refused_with_figures(derivatives):
    tiny = CudaBackend([host_device(memory=70_000)])
    with pytest.raises(DeviceMemoryError, match=r"the least block, 256 paths x 3 observations, needs 0\.1 MiB"):
        prepared(tiny, *derivatives)


@pytest.mark.parametrize(("n_scenarios", "n_books"), [(4, 2), (10, 8)], ids=["12 rows", "90 rows"])
def test_a_thousand_million_paths_are_planned_under_a_gibibyte_a_device(
    random_model, random_book, n_scenarios, n_books
):
    rng = np.random.default_rng(13)
    model, book = random_model(rng, 5), random_book(rng, 5, n_scenarios=n_scenarios, n_books=n_books, degree=6)
    alone, two = CudaBackend([host_device()]), CudaBackend([host_device(), host_device()])
    n_rows = n_scenarios * (1 + n_books)
    block = CELL * block_cells(n_rows)  # the largest that a run of 10^9 paths asks for at once
    one, shared = prepared(alone, model, book), prepared(two, model, book)
    need = alone.device_bytes(one, block, 3)
    assert 2 * 8 * n_rows * block < need < 2**30  # P&L twice, as walked and as kept
    assert two.device_bytes(shared, block, 3) <= need
    assert NumbaBackend().device_bytes(prepared(NumbaBackend(), model, book), block, 3) == 0


def test_a_block_takes_what_was_said(random_model, random_book):
    rng = np.random.default_rng(14)
    model, book = random_model(rng, 3), random_book(rng, 3, degree=6)
    backend = CudaBackend([host_device()])
    program = prepared(backend, model, book)
    backend.reduce(program, CellRange(first=0, n=2, n_paths=2 * CELL), np.tile([[-np.inf, np.inf]], (6, 1, 1)))
    said = backend.device_bytes(program, 2 * CELL, 1)
    assert 0.99 * said < backend.peak_bytes() <= said


SANITIZED = """
import hashlib, importlib.util, sys
import numpy as np
from kernels.base import CellRange, PathRange
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
spec = importlib.util.spec_from_file_location("draws", sys.argv[1])
draws = importlib.util.module_from_spec(spec)
spec.loader.exec_module(draws)
rng = np.random.default_rng(1)
flows = draws.random_model(rng, 5, 2), draws.random_book(rng, 5, n_dynamics=2, degree=6, half_width=0.02, n_steps=2)
others = draws.every_kind(1, 27, 8)
unwind = draws.random_unwind(rng, 5, 2, 4), draws.every_kind(1, 5, 4)[1]
for (model, book), float32 in ((flows, False), (others, True), (unwind, True)):
    twin = CudaBackend([HostDevice(sanitize=True)])
    n_steps = int(book.run.observations[-1])
    program = twin.prepare(model, book, seed=5, n_steps=n_steps, float32=float32, centre=np.zeros(6))
    cells = CellRange(first=0, n=2, n_paths=65_536 + 300) if book is flows[1] else CellRange(first=0, n=1, n_paths=300)
    twin.reduce(program, cells, np.tile([[-1e3, 0.0]], (6, 1, 1)))
    twin.levels(program, np.arange(3, dtype=np.uint64))
    pnl = twin.pnl(program, PathRange(first=2**33, n=777))
    print(hashlib.sha256(pnl.tobytes()).hexdigest())
"""


def test_sanitizers_find_nothing(root, random_model, random_unwind, random_book, every_kind):
    host_device()
    library = subprocess.run(["g++", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    if not os.path.isabs(library.stdout.strip()):
        pytest.skip("g++ has no address sanitizer here")
    environment = {**os.environ, "LD_PRELOAD": library.stdout.strip(), "PYTHONPATH": str(root)}
    environment["ASAN_OPTIONS"] = "detect_leaks=0"  # the interpreter keeps memory until it ends
    done = subprocess.run(
        [sys.executable, "-c", SANITIZED, str(root / "tests" / "kernels" / "conftest.py")],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    rng = np.random.default_rng(1)
    flows = random_model(rng, 5, 2), random_book(rng, 5, n_dynamics=2, degree=6, half_width=0.02, n_steps=2)
    unwind = random_unwind(rng, 5, 2, 4), every_kind(1, 5, 4)[1]
    expected, numba = [], NumbaBackend()
    for (model, book), float32 in ((flows, False), (every_kind(1, 27, 8), True), (unwind, True)):
        program = prepared(numba, model, book, seed=5, float32=float32)
        expected.append(sha256(numba.pnl(program, PathRange(first=2**33, n=777))))
    assert done.stdout.split() == expected


@pytest.mark.slow
@pytest.mark.parametrize("float32", [False, True])
@pytest.mark.parametrize("n_factors", range(1, 65))
def test_every_number_of_factors_has_numbas_bits(
    twin, random_model, random_book, with_tables, tabulated, n_factors, float32
):
    rng = np.random.default_rng(n_factors)
    degree = [0, *DEGREES][n_factors % 5]
    n_dynamics = 1 + n_factors % 3
    model = random_model(rng, n_factors, n_dynamics)
    n_steps = 1 + n_factors % 4
    book = random_book(rng, n_factors, 3, n_dynamics, degree=degree, half_width=0.03, n_steps=n_steps)
    if n_factors % 2 == 0:
        book = tabulated(rng, with_tables(rng, book, vol_factor=n_factors - 2), 7, 8, 0.03)
    numba = NumbaBackend()
    ours, theirs = prepared(twin, model, book, float32=float32), prepared(numba, model, book, float32=float32)
    paths, ids = PathRange(first=2**40 - 300, n=2000), np.arange(2**32 - 50, 2**32 + 50, dtype=np.uint64)
    assert sha256(twin.pnl(ours, paths)) == sha256(numba.pnl(theirs, paths))
    assert sha256(twin.levels(ours, ids)) == sha256(numba.levels(theirs, ids))


@pytest.mark.slow
@pytest.mark.parametrize("float32", [False, True])
@pytest.mark.parametrize("has_derivatives", [False, True])
def test_a_million_paths_have_numbas_bits(twin, random_model, random_book, every_kind, float32, has_derivatives):
    rng = np.random.default_rng(64)
    model, book = random_model(rng, 16), random_book(rng, 16, degree=10, half_width=0.04)
    if has_derivatives:
        model, book = every_kind(64, 16, n_w=12)
    numba = NumbaBackend()
    ours, theirs = (prepared(backend, model, book, float32=float32) for backend in (twin, numba))
    cells = CellRange(first=0, n=16, n_paths=1_000_000)
    brackets = brackets_of(numba.pnl(theirs, PathRange(first=0, n=4096)))
    assert_equal_reductions(twin.reduce(ours, cells, brackets), numba.reduce(theirs, cells, brackets))
