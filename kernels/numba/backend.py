"""The CPU backend: allocate, then call the kernels of this folder."""

import platform
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from kernels.base import BLOCK, CELL, AbstractBackend, CellArrays, CellRange, PathRange, Program, Reduction
from kernels.far import far_paths
from kernels.law_layout import PATH_SERIES, ModelArrays
from kernels.layout import Book
from kernels.objects import KERNELS, Kernel, kept_target, n_threads
from kernels.payoffs import HOUSE, checked, payoff_of
from kernels.types import F64, U64, Array, Bools

LEAST_PART = 8192  # paths that a thread takes at once, at least
PARTS = 8  # for each thread, so that none waits long for another

_KERNELS = {name: Kernel(name) for name in KERNELS}


class NumbaBackend(AbstractBackend):
    """All cores of this machine."""

    name = "numba"

    def device(self) -> str:
        """Processor and vectors that kernels are compiled for, and threads."""
        name, vectors = kept_target() or _compiler_target()
        return f"{platform.machine()} {name}{f' with {vectors}' if vectors else ''}, {n_threads()} threads"

    def prepare(
        self, model: ModelArrays, book: Book, *, seed: int, n_steps: int, float32: bool, centre: F64
    ) -> Program:
        """Prepare a run; see AbstractBackend. Compilation happens here, on one cell of paths' worth of types."""
        start = time.perf_counter()
        program = Program(
            model=model.rounded(np.float32 if float32 else np.float64),
            book=checked(book),
            seed=seed,
            n_steps=n_steps,
            centre=np.ascontiguousarray(centre),
            n_rows=book.n_rows,
            compile_s=0.0,
        )
        with _kept_if_ours(book):
            self.reduce(program, CellRange(first=0, n=1, n_paths=1), np.zeros((program.n_rows, 1, 2)))
        return replace(program, compile_s=time.perf_counter() - start)

    def block_bytes(self, program: Program, n_paths: int) -> int:
        """See AbstractBackend."""
        return 8 * (program.n_rows + len(program.model.decay)) * n_paths

    def device_bytes(self, program: Program, n_paths: int, n_brackets: int) -> int:
        """See AbstractBackend: none."""
        return 0

    def reduce(self, program: Program, cells: CellRange, brackets: F64) -> Reduction:
        """Reduce whole cells; see AbstractBackend."""
        paths = cells.paths
        pnl, ratios = _walked(program, paths)
        n_rows, n_brackets = brackets.shape[:2]
        out = CellArrays(
            sums=np.zeros((n_rows, cells.n)),
            squares=np.zeros((n_rows, cells.n)),
            digests=np.zeros((n_rows, cells.n, 2), np.uint64),
            gap_counts=np.zeros((n_rows, n_brackets, cells.n), np.int64),
            gap_sums=np.zeros((n_rows, n_brackets, cells.n)),
            gap_squares=np.zeros((n_rows, n_brackets, cells.n)),
        )
        counts = np.zeros((n_rows, cells.n), np.int64)
        brackets = np.ascontiguousarray(brackets)
        given = pnl, np.uint64(paths.first), CELL, program.centre, brackets
        _share_out(counts.size, 1, lambda begin, end: _KERNELS["reduce_cells"](*given, begin, end, out, counts))
        ends = np.cumsum(counts).reshape(counts.shape)
        kept = np.empty(int(counts.sum()))
        starts = ends - counts
        _share_out(
            counts.size, 1, lambda begin, end: _KERNELS["keep_tails"](pnl, CELL, brackets, starts, begin, end, kept)
        )
        return Reduction(
            first_cell=cells.first,
            kept_pnl=kept,
            kept_rows=np.concatenate((np.zeros(1, np.int64), ends[:, -1])),
            **out._asdict(),
            **far_paths(ratios, paths.first, cells.n, CELL)._asdict(),
        )

    def pnl(self, program: Program, paths: PathRange) -> F64:
        """See AbstractBackend."""
        return _walked(program, paths)[0]

    def pnl_of_moves(self, book: Book, moves: F64) -> F64:
        """See AbstractBackend."""
        tables, given = checked(book), np.ascontiguousarray(moves, np.float64)
        pnl, held = np.empty((book.n_rows, given.shape[1])), _held(tables)
        with _kept_if_ours(book):  # what is compiled is compiled here: no `prepare` comes before
            _share(given.shape[1], lambda begin, end: _KERNELS["pnl_of_moves"](tables, held, given, begin, end, pnl))
        return pnl

    def levels(self, program: Program, path_ids: U64) -> Array:
        """See AbstractBackend."""
        n_dynamics, n_factors = program.model.decay.shape
        ids = np.ascontiguousarray(path_ids, np.uint64)
        shape = (n_dynamics, program.n_steps, n_factors + len(PATH_SERIES), ids.size)
        levels = np.empty(shape, program.model.chol.dtype)
        constants = program.model, np.uint64(program.seed), program.n_steps, ids, _random_kind(program)
        _share(ids.size, lambda begin, end: _KERNELS["levels_of_paths"](*constants, begin, end, levels))
        return levels


def _walked(program: Program, paths: PathRange) -> tuple[F64, F64]:
    """Return P&L (n_rows, paths.n) [reporting currency], and the farthest moves (n_dynamics, paths.n)."""
    pnl, ratios = np.empty((program.n_rows, paths.n)), np.empty((len(program.model.decay), paths.n))
    seed, first = np.uint64(program.seed), np.uint64(paths.first)
    constants = program.model, program.book, _held(program.book), seed, first, _random_kind(program)
    _share(paths.n, lambda begin, end: _KERNELS["pnl_of_paths"](*constants, begin, end, pnl, ratios))
    return pnl, ratios


def _held(book: Book) -> Bools:
    """Return (n_books, n_currencies) which accounts hold any payoff."""
    held = [tables.owned["last"] > tables.owned["first"] for tables in book.payoffs]  # type: ignore[attr-defined]
    return np.any([np.zeros(book.flows.own.shape, np.bool_), *held], axis=0)


@contextmanager
def _kept_if_ours(book: Book) -> Iterator[None]:
    """Keep what is compiled for a book in the cache where all its payoffs are of this program, else compile anew.

    numba finds machine code by the hash of our own sources, not of other packages', and a list that names their classes
    cannot be read where they are not installed. So what has such a book among its arguments is of this process alone.
    """
    if all(payoff_of(type(tables)).name in HOUSE for tables in book.payoffs):
        yield
        return
    from kernels.numba.revalue import revalue

    own = [_KERNELS[name] for name in ("pnl_of_paths", "pnl_of_moves")]
    caches = [*(kernel.dispatcher._cache for kernel in own), revalue._cache]
    _set_kept(own, caches, is_kept=False)
    try:
        yield
    finally:
        _set_kept(own, caches, is_kept=True)


def _set_kept(own: list[Kernel], caches: list[Any], *, is_kept: bool) -> None:
    for kernel in own:
        kernel.is_kept = is_kept
    for cache in caches:
        (cache.enable if is_kept else cache.disable)()


def _compiler_target() -> tuple[str, str]:
    from kernels.numba.settings import compiler_target  # here: it loads numba

    return compiler_target()


def _share(n: int, work: Callable[[int, int], None]) -> None:
    """Have all threads do `work` on parts of n paths: whole blocks, and not too few."""
    part = -(-n // (PARTS * n_threads() * BLOCK)) * BLOCK
    _share_out(n, max(LEAST_PART, part), work)


def _share_out(n: int, part: int, work: Callable[[int, int], None]) -> None:
    """Have all threads do `work` on range(n), so many at once: the kernels let go of the interpreter's lock."""
    n_workers, begins = n_threads(), range(0, n, part)
    if len(begins) < 2 or n_workers == 1:
        work(0, n)
        return
    with ThreadPoolExecutor(min(n_workers, len(begins))) as pool:
        for _ in pool.map(lambda begin: work(begin, min(n, begin + part)), begins):
            pass


def _random_kind(program: Program) -> Array:
    """Random bits come as 64-bit numbers for binary64 and 32-bit words for binary32."""
    return np.empty(0, np.uint32 if program.model.chol.dtype == np.float32 else np.uint64)
