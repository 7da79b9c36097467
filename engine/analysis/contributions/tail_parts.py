"""The total's worst paths of one scenario, and what parts of the P&L on them contribute to the total's measures."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.contributions.figures import Figure
from engine.analysis.contributions.replay import Replayed
from engine.risk.component_table_errors import with_component_table_errors
from engine.risk.components import Component, WorstPaths, components
from engine.risk.exact_tails import ExactWorst, PastMoves, exact_parts, exact_worst
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.past_table import DrawnBlocks
from engine.risk.results import TailResult
from engine.risk.tail_means import tail_mean_se
from engine.run.prepared import Prepared
from engine.run.table_errors import LEAST_PATHS, table_draws
from kernels.types import F64, I64, U64, Bools


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TailParts(ABC):
    """The worst paths of a scenario's total at one confidence."""

    total: TailResult  # of the run
    paths: U64  # (n_kept,) numbers of paths, or of moves of an exact law; worst first
    total_pnl: F64  # (n_kept,) [currency]
    books: F64  # (n_books, n_kept) [currency]

    @abstractmethod
    def measured(self, pnl: F64) -> tuple[Component, ...] | None:
        """Read what parts contribute, from their P&L (n_parts, n_kept) [currency]; None: the tail does not tell."""

    @property
    @abstractmethod
    def weights(self) -> F64:
        """Return how much each of the tail's paths counts in it, the paths that lose most: (n_tail,), in all 1."""

    @property
    @abstractmethod
    def origins(self) -> I64:
        """Return a number for each of the tail's paths, (n_tail,): those of one number are the same day of the past."""

    def shares(self, groups: Sequence[Bools]) -> list[Figure]:
        """Return the share of the tail's paths that each group has: (n_groups,) of (n_kept,) whether a path is in it.

        The error of paths that were drawn is that of a mean over a tail whose VaR is estimated.
        """
        mine = [is_in[: self.weights.size] for is_in in groups]
        return [
            Figure(value=float(self.weights[each].sum()), se=self.mean_se(each.astype(np.float64))) for each in mine
        ]

    @abstractmethod
    def mean_se(self, values: F64) -> float:
        """Return the simulation's error of a mean over the tail's paths, from their values (n_tail,), worst first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnParts(TailParts):
    """Of paths that were drawn."""

    worst: WorstPaths
    n_paths: int  # of the run
    drawn: DrawnBlocks | None  # from a law's table; None: it has none, or paths are too few for its error

    def measured(self, pnl: F64) -> tuple[Component, ...] | None:
        """See `TailParts`."""
        worst = self.worst.of_parts(pnl)
        found = components(worst, self.total, self.n_paths)
        if found is None or self.drawn is None:
            return found
        return with_component_table_errors(found, worst, self.total, self.drawn)

    @property
    def weights(self) -> F64:
        """See `TailParts`: those that lose the run's VaR or more."""
        n = int(np.searchsorted(self.total_pnl, -self.total.of(VALUE_AT_RISK).value, "right"))
        return np.full(n, 1.0 / max(n, 1))

    @property
    def origins(self) -> I64:
        """See `TailParts`: each path is drawn for itself."""
        return np.arange(self.weights.size)

    def mean_se(self, values: F64) -> float:
        """See `TailParts`."""
        return tail_mean_se(values, self.total.confidence, self.n_paths)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactParts(TailParts):
    """Of a law each of whose moves is valued."""

    worst: ExactWorst

    def measured(self, pnl: F64) -> tuple[Component, ...] | None:
        """See `TailParts`."""
        return exact_parts(self.worst, pnl)

    @property
    def weights(self) -> F64:
        """See `TailParts`: the least likely moves that make up the tail, the last of them in part."""
        return self.worst.weights

    @property
    def origins(self) -> I64:
        """See `TailParts`: rows of the table."""
        return self.worst.rows

    def mean_se(self, values: F64) -> float:
        """See `TailParts`: nothing is drawn."""
        return 0.0


def drawn_parts(part: Prepared, scenario: int, replayed: Replayed, total: TailResult, n_paths: int) -> DrawnParts:
    """Return the worst paths of a drawn scenario; `n_paths` of the run."""
    worst, draws = replayed.worst[scenario, total.confidence], table_draws(part, scenario)
    has_error = draws is not None and worst.n_paths >= LEAST_PATHS
    return DrawnParts(
        total=total,
        paths=worst.paths,
        total_pnl=worst.pnl[0],
        books=worst.pnl[1:],
        worst=worst,
        n_paths=n_paths,
        drawn=draws.drawn_by(worst.paths) if draws is not None and has_error else None,
    )


def exact_moves(moves: PastMoves, total: TailResult) -> ExactParts:
    """Return the worst moves of an exact scenario."""
    worst = exact_worst(moves, total.confidence)
    pnl = moves.pnl[:, worst.order]
    return ExactParts(total=total, paths=worst.order.astype(np.uint64), total_pnl=pnl[0], books=pnl[1:], worst=worst)
