"""The record of USD/JPY for the loop, from a history, and what the record shows after falls.

A market's leads are of its last 1,000 pairs of dates; the record's are one regression over all of them, so that dates
long ago are held to what led then as much as later ones.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from engine.calibration.filtered import DEFAULT_RULE, RIDGE, standardised_along
from engine.calibration.filtered_markets import makes_dates
from engine.calibration.zero_rates import FIRST_DATE, joint_changes
from engine.errors import InputError
from engine.market.factors import PRICE_FACTOR
from engine.market.filtered import FLOOR, FilteredState
from engine.market.loop_record import LoopRecord, StopShape, inferred_sales
from engine.market.market import Market
from engine.mechanisms.carry import Carry, shape_of
from engine.mechanisms.loop import estimated_strength
from kernels.types import F64, I64, Dates

FALL = 0.02  # of ln USD/JPY, over
FALL_DATES = 5  # joint dates
LATER_DATES = 5  # that are looked at after a fall
STARTS, SLOPES, LIMITS = (0.02, 0.03, 0.05), (1.5, 3.0, 6.0), (0.01, 0.05, 1.0)  # of stops, beside the default shape


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AfterFalls:
    """Mean moves of ln USD/JPY on the joint dates after it fell by 2 % in five of them; below 0 falls go on."""

    n_dates: int  # on which it had fallen so far
    n_episodes: int  # runs of such dates
    mean: F64  # (LATER_DATES,) of the first, second.. date after
    se: F64  # (LATER_DATES,) by calendar quarters
    total: float  # of all these dates together
    total_se: float


def with_loop_record(market: Market, history: pd.DataFrame, start: date = FIRST_DATE) -> tuple[Market, AfterFalls]:
    """Return a calibrated market with the record of USD/JPY in its law, and what moved after falls.

    Parameters
    ----------
    market : with a filtered law
    history : as `engine.inputs.history.load.read_history` returns it; nothing after the market's date is looked at
    start : first date of the history that is looked at, as of the filtered law

    Raises
    ------
    InputError
        The market has no filtered law, or as `joint_changes`.
    """
    state = market.filtered
    if state is None:
        raise InputError(f"the market of {market.valuation_date} has no law of past days: {market.no_filtered}")
    factors = [each for each in market.factors if each.name in state.factors and makes_dates(each.curve or each.name)]
    names = [factor.name for factor in factors]
    joint = joint_changes(history, factors, market.valuation_date, start)
    averages, z = standardised_along(joint.changes, joint.spans, DEFAULT_RULE)
    fx, leaders = names.index(PRICE_FACTOR), [names.index(name) for name in state.leaders]
    before = np.clip(z[:-1, leaders], -state.clip, state.clip)  # (n_dates - 1, n_leaders)
    led = _led(before @ state.gamma[:, state.led.index(PRICE_FACTOR)])
    variances = np.maximum(averages[:-1, fx] @ state.weights, FLOOR)
    record = LoopRecord(
        moves=joint.changes[:, fx].copy(),
        sds=np.sqrt(joint.spans * variances),
        leads=_led(before @ _one_regression(before, z[1:, fx], state.clip)),
        residuals=_residuals(z[:, fx] - led, state),
        first=joint.days[0].item(),
        description=(
            f"ln USD/JPY on {joint.spans.size:,} joint dates, {joint.days[0]} to {joint.days[-1]}; standard deviations"
            " by the averages known the date before; leads by one ridge regression over all dates"
        ),
    )
    return replace(market, filtered=replace(state, loop=record)), after_falls(record.moves, joint.days)


def after_falls(moves: F64, days: Dates) -> AfterFalls:
    """Return the moves after falls, of moves (n_dates,) of ln USD/JPY on days (n_dates,)."""
    fallen = np.convolve(moves, np.ones(FALL_DATES))[FALL_DATES - 1 : moves.size - LATER_DATES] <= -FALL
    at = np.flatnonzero(fallen) + FALL_DATES - 1
    later = np.stack([moves[at + lag] for lag in range(1, LATER_DATES + 1)], axis=1)  # (n, LATER_DATES)
    quarters = days[at].astype("datetime64[M]").astype(np.int64) // 3
    mean, se = _by_cluster(later, quarters)
    total, total_se = _by_cluster(later.sum(axis=1)[:, None], quarters)
    return AfterFalls(
        n_dates=at.size,
        n_episodes=int((np.diff(at, prepend=-FALL_DATES - 1) > FALL_DATES).sum()),
        mean=mean,
        se=se,
        total=float(total[0]),
        total_se=float(total_se[0]),
    )


def _by_cluster(values: F64, cluster: I64) -> tuple[F64, F64]:
    """Return means of values (n, n_series) and their errors, (n_series,) each, clusters (n,) being independent."""
    if not len(values):
        return np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    mean = values.mean(axis=0)
    sums = np.stack([(values[cluster == each] - mean).sum(axis=0) for each in np.unique(cluster)])
    return mean, np.sqrt((sums**2).sum(axis=0)) / len(values)


def _one_regression(before: F64, z: F64, clip: float) -> F64:
    """Return leads by a ridge regression of z (n,), cut as the law's, on all dates' leaders (n, n_leaders)."""
    square = before.T @ before
    penalised = square + RIDGE * np.diag(np.diag(square))
    return np.asarray(np.linalg.solve(penalised, before.T @ np.clip(z, -2.0 * clip, 2.0 * clip)))


def _led(leads: F64) -> F64:
    """Return (n_dates,) from those of all dates but the first, which nothing is known to lead."""
    return np.concatenate([[0.0], leads])


def _residuals(found: F64, state: FilteredState) -> F64:
    """Return residuals (n_dates,) that are the law's rows, to the bit, wherever these were not cut."""
    rows, n = state.rows[:, state.factors.index(PRICE_FACTOR)], len(state.rows)
    of_rows = np.where(np.abs(rows) < state.cap, rows, found[-n:])
    return np.concatenate([found[:-n], of_rows])


def shape_limits(record: LoopRecord) -> Iterator[tuple[StopShape, float | None]]:
    """Yield shapes beside the default one, and the largest strength that the record does not reject for each."""
    carry = Carry(source="")
    for start in STARTS:
        for slope in SLOPES:
            for limit in LIMITS:
                shape = StopShape(start=start, slope=slope, most=carry.stop_most, limit=limit, cohorts=carry.cohorts)
                found = estimated_strength(record, shape)
                yield shape, None if found is None else found.upper


def loop_json(market: Market, falls: AfterFalls) -> dict[str, Any]:
    """Return what a market's record says of the loop as JSON's types: the default shape's estimate, others' limits."""
    assert market.filtered is not None
    assert market.filtered.loop is not None
    record, shape = market.filtered.loop, shape_of(Carry(source=""))
    found, at_close = estimated_strength(record, shape), inferred_sales(record.moves, shape)
    after = {name: each.tolist() if isinstance(each, np.ndarray) else each for name, each in asdict(falls).items()}
    return {
        "loop": {
            "shape": asdict(shape),
            "strength": None if found is None else {**asdict(found), "upper": found.upper},
            "upper_limits": [{**asdict(each), "upper": upper} for each, upper in shape_limits(record)],
            "after_falls": after,
            "cohorts": {"losses": at_close.losses.tolist(), "worst": at_close.worst.tolist()},
            "waiting": at_close.waiting,
        }
    }
