"""What every backend answers, and the arrays it is given. One interface for numpy, numba and CUDA."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
Array = npt.NDArray[Any]

DEGREES = (6, 8, 10, 14)  # total degrees the kernels can evaluate
CELL = 65_536  # consecutive paths whose moments are summed together, whatever the block size


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


class ModelArrays(NamedTuple):
    """The law of the factors' deviations from their starts. A dynamics is one such law; scenarios may share it."""

    decay: F64  # (n_dynamics, n_factors)   deviation kept over one step, exp(-kappa dt)
    drift: F64  # (n_dynamics, n_factors)   per step, in the state's own units
    chol: F64  # (n_dynamics, n_factors, n_factors)   lower Cholesky factor of the one-step covariance

    def rounded(self, precision: type) -> "ModelArrays":
        """The same law in `precision`, contiguous."""
        arrays: list[Any] = [np.ascontiguousarray(array, precision) for array in self]
        return ModelArrays(*arrays)


class BookArrays(NamedTuple):
    """Books in each scenario, as polynomials and flows in the factors' deviations.

    Currency 0 is JPY. Segments and flows are sorted by book, then currency; flows by segment within.
    A segment lies between two neighbouring pillars of a curve: its flows depend on two factors only.
    """

    dynamics: I64  # (n_scenarios,) which law each scenario's deviations follow
    fx_factor: I64  # (n_currencies,) factor whose exponential moves the rate; [0] is unused
    fx_start: F64  # (n_scenarios, n_currencies) JPY per unit at the start; 1 for JPY
    reporting: int  # currency of the P&L
    base_value: F64  # (n_books,) in the reporting currency, in the unshocked market
    cash: F64  # (n_scenarios, n_books, n_currencies) collected or held at the horizon, in the currency
    segment_range: I64  # (n_books, n_currencies, 2) first and last + 1
    segment_factors: I64  # (n_segments, 2) factors at the pillars below and above
    centre: F64  # (n_scenarios, n_factors) deviation at the middle of the polynomials' range
    inverse_width: F64  # (n_scenarios, n_factors) 1 / half width of that range; 0 for a factor of no segment
    degree: int  # D, total degree of the polynomials, one of DEGREES; 0: every path is summed flow by flow
    coefficients: F64  # (n_scenarios, n_segments, (D + 1)(D + 2) / 2) of 1, v, ..., v^D, u, u v, ..., u^D
    flow_range: I64  # (n_segments, 2) first and last + 1
    flow_value: F64  # (n_scenarios, n_flows) value at the horizon with no deviation, in the currency
    flow_exponents: F64  # (n_flows, 2) d ln(value) / d(deviation) at the two pillars: -time * weight


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """A model and a book made ready on a backend: compiled, constants in place."""

    model: Any  # the backend's own form of ModelArrays
    book: Any  # the backend's own form of BookArrays
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
    def prepare(
        self, model: ModelArrays, book: BookArrays, *, seed: int, n_steps: int, float32: bool, centre: F64
    ) -> Program:
        """Compile and move constants to the device, once per run.

        `float32` draws and steps in binary32; revaluation is always binary64. `seed` is the 64-bit Philox key.
        """

    @abstractmethod
    def reduce(self, program: Program, cells: CellRange, brackets: F64) -> Reduction:
        """What a run uses of whole cells: moments, digests, tails. `brackets` (n_rows, n_brackets, 2) [P&L]."""

    @abstractmethod
    def pnl(self, program: Program, paths: PathRange) -> F64:
        """P&L of every row: (n_rows, paths.n), reporting currency; the same bits for any split into ranges."""

    @abstractmethod
    def levels(self, program: Program, path_ids: U64) -> Array:
        """Replay chosen paths: deviations (n_dynamics, n_steps, n_factors, n_ids) after each step."""
