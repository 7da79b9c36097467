"""The one list of tests that a backtest makes of a series of forecasts, and how each is on a forecast that is right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, kolmogorov

from engine.backtest.statistics.acerbi_szekely import z2, z2_statistic
from engine.backtest.statistics.coverage import kupiec_statistic
from engine.backtest.statistics.independence import conditional_coverage_statistic
from engine.backtest.statistics.null_series import N_SERIES, normal_tail, null_statistics, simulated_p_value, uniforms
from engine.backtest.statistics.outcome import Outcome
from engine.backtest.statistics.uniformity import (
    berkowitz_lag_statistic,
    berkowitz_statistic,
    kolmogorov_smirnov_statistic,
    normal_scores,
)
from engine.errors import InputError
from kernels.types import F64

NULL_SEED = 20_250_530
LEAST_DAYS = 30  # under which no test says anything
CHANCE_99, CHANCE_975 = 0.01, 0.025


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForecastSeries:
    """Forecasts and outcomes of one law, book and horizon, a date after the other."""

    pnl: F64  # (n_days,) gains positive
    var_99: F64  # (n_days,)
    var_975: F64  # (n_days,)
    es_975: F64  # (n_days,)
    pit: F64  # (n_days,) in [0, 1]
    n_moves: int  # behind the smallest forecast
    horizon_days: int  # joint dates; each date has a forecast

    @property
    def scores(self) -> F64:
        """Return the normal scores of the probability transforms: (n_days,)."""
        return normal_scores(self.pit, self.n_moves)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesTest:
    """A test: the larger its statistic, the worse the forecast."""

    key: str
    label: str
    meaning: str
    statistic: Callable[[ForecastSeries], float]
    of_null: Callable[[F64], F64]  # normal scores (n, n_days) of forecasts that are right -> (n,) statistics
    closed: Callable[[float, int], float] | None = None  # p-value of a statistic over n days that do not overlap


def _coverage(chance: float, which: str) -> SeriesTest:
    edge = -normal_tail(chance)[0]

    def statistic(series: ForecastSeries) -> float:
        """Return Kupiec's ratio of the series."""
        failed = -series.pnl > getattr(series, which)
        return float(kupiec_statistic(failed.size, failed.sum(), chance))

    def of_null(scores: F64) -> F64:
        """Return the same of forecasts that are right: (n,)."""
        return kupiec_statistic(scores.shape[-1], (scores < edge).sum(axis=-1), chance)

    return SeriesTest(
        key=f"kupiec_{which[4:]}",
        label=f"Kupiec {100.0 - 100.0 * chance:g}",
        meaning="as many losses beyond VaR as there should be",
        statistic=statistic,
        of_null=of_null,
        closed=lambda found, _: float(chdtrc(1.0, found)),
    )


def _conditional(chance: float, which: str) -> SeriesTest:
    edge = -normal_tail(chance)[0]

    def statistic(series: ForecastSeries) -> float:
        """Return Christoffersen's ratio of the series."""
        return float(conditional_coverage_statistic(-series.pnl > getattr(series, which), chance))

    return SeriesTest(
        key=f"conditional_{which[4:]}",
        label=f"CC {100.0 - 100.0 * chance:g}",
        meaning="as many as there should be, and one by one: Christoffersen's conditional coverage",
        statistic=statistic,
        of_null=lambda scores: conditional_coverage_statistic(scores < edge, chance),
        closed=lambda found, _: float(chdtrc(2.0, found)),
    )


def _berkowitz(series: ForecastSeries) -> float:
    """Return the ratio of the series. Raises InputError where every outcome falls at one place, as of no risk."""
    if not np.ptp(series.scores) > 0.0:
        raise InputError("probability transforms that never differ say nothing")
    ratio = berkowitz_lag_statistic if series.horizon_days == 1 else berkowitz_statistic
    return float(ratio(series.scores))


def _z2_of_null(scores: F64) -> F64:
    at_risk, shortfall = (np.array(each) for each in normal_tail(CHANCE_975))
    return -z2_statistic(scores, at_risk, shortfall, CHANCE_975)


TESTS: tuple[SeriesTest, ...] = (
    _coverage(CHANCE_99, "var_99"),
    _coverage(CHANCE_975, "var_975"),
    _conditional(CHANCE_99, "var_99"),
    _conditional(CHANCE_975, "var_975"),
    SeriesTest(
        key="z2",
        label="Z2",
        meaning="losses beyond VaR as large as ES says: Acerbi and Szekely, one-sided, normal tails in the null",
        statistic=lambda s: -z2(s.pnl, s.var_975, s.es_975, CHANCE_975),
        of_null=_z2_of_null,
    ),
    SeriesTest(
        key="berkowitz",
        label="Berkowitz",
        meaning="mean, spread and, where windows do not overlap, lag-1 memory of the whole forecast",
        statistic=_berkowitz,
        of_null=berkowitz_statistic,
        closed=lambda found, _: float(chdtrc(3.0, found)),
    ),
    SeriesTest(
        key="uniformity",
        label="KS",
        meaning="P&L falls anywhere among the foreseen alike: Kolmogorov-Smirnov",
        statistic=lambda s: float(kolmogorov_smirnov_statistic(s.pit)),
        of_null=lambda scores: kolmogorov_smirnov_statistic(uniforms(scores)),
        closed=lambda found, n_days: float(kolmogorov(np.sqrt(n_days) * found)),
    ),
)


class NullStatistics:
    """The tests' statistics on forecasts that are right, simulated once for each number of days and horizon."""

    def __init__(self, n_series: int = N_SERIES, seed: int = NULL_SEED) -> None:
        """Keep what is simulated; `n_series` for each."""
        self._n_series, self._seed = n_series, seed
        self._kept: dict[tuple[int, int], Mapping[str, F64]] = {}

    def of(self, n_days: int, horizon_days: int) -> Mapping[str, F64]:
        """Return each test's statistics by its key: (n_series,)."""
        key = (n_days, horizon_days)
        if key not in self._kept:
            functions = {test.key: test.of_null for test in TESTS}
            self._kept[key] = null_statistics(functions, n_days, horizon_days, self._n_series, self._seed)
        return self._kept[key]


def outcome(test: SeriesTest, series: ForecastSeries, null: NullStatistics) -> Outcome | None:
    """Return what a test says; None where it cannot say anything: a forecast that is no loss, under 30 dates.

    In closed form where windows do not overlap and there is one, else by simulation under the same overlap.
    """
    if series.pnl.size < LEAST_DAYS:
        return None
    try:
        statistic = test.statistic(series)
    except InputError:
        return None
    if not np.isfinite(statistic):
        return None
    if series.horizon_days == 1 and test.closed is not None:
        return Outcome(statistic=statistic, p_value=test.closed(statistic, series.pnl.size))
    simulated = null.of(series.pnl.size, series.horizon_days)[test.key]
    return Outcome(statistic=statistic, p_value=simulated_p_value(statistic, simulated))
