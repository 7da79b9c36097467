"""Expected shortfall with liquidity horizons: ten-day shocks of ever fewer factors, scaled and added in squares.

MAR33.4: the root of the sum over j of (ES_j sqrt((LH_j - LH_{j-1}) / 10))^2, where ES_j shocks the factors whose
liquidity horizon is LH_j days or more, and LH_0 is 0.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.analysis.regulatory.liquidity_horizons import BASE, HORIZONS
from engine.analysis.sectioning import sectioning_error
from engine.risk.measures.expected_shortfall import expected_shortfall
from engine.risk.past_table import TableDraws
from engine.run.table_errors import table_se_of_es
from kernels.types import F64, Bools

CONFIDENCE = 0.975  # MAR33.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A figure, a loss being positive, with one standard error of simulation."""

    value: float
    se: float  # 0 where nothing is drawn
    table_se: float | None = None  # of a law's table of past days; None: it has none that is told


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ladder:
    """Which factors are shocked, rung by rung: all, then those of longer liquidity horizons alone."""

    days: tuple[int, ...]  # (n_rungs,) least liquidity horizon of a rung's factors, ascending
    factors: Bools  # (n_rungs, n_factors)
    scales: tuple[float, ...]  # (n_rungs,) variance over that of ten days which a rung counts for

    def adjusted(self, pnl: F64) -> float:
        """Return the liquidity-adjusted ES, in the unit of P&L (n_rungs, n_paths) of the same paths."""
        return self._norm(self._shortfalls(pnl))

    def slopes(self, pnl: F64) -> F64:
        """Return what a small change of each rung's ES adds to the adjusted one: (n_rungs,)."""
        each = self._shortfalls(pnl)
        whole = self._norm(each)
        return np.array(self.scales) * each / whole if whole else np.zeros(each.size)

    def _shortfalls(self, pnl: F64) -> F64:
        return np.array([expected_shortfall(row, CONFIDENCE) for row in pnl])

    def _norm(self, each: F64) -> float:
        return math.sqrt(float(np.array(self.scales) @ (each * each)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """ES at 97.5 % of one scope and risk class, in the currency of the P&L."""

    risk_class: str  # "all", or a RiskClass
    by_days: tuple[tuple[int, Amount], ...]  # of ten-day shocks to factors of at least so many days
    adjusted: Amount  # for liquidity horizons


def ladder(factors: Bools, days: Sequence[int]) -> Ladder:
    """Return the rungs for some factors: one for each horizon at which fewer of them are left.

    factors  (n_factors,) those shocked at all, one at least
    days     (n_factors,) liquidity horizon of each, one of `HORIZONS`
    """
    horizons = np.array(days)
    rungs: list[tuple[int, Bools]] = []
    scales: list[float] = []
    for start, end in zip((0, *HORIZONS), HORIZONS, strict=False):
        left = factors & (horizons >= end)
        if not left.any():
            break
        if not rungs or not np.array_equal(left, rungs[-1][1]):
            rungs.append((int(horizons[left].min()), left))
            scales.append(0.0)
        scales[-1] += (end - start) / BASE
    return Ladder(
        days=tuple(least for least, _ in rungs), factors=np.array([left for _, left in rungs]), scales=tuple(scales)
    )


def shortfall(risk_class: str, rungs: Ladder, pnl: F64, *, drawn: bool, table: TableDraws | None = None) -> Shortfall:
    """Return the ES of a ladder with its errors.

    Parameters
    ----------
    pnl : (n_rungs, n_paths) [currency]
    drawn : whether paths have errors of simulation
    table : by what they draw from a law's table of past days; None: it has none
    """

    def with_both(statistic: Callable[[F64], float], weights: F64) -> Amount:
        found = with_error(statistic, pnl, drawn=drawn)
        return found if table is None else replace(found, table_se=table_se_of_es(pnl, weights, table, CONFIDENCE))

    def alone(k: int) -> Amount:
        return with_both(lambda part: expected_shortfall(part[k], CONFIDENCE), np.eye(len(pnl))[k])

    return Shortfall(
        risk_class=risk_class,
        by_days=tuple((days, alone(k)) for k, days in enumerate(rungs.days)),
        adjusted=with_both(rungs.adjusted, rungs.slopes(pnl)),
    )


def with_error(statistic: Callable[[F64], float], pnl: F64, *, drawn: bool) -> Amount:
    """Return a statistic of P&L (n_rows, n_paths), with its error by sections of the paths where these are drawn."""
    return Amount(value=statistic(pnl), se=sectioning_error(statistic, pnl) if drawn else 0.0)
