"""The oracle: plain and obvious, never optimised. numpy has no fma and its own log, so it agrees within a tolerance."""

import numpy as np

from kernels.base import AbstractBackend, CellRange, PathRange, Program, Reduction
from kernels.law_layout import PATH_SERIES, ModelArrays
from kernels.layout import Book
from kernels.numpy.moves import pnl_of_moves
from kernels.numpy.paths import levels_of_paths, pnl_of_paths
from kernels.numpy.reduce import reduce_cells
from kernels.payoffs import checked
from kernels.types import F64, U64, Array

WALKED_BYTES = 2**26  # that the paths of one go take, some thousand
REDUCED_BYTES = 160  # of a path and row, while it is summed


class NumpyBackend(AbstractBackend):
    """One core, plain numpy."""

    name = "numpy"

    def device(self) -> str:
        """Say what the work runs on."""
        return "numpy on one core"

    def prepare(
        self, model: ModelArrays, book: Book, *, seed: int, n_steps: int, float32: bool, centre: F64
    ) -> Program:
        """Prepare a run; see AbstractBackend."""
        return Program(
            model=model.rounded(np.float32 if float32 else np.float64),
            book=checked(book),
            seed=seed,
            n_steps=n_steps,
            centre=centre,
            n_rows=book.n_rows,
            compile_s=0.0,
        )

    def pnl(self, program: Program, paths: PathRange) -> F64:
        """See AbstractBackend. Some paths at a time, so that memory does not grow with them, nor with the days."""
        return _walked(program, paths)[0]

    def pnl_of_moves(self, book: Book, moves: F64) -> F64:
        """See AbstractBackend."""
        return pnl_of_moves(checked(book), moves)

    def levels(self, program: Program, path_ids: U64) -> Array:
        """See AbstractBackend."""
        return levels_of_paths(program, path_ids)

    def block_bytes(self, program: Program, n_paths: int) -> int:
        """See AbstractBackend."""
        return 2 * WALKED_BYTES + REDUCED_BYTES * program.n_rows * n_paths

    def device_bytes(self, program: Program, n_paths: int, n_brackets: int) -> int:
        """See AbstractBackend: none."""
        return 0

    def reduce(self, program: Program, cells: CellRange, brackets: F64) -> Reduction:
        """Reduce whole cells; see AbstractBackend."""
        pnl, ratios = _walked(program, cells.paths)
        return reduce_cells(pnl, ratios, cells, program.centre, brackets)


def _walked(program: Program, paths: PathRange) -> tuple[F64, F64]:
    """Return P&L (n_rows, paths.n) [reporting currency] and farthest moves (n_dynamics, paths.n), some at a time."""
    pnl, ratios = np.empty((program.n_rows, paths.n)), np.empty((len(program.model.decay), paths.n))
    some = _paths_at_once(program)
    for start in range(0, paths.n, some):
        part = slice(start, min(start + some, paths.n))
        pnl[:, part], ratios[:, part] = pnl_of_paths(
            program, PathRange(first=paths.first + start, n=part.stop - part.start)
        )
    return pnl, ratios


def _paths_at_once(program: Program) -> int:
    """Return how many paths' levels, once with the start and once without, and legs fill WALKED_BYTES; 64 at least."""
    n_dynamics, n_factors = program.model.decay.shape
    levels = 2 * n_dynamics * (1 + program.n_steps) * (n_factors + len(PATH_SERIES))
    n_legs = program.book.flows.own.size + program.book.flows.shared.size
    return max(64, WALKED_BYTES // (8 * (levels + n_legs)))
