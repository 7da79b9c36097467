"""The total's worst paths of one scenario, and what parts of the P&L on them contribute to the total's measures."""

import math
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
from engine.run.prepared import Prepared
from engine.run.table_errors import LEAST_PATHS, table_draws
from kernels.types import F64, U64, Bools


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

    def shares(self, groups: Sequence[Bools]) -> list[Figure]:
        """Return the share of the tail's paths that each group has: (n_groups,) of (n_kept,) whether a path is in it.

        The error of paths that were drawn is a binomial share's.
        """
        n = self.weights.size
        found = [float(self.weights[is_in[:n]].sum()) for is_in in groups]
        return [Figure(value=share, se=self._share_se(share)) for share in found]

    @abstractmethod
    def _share_se(self, share: float) -> float:
        """Return the simulation's error of a share of the tail's paths."""


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

    def _share_se(self, share: float) -> float:
        return math.sqrt(max(share * (1.0 - share), 0.0) / max(self.weights.size, 1))


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

    def _share_se(self, share: float) -> float:
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
