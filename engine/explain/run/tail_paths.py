"""The tail of one scenario's total as it is explained: its worst paths, and figures that add up over parts of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.analysis.contributions.figures import Figure
from engine.analysis.contributions.replay import replay
from engine.analysis.contributions.tail_parts import TailParts, drawn_parts, exact_moves
from engine.errors import InputError
from engine.risk.book_lines import LEAST_PATHS
from engine.risk.components import Component
from engine.risk.exact_tails import PastMoves
from engine.risk.results import TailResult
from engine.run.prepared import Prepared
from kernels.types import F64, U64

ROUNDING = 1e-9  # of a measure: an error below it is one of a part that is the same on every path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TailPaths:
    """The worst paths of a scenario's total, worst first, somewhat more of them than its tail holds."""

    part: Prepared
    scenario: int  # its number in the part
    parts: TailParts
    n_paths: int  # of which these are the worst: all of the run, or its first
    n_run_paths: int
    is_exact: bool  # every move is valued, none drawn

    @property
    def numbers(self) -> U64:
        """Return their numbers in the run: (n_kept,)."""
        return self.parts.paths

    @property
    def pnl(self) -> F64:
        """Return their P&L, the total's first and ascending, then the books': (1 + n_books, n_kept) [currency]."""
        return np.concatenate([self.parts.total_pnl[None], self.parts.books])

    @property
    def n_tail(self) -> int:
        """Return how many of them make up the tail: of drawn paths all that lose VaR or more."""
        return self.parts.weights.size

    def figures(self, parts: F64) -> Mapping[str, tuple[Figure, ...]]:
        """Return what each part adds to the measures of the total that have parts, by the measure's key.

        parts   (n_parts, n_kept) [currency] P&L, gains positive, which add up to the total's
        """
        found = self.parts.measured(parts) or ()
        keys = found[0].estimates if found else ()
        return {key: tuple(self._figure(each, key) for each in found) for key in keys}

    def _figure(self, part: Component, key: str) -> Figure:
        estimate, table_se = part.estimates[key], part.table_ses.get(key)
        least = ROUNDING * abs(self.parts.total.estimates[key].value)
        return Figure(
            value=estimate.value,
            se=estimate.se if estimate.se > least else 0.0,
            table_se=0.0 if table_se is not None and table_se <= least else table_se,
        )


def drawn_tail(part: Prepared, scenario: int, total: TailResult, n_paths: int) -> TailPaths:
    """Walk the first paths of a run again, as many as hold some 1,500 paths of the tail, and keep the worst.

    Raises InputError where the scenario has no tail; RiskError where the device fails.
    """
    only = part.config.model_copy(update={"confidences": (total.confidence,)})
    replayed = replay(replace(part, config=only), n_paths, lambda: None)
    parts = drawn_parts(part, scenario, replayed, total, n_paths)
    _check_tail(part.inputs.names[scenario], parts.total_pnl, parts.weights.size, total.confidence)
    looked = parts.worst.n_paths
    return TailPaths(part=part, scenario=scenario, parts=parts, n_paths=looked, n_run_paths=n_paths, is_exact=False)


def exact_tail(part: Prepared, scenario: int, total: TailResult, moves: PastMoves) -> TailPaths:
    """Return the worst moves of a scenario all of whose moves are valued. Raises InputError where it has no tail."""
    parts, n = exact_moves(moves, total), moves.pnl.shape[1]
    _check_tail(part.inputs.names[scenario], moves.pnl[0], parts.weights.size, total.confidence, least=1)
    return TailPaths(part=part, scenario=scenario, parts=parts, n_paths=n, n_run_paths=n, is_exact=True)


def _check_tail(name: str, pnl: F64, n_tail: int, confidence: float, least: int = LEAST_PATHS) -> None:
    if float(np.ptp(pnl)) <= 1e-12 * max(1.0, float(np.abs(pnl).max())):
        raise InputError(
            f"scenario {name} has no tail: every path has the same P&L, for no factor moves that the book depends on;"
            " leave the scenario out"
        )
    if n_tail < least:
        wanted = int(np.ceil(4 * least / (1.0 - confidence)))
        raise InputError(
            f"scenario {name} has {n_tail} paths in its tail at {confidence}, too few to say what made them;"
            f" {least} are needed: run {wanted:,} paths or more, or a lower confidence"
        )
