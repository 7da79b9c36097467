"""What every backend answers, and the arrays it is given. One interface for numpy, numba and CUDA."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

from kernels.law_layout import ModelArrays
from kernels.layout import Book
from kernels.types import F64, I64, U64, Array

CELL = 65_536  # consecutive paths whose moments are summed together, whatever the block size
BLOCK = 128  # paths that one inner loop of numba's wing handles: a compile-time constant, so that it becomes SIMD


class CellArrays(NamedTuple):
    """The fixed-size part of a Reduction, as kernels see it."""

    sums: F64
    squares: F64
    digests: U64
    gap_counts: I64
    gap_sums: F64
    gap_squares: F64


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRange:
    """Whole cells of consecutive paths: the unit of work."""

    first: int  # index of the first cell
    n: int  # how many
    n_paths: int  # of the whole run: the last cell may be short

    @property
    def paths(self) -> "PathRange":
        """The paths of these cells."""
        first = self.first * CELL
        return PathRange(first=first, n=min((self.first + self.n) * CELL, self.n_paths) - first)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRange:
    """Consecutive global path indices."""

    first: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reduction:
    """What a run keeps of some cells. A row is (scenario, scope), scenario-major; scope 0 is the total, then the books.

    `brackets`, given by the caller, are disjoint ascending P&L intervals per row. P&L inside one (ends included)
    is kept; P&L below bracket g and above bracket g - 1 is gap g, of which a cell keeps only count, sum, squares.
    """

    first_cell: int
    sums: F64  # (n_rows, n_cells) of pnl - centre
    squares: F64  # (n_rows, n_cells) of (pnl - centre)^2
    digests: U64  # (n_rows, n_cells, 2)
    gap_counts: I64  # (n_rows, n_brackets, n_cells)
    gap_sums: F64  # (n_rows, n_brackets, n_cells) of pnl - centre
    gap_squares: F64  # (n_rows, n_brackets, n_cells) of (pnl - centre)^2
    kept_pnl: F64  # (n_kept,) row by row, in no promised order
    kept_rows: I64  # (n_rows + 1,) where each row starts in kept_pnl
    far_counts: I64  # (n_dynamics, n_cells) far paths, as `kernels.far` has them
    far_paths: U64  # (n_dynamics, n_cells, N_NAMED) numbers of the farthest
    far_ratios: F64  # (n_dynamics, n_cells, N_NAMED) their moves over the limit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """A model and a book made ready on a backend: compiled, constants in place."""

    model: Any  # the backend's own form of ModelArrays
    book: Book
    seed: int
    n_steps: int
    centre: F64  # (n_rows,) [P&L] about which moments are taken
    n_rows: int  # n_scenarios * (1 + n_books)
    compile_s: float


class AbstractBackend(ABC):
    """A place to run kernels."""

    name: str

    @abstractmethod
    def device(self) -> str:
        """What the work runs on, in words."""

    @abstractmethod
    def block_bytes(self, program: Program, n_paths: int) -> int:
        """Host memory that a block of `n_paths` takes."""

    @abstractmethod
    def device_bytes(self, program: Program, n_paths: int, n_brackets: int) -> int:
        """Memory that the program and a block of `n_paths`, kept by `n_brackets` a row, take on each device at most.

        0 where the work is done in the host's memory, which `block_bytes` counts.
        """

    @abstractmethod
    def prepare(
        self, model: ModelArrays, book: Book, *, seed: int, n_steps: int, float32: bool, centre: F64
    ) -> Program:
        """Compile and move constants to the device, once per run.

        `float32` draws and steps in binary32; revaluation is always binary64. `seed` is the 64-bit Philox key, `centre`
        (n_rows,) what P&L is counted from [reporting currency].
        """

    @abstractmethod
    def reduce(self, program: Program, cells: CellRange, brackets: F64) -> Reduction:
        """Reduce whole cells to what a run uses: moments, digests, tails; brackets (n_rows, n_brackets, 2) [P&L]."""

    @abstractmethod
    def pnl(self, program: Program, paths: PathRange) -> F64:
        """Value every row: (n_rows, paths.n) [reporting currency], the same bits for any split into ranges."""

    @abstractmethod
    def pnl_of_moves(self, book: Book, moves: F64) -> F64:
        """Value every row after given moves, (n_factors, n) in the states' units: (n_rows, n) [reporting currency].

        Nothing is drawn; the book has one observation.
        """

    @abstractmethod
    def levels(self, program: Program, path_ids: U64) -> Array:
        """Replay chosen paths: (n_dynamics, n_steps, n_factors + len(PATH_SERIES), n_ids) after each step.

        Deviations of the factors, price impact included, then what `PATH_SERIES` names: the number of the regime, USD
        bn sold so far, and the impact on the 5-year yield, in its units.
        """
