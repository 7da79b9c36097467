"""A filtered law from a history, as of a date: variances at four speeds, who leads whom, and a table of residuals.

The choice of speeds, weights and leads was fixed on data to 2019 and validated once on 2020 to May 2025:
docs/concepts/laws.md.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from engine.calibration.block_errors import lead_errors
from engine.calibration.hidden_regimes import HiddenRegimes
from engine.calibration.rows.cap_jumps import cap_jumps, whole_residuals
from engine.calibration.rows.row_regimes import row_regimes
from engine.calibration.zero_rates import FIRST_DATE, YOUNG, JointChanges, joint_changes
from engine.errors import InputError
from engine.market.factors import PRICE_FACTOR, Factor, FactorKind
from engine.market.filtered import FLOOR, FilteredState, GivenFactor
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
_TOGETHER = pd.Timedelta(days=31)  # apart, series are said to begin on different dates
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
    beside : factors that take no date away from the others, as in `joint_changes`

    Raises
    ------
    InputError
        There are fewer than 2,120 changes, or as `joint_changes`.
    """
    (found,) = filtered_states(history, factors, {day: given or {}}, rule=rule, start=start, beside=beside)
    return found


def filtered_states(
    history: pd.DataFrame,
    factors: Sequence[Factor],
    given: Mapping[date, Mapping[str, GivenFactor]],
    *,
    rule: FilterRule = DEFAULT_RULE,
    start: date = FIRST_DATE,
    beside: Collection[str] = (),
) -> list[tuple[FilteredState, JointChanges]]:
    """Calibrate the filtered laws of several dates, the keys of `given`: each as `filtered_state` has it, to the bit.

    The averages go along the history once, up to the last of the dates. Raises as `filtered_state`, of the first of
    the dates that has no law.
    """
    whole = joint_changes(history, factors, max(given), start, beside)
    averages, z = standardised_along(whole.changes, whole.spans, rule)
    found, regimes = [], dict[int, HiddenRegimes]()
    for day, others in given.items():
        joint = whole.until(day) or joint_changes(history, factors, day, start, beside)
        _check_lengths(joint, factors, day, history)
        n = joint.spans.size
        found.append((law_of_changes(joint, averages[n], z[:n].copy(), factors, others, rule, regimes), joint))
    return found


def _check_lengths(joint: JointChanges, factors: Sequence[Factor], day: date, history: pd.DataFrame) -> None:
    counts = np.isfinite(joint.changes).sum(axis=0) if joint.spans.size else np.zeros(len(factors), np.int64)
    short = int(counts.argmin())
    if (n := int(counts[short])) < LEAST_DATES:
        first = f", from {joint.days[-n]} on{_last_to_begin(history, factors)}" if n else ""
        of = "" if n == joint.spans.size else f" of {factors[short].name}"
        raise InputError(
            f"the filtered law of {day} needs {LEAST_DATES:,} changes between joint dates, and the history has {n:,}"
            f"{of}{first}: give files that reach further back"
        )


def _last_to_begin(history: pd.DataFrame, factors: Sequence[Factor]) -> str:
    """Return which curves and prices begin last, in words; empty where all begin together."""
    begins = {}
    for name in dict.fromkeys(factor.curve or factor.name for factor in factors):
        columns = [str(c) for c in history.columns if str(c) == name or str(c).startswith(f"{name}_")]
        begins[name] = history[columns].dropna(how="all").index[0]
    last = max(begins.values())
    late = [name for name, first in begins.items() if last - first < _TOGETHER]
    return f", where {', '.join(late)} begins" if len(late) < len(begins) else ""


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
    before, after, square = _pairs(z, leaders, led, clip)
    gamma = np.asarray(np.linalg.solve(square, before.T @ after), np.float64)
    rows = z[-n:].copy()
    rows[:, led] -= np.clip(z[-n - 1 : -1][:, leaders], -clip, clip) @ gamma
    return np.clip(rows, -rule.cap, rule.cap), gamma, np.clip(z[-1, leaders], -clip, clip)


def _pairs(z: F64, leaders: I64, led: I64, clip: float) -> tuple[F64, F64, F64]:
    """Return leaders' residuals (n, n_leaders), what follows (n, n_led), and the former's squares with the penalty."""
    before = np.clip(z[-LEAD_DATES - 1 : -1][:, leaders], -clip, clip)
    after = np.clip(z[-LEAD_DATES:][:, led], -2.0 * clip, 2.0 * clip)
    square = before.T @ before
    return before, after, square + RIDGE * np.diag(np.diag(square))


def standardised_along(changes: F64, spans: F64, rule: FilterRule) -> tuple[F64, F64]:
    """Return averages before each change and after the last, (n + 1, n_factors, n_speeds), and each change over its sd.

    changes  (n, n_factors) in the states' units
    spans    (n,) weekdays
    returns  averages, and z (n, n_factors)

    What stands at place t does not depend on changes from t on, but for the start: the first 120 give its mean square.
    A factor that begins late, NaN before, has averages from then on.
    """
    daily = changes / np.sqrt(spans)[:, None]
    begins = np.isfinite(daily).argmax(axis=0)  # a factor's first change; NaN before it
    averages = np.full((spans.size + 1, daily.shape[1], len(rule.decays)), np.nan)
    z = np.full_like(daily, np.nan)
    for first in np.unique(begins).tolist():
        mine = np.flatnonzero(begins == first)
        averages[first:, mine], z[first:, mine] = _along(daily[first:, mine], rule)
    return averages, z


def _along(daily: F64, rule: FilterRule) -> tuple[F64, F64]:
    """Return averages (n + 1, n_factors, n_speeds) and residuals of moves per root of a weekday, (n, n_factors)."""
    decays, weights = np.array(rule.decays), np.array(rule.weights)
    squares = daily * daily
    averages = np.empty((len(daily) + 1, daily.shape[1], decays.size))
    averages[0] = squares[:WARM_UP].mean(axis=0)[:, None]
    z = np.empty_like(daily)
    for t in range(len(daily)):
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


def law_of_changes(
    joint: JointChanges,
    averages: F64,
    z: F64,
    factors: Sequence[Factor],
    given: Mapping[str, GivenFactor],
    rule: FilterRule = DEFAULT_RULE,
    regimes: dict[int, HiddenRegimes] | None = None,
) -> FilteredState:
    """Return the law after changes between joint dates, from what `standardised_along` made of them.

    averages  (n_factors, n_speeds) after the last change
    z         (n_changes, n_factors) of the changes
    regimes   estimates of earlier Januaries of this history, which are added to
    """
    names = tuple(factor.name for factor in factors)
    leaders, led = leaders_and_led(factors)
    first, second = (np.array([names.index(name) for name in some], np.int64) for some in (leaders, led))
    rows, gamma, last = rows_and_leads(z, first, second, rule)
    before, after, square = _pairs(z, first, second, rule.clip)
    whole = whole_residuals(z, first, second, gamma, rule.clip)[WARM_UP - 1 :]
    return FilteredState(
        factors=names,
        decays=np.array(rule.decays),
        weights=np.array(rule.weights),
        clip=rule.clip,
        cap=rule.cap,
        leaders=leaders,
        led=led,
        averages=averages.copy(),
        gamma=gamma,
        last=last,
        rows=rows,
        moves=joint.changes[-N_MOVES:].copy(),
        move_spans=joint.spans[-N_MOVES:].copy(),
        n_dates=joint.spans.size,
        given=dict(given),
        first=joint.days[0].item(),
        gamma_se=lead_errors(before, after, gamma, square),
        cap_jumps=cap_jumps(whole, joint.days[WARM_UP:], rule.cap),
        regimes=row_regimes(
            z,
            joint.days,
            names,
            joint.days[-1].item(),
            n_rows=len(rows),
            cap=rule.cap,
            warm_up=WARM_UP,
            known=regimes,
        ),
        description=(
            f"{joint.spans.size:,} changes between joint dates, {joint.days[0]} to {joint.days[-1]}; averages of "
            f"squares per weekday start at the mean of the first {WARM_UP}; leads by ridge on the last {LEAD_DATES:,}; "
            f"residuals of the last {len(rows):,}, not centred"
        ),
    )
