"""A filtered law from a history, as of a date: variances at four speeds, who leads whom, and a table of residuals.

The choice of speeds, weights and leads was fixed on data to 2019 and validated once on 2020 to May 2025: docs/laws.md.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from engine.calibration.dated_markets import markets_of_dates
from engine.calibration.market_of_date import is_carried, series_needed
from engine.calibration.row_regimes import row_regimes
from engine.calibration.zero_rates import FIRST_DATE, YOUNG, JointChanges, joint_changes
from engine.errors import InputError
from engine.inputs.history.gate import pass_gate
from engine.inputs.history.load import History
from engine.market.factors import PRICE_FACTOR, Factor, FactorKind
from engine.market.filtered import FLOOR, FilteredState, GivenFactor
from engine.market.market import Market
from kernels.types import F64, I64

WARM_UP = 120  # joint dates whose mean square starts the averages
LEAST_DATES = YOUNG  # joint changes that a calibration takes at least: the slowest average forgets slowly
LEAD_DATES = 1000  # pairs of dates behind the leads
N_MOVES = 1009  # kept as they were: 1,000 windows of ten dates
RIDGE = 0.05  # of each leader's own sum of squares


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterRule:
    """What was chosen of a filtered law, beside its data."""

    decays: tuple[float, ...] = (0.80, 0.94, 0.98, 0.999)
    weights: tuple[float, ...] = (0.25, 0.50, 0.15, 0.10)
    n_rows: int = 1000
    clip: float = 3.0
    cap: float = 10.0


DEFAULT_RULE = FilterRule()
_LEADING = ("JGB_10Y", "JGB_30Y", "UST_2Y", "UST_10Y", PRICE_FACTOR)  # of which each market has those that it has
_LED_CURVES = (
    "JGB",
)  # Tokyo closes before New York, and New York's noon, at which USD/JPY is fixed, before Treasuries


def filtered_state(
    history: pd.DataFrame,
    factors: Sequence[Factor],
    day: date,
    *,
    given: Mapping[str, GivenFactor] | None = None,
    rule: FilterRule = DEFAULT_RULE,
    start: date = FIRST_DATE,
    beside: Collection[str] = (),
) -> tuple[FilteredState, JointChanges]:
    """Calibrate a filtered law on all joint dates from `start` to `day`, and return it with the changes behind it.

    Parameters
    ----------
    history : as `engine.inputs.history.load.read_history` returns it
    factors : that the history holds
    given : factors that it does not hold, with how they move with those
    beside : prices among the factors that take no date away from the others, as in `joint_changes`

    Raises
    ------
    InputError
        There are fewer than 2,120 changes, or as `joint_changes`.
    """
    joint = joint_changes(history, factors, day, start, beside)
    n = joint.spans.size
    if n < LEAST_DATES:
        first = f", from {joint.days[0]} on" if n else ""
        raise InputError(
            f"the filtered law of {day} needs {LEAST_DATES:,} changes between joint dates, and the history has {n:,}"
            f"{first}: give files that reach further back"
        )
    names = tuple(factor.name for factor in factors)
    leaders, led = leaders_and_led(factors)
    return _calibrated(joint, names, leaders, led, given or {}, rule, day), joint


def leaders_and_led(factors: Sequence[Factor]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the factors that others follow on the next date, and of those that follow."""
    names = [factor.name for factor in factors]
    led = tuple(f.name for f in factors if f.curve in _LED_CURVES or f.name == PRICE_FACTOR)
    return tuple(name for name in _LEADING if name in names), led


def rows_and_leads(z: F64, leaders: I64, led: I64, rule: FilterRule) -> tuple[F64, F64, F64]:
    """Return residuals less their leads (n_rows, n_factors), leads (n_leaders, n_led) and the leaders' last residuals.

    z  (n_dates, n_factors) standardised changes; leaders, led: columns of it

    Leads are a ridge regression of each date's z, cut at two clips, on the leaders' z of the date before, clipped.
    """
    n, clip = rule.n_rows, rule.clip
    before = np.clip(z[-LEAD_DATES - 1 : -1][:, leaders], -clip, clip)
    after = np.clip(z[-LEAD_DATES:][:, led], -2.0 * clip, 2.0 * clip)
    square = before.T @ before
    gamma = np.asarray(np.linalg.solve(square + RIDGE * np.diag(np.diag(square)), before.T @ after), np.float64)
    rows = z[-n:].copy()
    rows[:, led] -= np.clip(z[-n - 1 : -1][:, leaders], -clip, clip) @ gamma
    return np.clip(rows, -rule.cap, rule.cap), gamma, np.clip(z[-1, leaders], -clip, clip)


def standardised(changes: F64, spans: F64, rule: FilterRule) -> tuple[F64, F64]:
    """Return the averages after the last change, (n_factors, n_speeds), and each change over its sd, (n, n_factors).

    changes  (n, n_factors) in the states' units
    spans    (n,) weekdays
    """
    averages, z = standardised_along(changes, spans, rule)
    return averages[-1], z


def standardised_along(changes: F64, spans: F64, rule: FilterRule) -> tuple[F64, F64]:
    """Return `standardised` on the way: averages before each change and after the last, (n + 1, n_factors, n_speeds).

    What stands at place t does not depend on changes from t on, but for the start: the first 120 give its mean square.
    """
    decays, weights = np.array(rule.decays), np.array(rule.weights)
    daily = changes / np.sqrt(spans)[:, None]
    squares = daily * daily
    averages = np.empty((spans.size + 1, daily.shape[1], decays.size))
    averages[0] = squares[:WARM_UP].mean(axis=0)[:, None]
    z = np.empty_like(daily)
    for t in range(spans.size):
        z[t] = daily[t] / np.sqrt(np.maximum(averages[t] @ weights, FLOOR))
        averages[t + 1] = decays * averages[t] + (1.0 - decays) * squares[t][:, None]
    return averages, z


def given_factors(
    factors: Sequence[Factor], correlation: F64, known: Sequence[str], source: str
) -> dict[str, GivenFactor]:
    """Return how each factor without a history moves: with the one that it depends on most, by a market's correlation.

    correlation  (n_factors, n_factors) of `factors`; known: those that have a history
    """
    names = [factor.name for factor in factors]
    found = {}
    for i, factor in enumerate(factors):
        if factor.name not in known:
            near = [name for name in known if factor.kind is not FactorKind.VOL or name == factor.pair] or list(known)
            most = max(near, key=lambda name: abs(float(correlation[i, names.index(name)])))
            found[factor.name] = GivenFactor(loadings={most: float(correlation[i, names.index(most)])}, source=source)
    return found


def _calibrated(
    joint: JointChanges,
    names: tuple[str, ...],
    leaders: tuple[str, ...],
    led: tuple[str, ...],
    given: Mapping[str, GivenFactor],
    rule: FilterRule,
    day: date,
) -> FilteredState:
    averages, z = standardised(joint.changes, joint.spans, rule)
    first, second = (np.array([names.index(name) for name in some], np.int64) for some in (leaders, led))
    rows, gamma, last = rows_and_leads(z, first, second, rule)
    return FilteredState(
        factors=names,
        decays=np.array(rule.decays),
        weights=np.array(rule.weights),
        clip=rule.clip,
        cap=rule.cap,
        leaders=leaders,
        led=led,
        averages=averages,
        gamma=gamma,
        last=last,
        rows=rows,
        moves=joint.changes[-N_MOVES:].copy(),
        move_spans=joint.spans[-N_MOVES:].copy(),
        n_dates=joint.spans.size,
        given=dict(given),
        regimes=row_regimes(z, joint.days, names, day, n_rows=len(rows), cap=rule.cap, warm_up=WARM_UP),
        description=(
            f"{joint.spans.size:,} changes between joint dates, {joint.days[0]} to {joint.days[-1]}; averages of "
            f"squares per weekday start at the mean of the first {WARM_UP}; leads by ridge on the last {LEAD_DATES:,}; "
            f"residuals of the last {len(rows):,}, not centred"
        ),
    )


def with_filtered_law(
    market: Market, history: pd.DataFrame, start: date = FIRST_DATE
) -> tuple[Market, tuple[str, ...]]:
    """Return a market with the filtered law of its date, and notes on what took no part in it. Raises as above.

    An index that is not in the history from the start on moves with the factor that it depends on most.
    """
    estimated = [factor for factor in market.factors if not is_carried(factor, market)]
    indices = [f.name for f in estimated if f.kind is FactorKind.PRICE and market.exchanged(f) is None]
    late = [name for name in indices if not _begins(history, name, start)]
    estimated = [factor for factor in estimated if factor.name not in late]
    known = [factor.name for factor in estimated]
    source = f"assumption: the correlation that the market of {market.valuation_date} has for it; untested"
    given = given_factors(market.factors, market.correlation, known, source)
    beside = [name for name in indices if name not in late]
    state, joint = filtered_state(history, estimated, market.valuation_date, given=given, start=start, beside=beside)
    notes = [f"{name} has no history from {start} on: it moves with another factor, by assumption" for name in late]
    return replace(market, filtered=state), (*joint.notes, *notes)


def calibrated_market(
    history: History,
    day: date,
    *,
    like: Market,
    window_start: date,
    start: date = FIRST_DATE,
    accepted: Collection[str] = (),
) -> tuple[Market, tuple[str, ...]]:
    """Return the market of a date with its filtered law, and notes.

    Parameters
    ----------
    history : files as `engine.inputs.history.load.load_history` returns them; nothing in them from `start` on may be
        doubted but what is `accepted`, "DATE:SERIES"
    like : market whose factors are wanted, as in `engine.calibration.market_of_date.market_of_date`
    window_start, start : first days that vols and correlations, and the filtered law, are estimated from

    Raises
    ------
    InputError
        As `markets_of_dates`, `engine.inputs.history.gate.pass_gate` and `filtered_state`.
    """
    found = markets_of_dates(history, day, day, like=like, window_start=window_start, accepted=accepted)
    series = series_needed(history.values, like, [day], window_start)
    passed = pass_gate(history, series, start, [day], accepted)
    market, notes = with_filtered_law(found.markets[0], history.values, start)
    return market, tuple(dict.fromkeys([*found.notes, *passed.notes, *notes]))


def _begins(history: pd.DataFrame, name: str, start: date) -> bool:
    """Return whether a price is in the history from `start` on, but for a fortnight."""
    if name not in history.columns:
        return False
    first = history[name].loc[pd.Timestamp(start) :].first_valid_index()
    return bool(first is not None and first <= max(pd.Timestamp(start), history.index[0]) + pd.Timedelta(days=14))
