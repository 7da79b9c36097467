"""Every parameter of a calibrated market: its estimate, standard error, window and method, and what was chosen."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np

from engine.calibration.block_errors import (
    BLOCK_DATES,
    LONG_BLOCK_DATES,
    correlation_errors,
    kurtosis,
    kurtosis_errors,
    mean_errors,
    sd_errors,
)
from engine.calibration.diffusion import CORRELATION_DAYS
from engine.calibration.filtered import LEAD_DATES, RIDGE, WARM_UP
from engine.market.cap_jumps import CapJumps
from engine.market.factors import DAYS_PER_YEAR, LEVELS_MOVE
from engine.market.filtered import FilteredState
from engine.market.market import Market
from engine.market.row_regimes import REGIMES, RowRegimes
from kernels.types import F64

GIVEN = "given, not estimated: calibration.description of the market file says whose"
_BLOCKS = f"blocks of {BLOCK_DATES} dates"
_LIKELIEST = "most likely, by expectation and maximisation"
_FITTED = f"{_LIKELIEST}, then fitted to the long run by rows and columns"
_METHODS = {
    "vol": f"standard deviation of one-business-day changes, times sqrt({DAYS_PER_YEAR}); se: jackknife by blocks of"
    f" {BLOCK_DATES} changes",
    "correlation": f"of overlapping {CORRELATION_DAYS}-date changes; se: jackknife by blocks of {LONG_BLOCK_DATES}",
    "average": f"exponential average of squares per weekday, started at the mean of {WARM_UP}; se: of a variance that"
    " stood still, by the rows' kurtosis",
    "day vol": "root of the weighted averages, per root of a weekday; se: of a vol that stood still, by the rows'"
    " kurtosis",
    "gamma": f"ridge of {RIDGE:g} of each leader's squares, on clipped pairs of dates; se: sandwich by {_BLOCKS}",
    "last": "the leader's residual on the date, clipped: known",
    "row mean": f"of the rows, not centred; se: jackknife by {_BLOCKS}",
    "row sd": f"of the rows about their mean; se: jackknife by {_BLOCKS}",
    "row correlation": f"of the rows; se: jackknife by {_BLOCKS}",
    "row kurtosis": f"mean fourth power over squared mean square of the rows; se: jackknife by {_BLOCKS}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterEstimate:
    """One parameter of a law."""

    name: str  # "vol", "gamma"
    of: tuple[str, ...]  # the factors that it is of; of a lead the leader and the one that follows
    value: float  # in the units of the market file
    se: float | None  # standard error; None of what is given or known
    window: str  # first and last day, or of how many joint dates; empty of what is given
    method: str  # or who gives it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowMoments:
    """Moments of a law's rows with their standard errors, and what these say of vols of the day."""

    means: F64  # (n_factors,) in standard deviations of the day
    mean_ses: F64
    sds: F64
    sd_ses: F64
    kurtoses: F64
    kurtosis_ses: F64
    average_ses: F64  # (n_factors, n_speeds) of the averages, in their units
    vol_shares: F64  # (n_factors,) standard error of the vol of the day, as a share of it


def parameter_estimates(market: Market) -> Iterator[ParameterEstimate]:
    """Yield every parameter of a market's laws, normal moves first."""
    yield from _normal(market)
    if market.filtered is not None:
        yield from _filtered(market.filtered, market.valuation_date)


def constants(state: FilteredState) -> dict[str, float]:
    """Return what is chosen of a filtered law, and not estimated: docs/concepts/laws.md says how."""
    speeds = zip(state.decays.tolist(), state.weights.tolist(), strict=True)
    return {
        **{f"weight of the average that keeps {decay:g} a date": weight for decay, weight in speeds},
        "clip of a leader's residual, in standard deviations": state.clip,
        "cap of a row, in standard deviations": state.cap,
        "ridge of the leads, of each leader's squares": RIDGE,
        "pairs of dates behind the leads": float(LEAD_DATES),
        "rows": float(len(state.rows)),
        "changes that start the averages": float(WARM_UP),
    }


def row_moments(state: FilteredState) -> RowMoments:
    """Return the moments of a law's rows.

    Notes
    -----
    An average with decay d puts weights (1 - d) d^i on past squares, whose own squares add up to (1 - d) / (1 + d), and
    on its start, the mean of 120, what is left: with residuals of kurtosis k its relative error is the root of (k - 1)
    times that sum, as long as the variance stood still. That of a vol is half as much.
    """
    heavy = kurtosis(state.rows)
    left = state.decays ** (2.0 * state.n_dates)
    squares = (1.0 - left) * (1.0 - state.decays) / (1.0 + state.decays) + left / WARM_UP
    own = state.weights * (1.0 - state.decays)
    mixed = float((np.outer(own, own) / (1.0 - np.outer(state.decays, state.decays))).sum())
    excess = np.sqrt(np.maximum(heavy - 1.0, 0.0))
    return RowMoments(
        means=state.rows.mean(axis=0),
        mean_ses=mean_errors(state.rows),
        sds=state.rows.std(axis=0, ddof=1),
        sd_ses=sd_errors(state.rows),
        kurtoses=heavy,
        kurtosis_ses=kurtosis_errors(state.rows),
        average_ses=state.averages * excess[:, None] * np.sqrt(squares),
        vol_shares=0.5 * excess * np.sqrt(mixed),
    )


def _normal(market: Market) -> Iterator[ParameterEstimate]:
    names = [factor.name for factor in market.factors]
    sampling = market.sampling
    window = f"{sampling.first}..{sampling.last}" if sampling is not None else ""
    known = np.zeros(len(names)) if sampling is None else sampling.vols
    for i, name in enumerate(names):
        yield _one("vol", (name,), market.vols[i], known[i], window)
    for i, name in enumerate(names):
        for j in range(i):
            se = 0.0 if sampling is None else float(sampling.correlation[i, j])
            yield _one("correlation", (name, names[j]), market.correlation[i, j], se, window)
    for i, factor in enumerate(market.factors):
        if market.kappas[i]:
            is_log = factor.kind not in LEVELS_MOVE
            theta = math.exp(market.thetas[i]) if is_log else market.thetas[i]  # a vol, as in the file
            yield _one("kappa", (factor.name,), market.kappas[i], 0.0, "")
            yield _one("theta", (factor.name,), theta, 0.0, "")
        if market.mus[i]:
            yield _one("mu", (factor.name,), market.mus[i], 0.0, "")


def _one(name: str, of: tuple[str, ...], value: float, se: float, window: str) -> ParameterEstimate:
    """Return one estimate; an error of 0 is that of a figure that was given."""
    is_given = not se > 0.0
    return ParameterEstimate(
        name=name,
        of=of,
        value=float(value),
        se=None if is_given else float(se),
        window="" if is_given else window,
        method=GIVEN if is_given else _METHODS[name],
    )


def _filtered(state: FilteredState, day: date) -> Iterator[ParameterEstimate]:
    moments, whole = row_moments(state), f"{state.first}..{day}" if state.first else f"{state.n_dates} dates to {day}"
    rows, pairs = f"last {len(state.rows)} joint dates", f"last {LEAD_DATES} pairs of joint dates"
    columns = (
        ("row mean", moments.means, moments.mean_ses),
        ("row sd", moments.sds, moments.sd_ses),
        ("row kurtosis", moments.kurtoses, moments.kurtosis_ses),
    )
    vols = np.sqrt(state.variances)
    for i, name in enumerate(state.factors):
        yield _one("day vol", (name,), vols[i], vols[i] * moments.vol_shares[i], whole)
        for k, decay in enumerate(state.decays.tolist()):
            se = moments.average_ses[i, k]
            yield _one("average", (name, f"{decay:g}"), state.averages[i, k], se, whole)
        for key, values, ses in columns:
            yield _one(key, (name,), values[i], ses[i], rows)
    links, link_ses = (
        np.corrcoef(state.rows, rowvar=False).reshape(len(state.factors), -1),
        correlation_errors(state.rows),
    )
    for i, name in enumerate(state.factors):
        for j in range(i):
            yield _one("row correlation", (name, state.factors[j]), links[i, j], link_ses[i, j], rows)
    for i, leader in enumerate(state.leaders):
        for k, follower in enumerate(state.led):
            se = 0.0 if state.gamma_se is None else state.gamma_se[i, k]
            yield _one("gamma", (leader, follower), state.gamma[i, k], se, pairs)
    for leader, value in zip(state.leaders, state.last.tolist(), strict=True):
        yield ParameterEstimate(
            name="last", of=(leader,), value=value, se=None, window=f"{day}", method=_METHODS["last"]
        )
    if state.regimes is not None:
        yield from _regimes(state.regimes, state.first)
    if state.cap_jumps is not None:
        yield from _cap_jumps(state.cap_jumps, day)
    for name, given in state.given.items():
        for other, value in given.loadings.items():
            yield ParameterEstimate(
                name="loading", of=(name, other), value=value, se=None, window="", method=f"given, {given.source}"
            )


def _regimes(regimes: RowRegimes, first: date | None) -> Iterator[ParameterEstimate]:
    """Yield what tells regimes of days apart: estimates whose errors are not worked out, and what is known tonight."""
    window = f"{first or ''}..{regimes.estimated_to}"
    figures = [("regime mean", regimes.means), ("regime sd", regimes.sds)]
    for k, regime in enumerate(REGIMES):
        for name, values in figures:
            for i, series in enumerate(regimes.series):
                yield _no_error(name, (regime, series), values[k, i], window, _LIKELIEST)
        for (i, one), (j, other) in combinations(enumerate(regimes.series), 2):
            covariance = regimes.covariances[k, i, j]
            yield _no_error("regime covariance", (regime, one, other), covariance, window, _LIKELIEST)
        for after, probability in zip(REGIMES, regimes.transitions[k], strict=True):
            yield _no_error("regime chain", (regime, after), probability, window, _FITTED)
        yield _no_error("regime long run", (regime,), regimes.long_run[k], "of the rows' dates", "mean of memberships")
        yield _no_error("regime tonight", (regime,), regimes.tonight[k], "all dates seen", "filter of Hamilton (1989)")


def _cap_jumps(jumps: CapJumps, day: date) -> Iterator[ParameterEstimate]:
    """Yield how likely a jump beyond the cap is, and the tail of its size."""
    window = f"{jumps.first}..{day}"
    tail = f"generalised Pareto, most likely for the {jumps.n_tail} days beyond {jumps.threshold:g}; se: Smith (1987)"
    rate = f"({jumps.n_beyond} days + 1/2) / ({jumps.n_dates:,} dates + 1); se: binomial"
    figures = (
        ("jump probability", jumps.probability, jumps.probability_se, rate),
        ("jump shape", jumps.shape, jumps.shape_se, tail),
        ("jump scale", jumps.scale, jumps.scale_se, tail),
    )
    for name, value, se, method in figures:
        yield ParameterEstimate(name=name, of=(), value=value, se=se, window=window, method=method)


def _no_error(name: str, of: tuple[str, ...], value: float, window: str, method: str) -> ParameterEstimate:
    said = f"{method}; no standard error is worked out"
    return ParameterEstimate(name=name, of=of, value=float(value), se=None, window=window, method=said)


def dates_per_year(state: FilteredState, day: date) -> float:
    """Return how many joint dates a year had, from the first that a law looked at to `day`."""
    return state.n_dates * 365.25 / max((day - (state.first or day)).days, 1)


def law_json(market: Market) -> dict[str, Any]:
    """Return every parameter of a market's laws, and what was chosen, as JSON's types."""
    state = market.filtered
    assert state is not None
    return {
        "valuation_date": market.valuation_date.isoformat(),
        "parameters": [asdict(each) for each in parameter_estimates(market)],
        "chosen": constants(state),
        "joint_dates_per_year": dates_per_year(state, market.valuation_date),
    }
