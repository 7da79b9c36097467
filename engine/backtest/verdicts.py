"""What a walk says of each law: tests, traffic light, scores, evidence, and whether it passes the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.backtest.statistics.e_process import es_e_values, overlapped_wealth
from engine.backtest.statistics.outcome import Outcome
from engine.backtest.statistics.registry import (
    CHANCE_99,
    CHANCE_975,
    LEAST_DAYS,
    TESTS,
    ForecastSeries,
    NullStatistics,
    outcome,
)
from engine.backtest.statistics.scores import diebold_mariano, fz0_losses, newey_west_lags
from engine.backtest.statistics.traffic_light import DAYS, RED, is_desk_eligible, multiplier, traffic_light
from engine.backtest.walk.day_rows import DayRows
from engine.errors import InputError
from kernels.types import F64, Dates

Trial = tuple[str, str, int]  # law, book, horizon in joint dates

LEVEL = 0.05  # p-value under which a test is counted as failed
GATE_LEVEL = 0.01  # p-value under which the gate is: one law in fifty fails it by chance
GATE_TESTS = ("kupiec_99", "z2")
SCORE_UNIT = 1e6  # of the currency: FZ0 has the logarithm of ES, and differences do not depend on it
GATE = (
    f"the gate: p-values of Kupiec 99 and Z2 of {GATE_LEVEL:g} or more; over the last {DAYS} days at one day no red"
    " zone (MAR99) and no more exceptions than a desk may have (MAR32.18: 12 at 99 %, 30 at 97.5 %)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """The traffic light of the last 250 days, or of all where there are fewer, 30 at least; of one day's horizon."""

    n_days: int
    n_99: int
    n_975: int
    zone: str
    multiplier: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One law, book and horizon."""

    law: str
    scope: str
    horizon_days: int
    n_days: int
    n_99: int  # exceptions of the 99 % VaR
    n_975: int
    tests: Mapping[str, Outcome | None]  # by key; None: no statistic
    light: Light | None
    score: float | None  # mean FZ0 of VaR and ES 97.5, lower is better; None where some ES is no loss
    score_t: float | None  # Diebold-Mariano against the first law; below 0: better than it
    wealth: float | None  # at the end of a bet against VaR and ES 97.5: above 20, evidence at 5 %
    objections: tuple[str, ...]  # why it does not pass the gate

    @property
    def failed(self) -> tuple[str, ...]:
        """Return the keys of the tests whose p-value is under `LEVEL`."""
        return tuple(key for key, found in self.tests.items() if found is not None and found.p_value < LEVEL)

    @property
    def passes(self) -> bool:
        """Return whether the gate has no objection."""
        return not self.objections


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scores:
    """FZ0 of one law, book and horizon."""

    dates: Dates  # (n_dates,)
    fz0: F64  # (n_dates,)


def verdicts(rows: DayRows, null: NullStatistics | None = None, *, first_law: str | None = None) -> tuple[Verdict, ...]:
    """Return the verdict on each law, book and horizon, in the order of the rows.

    `first_law` is what scores are compared with, on the dates that both laws have; None: the first in the rows.
    """
    simulated = NullStatistics() if null is None else null
    trials = list(rows.trials())
    scores = {trial: _scores(rows.of(*trial)) for trial in trials}
    first = trials[0][0] if first_law is None else first_law
    return tuple(
        _verdict(rows.of(*trial), trial, scores[trial], _first_scores(scores, trial, first), simulated)
        for trial in trials
    )


def _first_scores(scores: Mapping[Trial, _Scores | None], trial: Trial, first: str) -> _Scores | None:
    """Return the scores that those of a trial are compared with; None for the first law itself."""
    law, scope, horizon_days = trial
    return None if law == first else scores.get((first, scope, horizon_days))


def _verdict(
    rows: DayRows, trial: Trial, scores: _Scores | None, of_first: _Scores | None, null: NullStatistics
) -> Verdict:
    law, scope, horizon_days = trial
    series = ForecastSeries(
        pnl=rows.pnl,
        var_99=rows.var_99,
        var_975=rows.var_975,
        es_975=rows.es_975,
        pit=rows.pit,
        n_moves=int(rows.n_moves.min()),
        horizon_days=horizon_days,
    )
    tests = {test.key: outcome(test, series, null) for test in TESTS}
    light = _light(rows) if horizon_days == 1 and rows.pnl.size >= LEAST_DAYS else None
    return Verdict(
        law=law,
        scope=scope,
        horizon_days=horizon_days,
        n_days=rows.pnl.size,
        n_99=int(rows.failed_99.sum()),
        n_975=int(rows.failed_975.sum()),
        tests=tests,
        light=light,
        score=None if scores is None else float(scores.fz0.mean()),
        score_t=_score_t(scores, of_first, horizon_days),
        wealth=_wealth(rows, horizon_days),
        objections=tuple(_objections(tests, light, rows.pnl.size)),
    )


def _scores(rows: DayRows) -> _Scores | None:
    try:
        found = fz0_losses(rows.pnl / SCORE_UNIT, rows.var_975 / SCORE_UNIT, rows.es_975 / SCORE_UNIT, CHANCE_975)
    except InputError:
        return None
    return _Scores(dates=rows.date, fz0=found)


def _score_t(scores: _Scores | None, of_first: _Scores | None, horizon_days: int) -> float | None:
    """Return how a law compares with the first, on common dates; None where there are under two."""
    if scores is None or of_first is None:
        return None
    common, own, firsts = np.intersect1d(scores.dates, of_first.dates, assume_unique=True, return_indices=True)
    if common.size < 2:
        return None
    lags = newey_west_lags(common.size, horizon_days)
    found = diebold_mariano(scores.fz0[own], of_first.fz0[firsts], lags).statistic
    return found if np.isfinite(found) else None


def _wealth(rows: DayRows, horizon_days: int) -> float | None:
    try:
        values = es_e_values(-rows.pnl, rows.var_975, rows.es_975, 1.0 - CHANCE_975)
    except InputError:
        return None
    return overlapped_wealth(values, horizon_days)


def _light(rows: DayRows) -> Light:
    n_99, n_975 = int(rows.failed_99[-DAYS:].sum()), int(rows.failed_975[-DAYS:].sum())
    n_days = min(DAYS, rows.pnl.size)
    zone = traffic_light(n_days, n_99, 1.0 - CHANCE_99).zone
    return Light(n_days=n_days, n_99=n_99, n_975=n_975, zone=zone, multiplier=multiplier(n_99))


def _objections(tests: Mapping[str, Outcome | None], light: Light | None, n_days: int) -> list[str]:
    if n_days < LEAST_DAYS:
        return [f"under {LEAST_DAYS} dates, of which nothing can be said"]
    found = []
    labels = {test.key: test.label for test in TESTS}
    for key in GATE_TESTS:
        test = tests[key]
        if test is None:
            found.append(f"{labels[key]} has no statistic: on some date the forecast is no loss")
        elif test.p_value < GATE_LEVEL:
            found.append(f"{labels[key]} p = {test.p_value:.2g}")
    if light is not None and light.zone == RED:
        found.append(f"red zone: {light.n_99} exceptions of the last {light.n_days} days")
    if light is not None and not is_desk_eligible(light.n_99, light.n_975):
        found.append(f"{light.n_99} and {light.n_975} exceptions at 99 and 97.5 % in {light.n_days} days")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfExceptions:
    """Exceptions of the 99 % VaR in one year, and what made them."""

    law: str
    scope: str
    horizon_days: int
    year: int
    n_days: int
    n_99: int
    n_975: int
    factors: Mapping[str, int]  # factor whose move alone lost most -> exceptions at 99 %, most first


def years_of_exceptions(rows: DayRows) -> tuple[YearOfExceptions, ...]:
    """Return the exceptions of each law, book and horizon by the year in which the forecast was made."""
    found = []
    for law, scope, horizon_days in rows.trials():
        own = rows.of(law, scope, horizon_days)
        years = own.date.astype("datetime64[Y]").astype(np.int64) + 1970
        for year in np.unique(years).tolist():
            part = own.where(years == year)
            found.append(
                YearOfExceptions(
                    law=law,
                    scope=scope,
                    horizon_days=horizon_days,
                    year=year,
                    n_days=part.pnl.size,
                    n_99=int(part.failed_99.sum()),
                    n_975=int(part.failed_975.sum()),
                    factors=_counted(part.factor[part.failed_99].tolist()),
                )
            )
    return tuple(found)


def _counted(names: Sequence[str]) -> dict[str, int]:
    counts = {name: names.count(name) for name in dict.fromkeys(names)}
    return dict(sorted(counts.items(), key=lambda item: -item[1]))
