"""The filtered law: past joint dates' residuals drawn whole, by variances at four speeds that go along with the path.

Calibration is that of `engine.calibration.filtered`, as of each date. One date ahead the law is its rows, each equally
likely: nothing is drawn. Beyond, a row is drawn for each step and path.
"""

from dataclasses import dataclass

import numpy as np

from engine.backtest.laws.backtest_law import BacktestLaw, Forecast, ForeseenMoves
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.joint_history import JointHistory
from engine.calibration.filtered import (
    DEFAULT_RULE,
    LEAST_DATES,
    FilterRule,
    leaders_and_led,
    rows_and_leads,
    standardised_along,
)
from engine.market.filtered import FLOOR
from kernels.types import F64, I64, U32

_SOME = 1000  # paths at a time: their averages stay in the cache


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnJumps:
    """Jumps beyond the rows, by step and path."""

    kinds: I64  # (n_steps, n_paths) place in `moves`; one behind the last: none comes
    sizes: F64  # (n_steps, n_paths)
    moves: F64  # (n_kinds, n_factors) standard deviations of the day, of a jump of size 1

    def of_paths(self, some: slice) -> "DrawnJumps":
        """Return those of some paths."""
        return DrawnJumps(kinds=self.kinds[:, some], sizes=self.sizes[:, some], moves=self.moves)

    def of_step(self, step: int) -> tuple[I64, F64]:
        """Return which paths have one in a step, (n,), and their moves (n_factors, n) in standard deviations."""
        hit = np.flatnonzero(self.kinds[step] < len(self.moves))
        return hit, np.asarray(self.sizes[step, hit] * self.moves[self.kinds[step, hit]].T)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilteredDate:
    """The law of one date, factors first; as `engine.market.filtered.FilteredState`."""

    averages: F64  # (n_factors, n_speeds) variances per weekday
    rows: F64  # (n_factors, n_rows) residuals
    gamma: F64  # (n_leaders, n_led)
    last: F64  # (n_leaders,)
    leaders: I64  # places of factors
    led: I64
    rule: FilterRule

    def next_moves(self, span: float) -> F64:
        """Return the moves of one step over `span` weekdays, each equally likely: (n_factors, n_rows)."""
        z = self.rows.copy()
        z[self.led] += (self.gamma.T @ self.last)[:, None]
        return np.asarray(self.deviations(span)[:, None] * z)

    def deviations(self, span: float) -> F64:
        """Return the standard deviations of one step over `span` weekdays, in the states' units: (n_factors,)."""
        variances = np.maximum(self.averages @ np.array(self.rule.weights), FLOOR)
        return np.asarray(np.sqrt(span * variances))

    def walked(self, drawn: U32, spans: F64, jumps: DrawnJumps | None = None) -> F64:
        """Return the moves over all steps: (n_factors, n_paths); drawn (n_steps, n_paths) rows, spans (n_steps,)."""
        some = [slice(first, first + _SOME) for first in range(0, drawn.shape[1], _SOME)]
        parts = [self._walked(drawn[:, part], spans, jumps and jumps.of_paths(part)) for part in some]
        return np.concatenate(parts, axis=1)

    def _walked(self, drawn: U32, spans: F64, jumps: DrawnJumps | None) -> F64:
        n = drawn.shape[1]
        averages = [np.repeat(each[:, None], n, axis=1) for each in self.averages.T]  # a (n_factors, n) each speed
        last = np.repeat(self.last[:, None], n, axis=1)
        total = np.zeros((self.rows.shape[0], n))
        for step, span in enumerate(spans.tolist()):
            z = self.rows[:, drawn[step]]
            z[self.led] += self.gamma.T @ last
            variances = averages[0] * self.rule.weights[0]
            for average, weight in zip(averages[1:], self.rule.weights[1:], strict=True):
                variances += weight * average
            np.maximum(variances, FLOOR, out=variances)
            x = np.sqrt(variances) * z
            total += np.sqrt(span) * x
            if jumps is not None:
                hit, moved = jumps.of_step(step)
                total[:, hit] += np.sqrt(span * variances[:, hit]) * moved
            square = x * x
            for average, decay in zip(averages, self.rule.decays, strict=True):
                average *= decay
                average += (1.0 - decay) * square
            last = np.clip(z[self.leaders], -self.rule.clip, self.rule.clip)
        return total


def filtered_dates(history: JointHistory, rule: FilterRule = DEFAULT_RULE) -> "FilteredDates":
    """Return the law on every date of a history, worked out as it is asked for."""
    averages, z = standardised_along(history.changes, history.spans, rule)
    names = [factor.name for factor in history.factors]
    leaders, led = (np.array([names.index(n) for n in some], np.int64) for some in leaders_and_led(history.factors))
    return FilteredDates(averages=averages, z=z, leaders=leaders, led=led, rule=rule)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilteredDates:
    """Averages and residuals of all dates: those at a place are made of changes up to it."""

    averages: F64  # (n_dates + 1, n_factors, n_speeds)
    z: F64  # (n_dates, n_factors)
    leaders: I64
    led: I64
    rule: FilterRule

    def on(self, place: int) -> FilteredDate:
        """Return the law of the date at `place`."""
        rows, gamma, last = rows_and_leads(self.z[: place + 1], self.leaders, self.led, self.rule)
        return FilteredDate(
            averages=self.averages[place + 1],
            rows=np.ascontiguousarray(rows.T),
            gamma=gamma,
            last=last,
            leaders=self.leaders,
            led=self.led,
            rule=self.rule,
        )


def _forecast(history: JointHistory) -> Forecast:
    dates = filtered_dates(history)

    def moves(place: int, horizon_days: int, draws: CommonDraws) -> ForeseenMoves:
        """Return the rows' moves one date ahead, (n_factors, n_rows), else walked paths, (n_factors, n_paths)."""
        law, spans = dates.on(place), history.spans_ahead(place, horizon_days)
        if horizon_days == 1:
            return ForeseenMoves(moves=law.next_moves(float(spans[0])))
        return ForeseenMoves(moves=law.walked(draws.rows(law.rows.shape[1], horizon_days), spans))

    return moves


FILTERED = BacktestLaw(
    name="filtered",
    meaning=f"residuals of the last {DEFAULT_RULE.n_rows:,} joint dates drawn whole, variances at four speeds, leads",
    least_changes=LEAST_DATES,
    prepare=_forecast,
)
