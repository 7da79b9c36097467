"""The rest of the market, and what a book loses, where some factors end at given levels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.analysis.reverse.book_losses import BookLosses
from engine.analysis.reverse.factor_levels import GivenLevel, level_of, state_of
from engine.analysis.reverse.likely_modes import DRAWS
from engine.analysis.reverse.required_level import REACH
from engine.analysis.reverse.results import Figure, GivenFactor, GivenStress
from engine.analysis.reverse.stress_setting import StressSetting
from engine.errors import InputError
from engine.market.factors import level_text
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.tail import estimate_sample
from kernels.types import F64, Bools

NEAR = 0.25  # standard deviations of the given factors within which a path is near
LEAST_NEAR = 500  # paths, to tell a 5 % quantile
TAIL = 0.95  # and 1 - TAIL: quantiles of the loss


def given_stress(setting: StressSetting, book: BookLosses, given: Sequence[GivenLevel]) -> GivenStress:
    """Return the market and the loss where factors end at given levels.

    Every path is moved along the regression on the given factors, x + B (g - x_g): of normals that is their exact
    conditional law (Matheron's rule; Journel & Huijbregts 1978, "Mining geostatistics"). Of a t that is a t with more
    degrees of freedom and a spread that grows with the levels' distance, and is drawn (`_t_given`). Of other laws paths
    that end near the levels are taken where there are `LEAST_NEAR`, which keeps what such markets are like; else all
    paths, whose spread around the line is then that of any market.

    Raises
    ------
    InputError
        A level is beyond `REACH` standard deviations, or levels contradict one another.
    """
    factors = [each.factor for each in given]
    wanted = np.array([state_of(setting.start, setting.factors[each.factor], each.level) for each in given])
    _check_reach(setting, given, wanted)
    distance = _joint_distance(setting, factors, wanted[:, None] - setting.moments.mean[factors][:, None])
    if float(distance[0]) > REACH * math.sqrt(len(factors)):
        names = ", ".join(each.name for each in given)
        raise InputError(
            f"--given: levels of {names} together are {float(distance[0]):.0f} standard deviations from the law's mean,"
            " which no market is where they move alike; give one of them, and see where it takes the others"
        )
    method, chosen = _chosen(setting, factors, wanted)
    moved = _moved(setting.first.states[:, chosen], setting.moments.slope_on(factors), factors, wanted)
    weights = setting.first.weights[chosen] / setting.first.weights[chosen].sum()
    wider = 1.0
    if (nu := setting.density.nu if setting.density is not None else None) is not None:
        moved, wider = _t_given(setting, nu, factors, wanted, float(distance[0]))
    errors = _section_errors(setting, book, factors, wanted) if method == "regression" else None
    if method == "exact":
        mean, std = setting.moments.given(factors, wanted[:, None])[:, 0], wider * setting.moments.std_given(factors)
        mean_ses = np.zeros_like(mean)
    else:
        mean = moved @ weights
        square = (moved - mean[:, None]) ** 2
        std, mean_ses = np.sqrt(square @ weights), np.sqrt(square @ (weights * weights))
    mean_ses = mean_ses if errors is None else errors.market
    losses = _losses(setting, book.at(moved), weights)
    return GivenStress(
        given={each.name: each.level for each in given},
        distance=float(distance[0]),
        method=method,
        n_paths=moved.shape[1],
        market=_market(setting, given, mean, mean_ses, std),
        loss_at_mean=setting.by_scope(book.at(mean[:, None])[:, 0]),
        mean={
            scope: Figure(value=float(losses.means[k]), se=float((errors or losses).ses[k]))
            for k, scope in enumerate(setting.scopes)
        },
        low=replace(losses.low, se=(errors or losses).low.se),
        high=replace(losses.high, se=(errors or losses).high.se),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Losses:
    """Losses over the markets given some levels."""

    means: F64  # (1 + n_books,) [currency]
    ses: F64  # (1 + n_books,)
    low: Figure
    high: Figure
    market: F64  # (n_factors,) errors of the states' means, where sections tell them; else empty


def _moved(states: F64, slope: F64, factors: Sequence[int], wanted: F64) -> F64:
    """Move states (n_factors, n) along a regression (n_factors, n_given) onto the levels (n_given,)."""
    moved = states + slope @ (wanted[:, None] - states[list(factors)])
    moved[list(factors)] = wanted[:, None]
    return np.asarray(moved)


def _t_given(
    setting: StressSetting, nu: float, factors: Sequence[int], wanted: F64, distance: float
) -> tuple[F64, float]:
    """Draw markets of a t law given k factors' levels (n_given,), and say by how much their spread is wider.

    Given levels at a Mahalanobis `distance` d a t of covariance S is one with nu + k degrees of freedom around the
    regression, of covariance (nu - 2 + d^2) / (nu + k - 2) times the normal's: Kotz & Nadarajah (2004), "Multivariate t
    distributions and their applications", 1.10. What a price's drift tilts, 1e-4 at most, is left out.
    """
    n, k = setting.first.states.shape[1], len(factors)
    random = np.random.Generator(np.random.Philox(key=setting.part.config.seed + (DRAWS << 64)))
    mean, at = setting.moments.mean, nu - 2.0 + distance * distance
    assert setting.density is not None
    normal = setting.density.chol @ random.standard_normal((mean.size, n))
    around = normal - setting.moments.slope_on(factors) @ normal[list(factors)]
    q = np.sqrt(at / (2.0 * random.standard_gamma(0.5 * (nu + k), n)))
    moved = setting.moments.given(factors, wanted[:, None]) + q * around
    moved[list(factors)] = wanted[:, None]
    return moved, math.sqrt(at / (nu + k - 2.0))


def _losses(setting: StressSetting, losses: F64, weights: F64) -> _Losses:
    """Return mean and quantiles of losses (1 + n_books, n) by weights (n,) that add up to 1, with plain errors."""
    means = losses @ weights
    ses = np.sqrt((losses - means[:, None]) ** 2 @ (weights * weights))
    return _Losses(
        means=means,
        ses=np.zeros_like(ses) if setting.is_whole else ses,
        low=_quantile(setting, -losses[0], weights, sign=-1.0),
        high=_quantile(setting, losses[0], weights, sign=1.0),
        market=np.empty(0),
    )


def _section_errors(setting: StressSetting, book: BookLosses, factors: Sequence[int], wanted: F64) -> _Losses | None:
    """Return errors that hold the regression's own: each section of the paths moved along its own line.

    None where all paths of a law are looked at, or its covariance is known. Far from the mean the line's error is most
    of the whole.
    """
    if setting.is_whole or setting.density is not None:
        return None
    found = []
    for states, moments in setting.sections():
        moved = _moved(states, moments.slope_on(factors), factors, wanted)
        losses = book.at(moved)
        ends = np.quantile(losses[0], [1.0 - TAIL, TAIL])
        found.append(np.concatenate([losses.mean(axis=1), ends, moved.mean(axis=1)]))
    ses = np.std(found, axis=0, ddof=1) / math.sqrt(len(found))
    n = len(setting.scopes)
    ends = [Figure(value=math.nan, se=float(se)) for se in ses[n : n + 2]]
    return _Losses(means=np.empty(0), ses=ses[:n], low=ends[0], high=ends[1], market=ses[n + 2 :])


def _market(
    setting: StressSetting, given: Sequence[GivenLevel], mean: F64, mean_ses: F64, std: F64
) -> tuple[GivenFactor, ...]:
    known = {each.factor: each.level for each in given}
    return tuple(
        GivenFactor(
            name=factor.name,
            kind=factor.kind.value,
            start=setting.start.level(factor),
            mean_level=known.get(f, float(level_of(setting.start, factor, mean[f]))),
            mean_se=0.0 if f in known or setting.is_whole else float(mean_ses[f]),
            low=known.get(f, float(level_of(setting.start, factor, mean[f] - std[f]))),
            high=known.get(f, float(level_of(setting.start, factor, mean[f] + std[f]))),
            is_given=f in known,
        )
        for f, factor in enumerate(setting.factors)
    )


def _quantile(setting: StressSetting, losses: F64, weights: F64, sign: float) -> Figure:
    """Return the `TAIL` quantile of losses (n,) by weights (n,) that add up to 1, times a sign."""
    if setting.is_whole:  # known moves, perhaps not equally likely, and no error of simulation
        order = np.argsort(losses)
        place = min(int(np.searchsorted(np.cumsum(weights[order]), TAIL)), losses.size - 1)
        return Figure(value=sign * float(losses[order[place]]), se=0.0)
    estimate = estimate_sample(0.0 - losses, TAIL).of(VALUE_AT_RISK)
    return Figure(value=sign * estimate.value, se=estimate.se)


def _chosen(setting: StressSetting, factors: Sequence[int], wanted: F64) -> tuple[str, Bools]:
    """Return how the others' markets are made, and of which of the first paths."""
    everything = np.ones(setting.first.numbers.size, bool)
    if setting.density is not None:
        return "exact", everything
    gaps = setting.first.states[list(factors)] - wanted[:, None]
    near = _joint_distance(setting, factors, gaps) <= NEAR
    return ("near paths", near) if near.sum() >= LEAST_NEAR else ("regression", everything)


def _joint_distance(setting: StressSetting, factors: Sequence[int], gaps: F64) -> F64:
    """Return the Mahalanobis length of gaps in some factors' states, (n_given, n): (n,)."""
    inner = setting.moments.covariance[np.ix_(list(factors), list(factors))]
    scale = np.sqrt(np.diag(inner))
    values, vectors = np.linalg.eigh(inner / np.outer(scale, scale))
    scores = vectors.T @ (gaps / scale[:, None]) / np.sqrt(np.maximum(values, 1e-12))[:, None]
    return np.asarray(np.sqrt((scores * scores).sum(axis=0)))


def _check_reach(setting: StressSetting, given: Sequence[GivenLevel], wanted: F64) -> None:
    moments = setting.moments
    for each, state in zip(given, wanted.tolist(), strict=True):
        factor = setting.factors[each.factor]
        mean, std = float(moments.mean[each.factor]), float(moments.std[each.factor])
        if std == 0.0:
            raise InputError(f"--given: {each.name} stands still under this law; give a factor that moves")
        if abs(state - mean) > REACH * std:
            ends = level_of(setting.start, factor, mean + std * np.array([-REACH, REACH]))
            low, high, asked = (level_text(factor.kind, float(level)) for level in (*ends, each.level))
            raise InputError(
                f"--given: {each.name} at {asked} is {abs(state - mean) / std:.0f} standard"
                f" deviations from where the law has it; levels from {low} to {high} are within {REACH:g}: is a point"
                " wrong? A longer --horizon-days reaches farther"
            )
