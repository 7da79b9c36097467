"""The tail of one scenario's total, path by path: numbers, P&L by book, moves; and figures that add up over parts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.analysis.contributions.replay import replay
from engine.errors import InputError
from engine.risk.book_lines import LEAST_PATHS, BookTail
from engine.risk.exact_tails import MEASURES as EXACT_MEASURES
from engine.risk.exact_tails import PastMoves
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.registry import MEASURES
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.ranks import tail_mass
from engine.risk.results import TailResult
from engine.run.prepared import Prepared
from kernels.types import F64, U64

ROUNDING = 1e-9  # of a measure: an error below it is one of a part that is the same on every path


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFigure:
    """What one part of a total adds to one of its measures [currency]; negative: it takes off."""

    value: float
    se: float  # of the simulation; 0 where nothing is drawn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TailPaths:
    """The worst paths of a scenario's total, worst first, somewhat more of them than its tail holds."""

    part: Prepared
    scenario: int  # its number in the part
    total: TailResult
    numbers: U64  # (n_kept,) of the run
    pnl: F64  # (1 + n_books, n_kept) [currency] total first, ascending; gains positive
    n_tail: int  # of them that lose VaR or more
    n_paths: int  # of which these are the worst: all of the run, or its first
    n_run_paths: int
    weights: F64 | None  # (n_kept,) how much each counts, where all moves are known and nothing is drawn; None: drawn

    @property
    def n_scopes(self) -> int:
        """Return the number of rows of P&L: of the total and the books."""
        return len(self.pnl)

    def figures(self, parts: F64) -> Mapping[str, tuple[PartFigure, ...]]:
        """Return what each part adds to the measures of the total that have parts, by the measure's key.

        parts   (n_parts, n_kept) [currency] P&L, gains positive, which add up to the total's
        """
        if self.weights is not None:
            return self._exact_figures(parts)
        tail = BookTail(
            losses=-np.vstack([self.pnl[:1], parts]),
            n_paths=self.n_paths,
            n_run_paths=self.n_run_paths,
            confidence=self.total.confidence,
            total=self.total.estimates,
        )
        found = {}
        for key, measure in MEASURES.items():
            if measure.contribution is not None and (read := measure.contribution.components(tail)) is not None:
                ses = np.where(read.ses > ROUNDING * abs(self.total.of(measure).value), read.ses, 0.0)
                pairs = zip(read.values.tolist(), ses.tolist(), strict=True)
                found[key] = tuple(PartFigure(value=value, se=se) for value, se in pairs)
        return found

    def _exact_figures(self, parts: F64) -> Mapping[str, tuple[PartFigure, ...]]:
        """Return the parts of the move that is VaR, and their mean over the tail, the last move in part."""
        assert self.weights is not None
        weights = self.weights[: self.n_tail].copy()
        mass = float(tail_mass(self.total.confidence, self.n_paths))
        weights[-1] = mass - weights[:-1].sum()
        at_var = -parts[:, self.n_tail - 1]
        mean = -(parts[:, : self.n_tail] @ weights) / mass
        both = dict(zip((VALUE_AT_RISK.key, EXPECTED_SHORTFALL.key), (at_var, mean), strict=True))
        return {
            key: tuple(PartFigure(value=0.0 + value, se=0.0) for value in both[key].tolist()) for key in EXACT_MEASURES
        }


def drawn_tail(part: Prepared, scenario: int, total: TailResult, n_paths: int) -> TailPaths:
    """Walk the first paths of a run again, as many as hold some 1,500 paths of the tail, and keep the worst.

    Raises InputError where the scenario has no tail; RiskError where the device fails.
    """
    only = part.config.model_copy(update={"confidences": (total.confidence,)})
    worst = replay(replace(part, config=only), n_paths, lambda: None).worst[scenario, total.confidence]
    name, var = part.inputs.names[scenario], total.of(VALUE_AT_RISK).value
    n_tail = int(np.searchsorted(worst.pnl[0], -var, "right"))
    _check_tail(name, worst.pnl[0], n_tail, total.confidence)
    return TailPaths(
        part=part,
        scenario=scenario,
        total=total,
        numbers=worst.paths,
        pnl=worst.pnl,
        n_tail=n_tail,
        n_paths=worst.n_paths,
        n_run_paths=n_paths,
        weights=None,
    )


def exact_tail(part: Prepared, scenario: int, total: TailResult, moves: PastMoves) -> TailPaths:
    """Return the worst moves of a scenario all of whose moves are valued. Raises InputError where it has no tail."""
    order = np.argsort(moves.pnl[0], kind="stable")[: total.tail_paths]
    weights = np.ones(order.size) if moves.weights is None else moves.weights[order]
    _check_tail(part.inputs.names[scenario], moves.pnl[0], order.size, total.confidence, least=1)
    return TailPaths(
        part=part,
        scenario=scenario,
        total=total,
        numbers=order.astype(np.uint64),
        pnl=moves.pnl[:, order],
        n_tail=order.size,
        n_paths=moves.pnl.shape[1],
        n_run_paths=moves.pnl.shape[1],
        weights=weights,
    )


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
