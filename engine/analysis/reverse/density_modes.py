"""The markets of highest density among those that lose an amount, where a law has a density."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import NonlinearConstraint, minimize

from engine.analysis.reverse.law_density import LawDensity
from kernels.types import F64

FARTHEST = 12.0  # standard deviations to which a market is looked for
RADII = np.linspace(0.0, FARTHEST, 97)
APART = np.cos(np.radians(20.0))  # whitened directions nearer than this are one mode
LEAST_RATIO = 1e-4  # of a mode's density to the likeliest's: what is below is no likely way
MOST_MODES = 6
STEP = 1e-4  # of a whitened market, for slopes of the loss
TURNS = 10  # of all starts towards the slope of the loss
TOLERANCE = 1e-6  # of the loss, relative
N_TURNS = 64  # directions in which a market is turned, to see whether a likelier one is near
TURN = 0.2  # radians
ROUNDS = 4  # of turning and climbing on

Losses = Callable[[F64], F64]  # whitened markets (n_factors, n) -> the total's losses (n,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DensityModes:
    """Whitened markets, the likeliest first, and how far a loss can go."""

    markets: F64  # (n_factors, n_modes); none where no market within `FARTHEST` loses so much
    largest: float  # loss that was met on the way [currency]


def density_modes(
    density: LawDensity, losses: Losses, target: float, tail: F64, random: np.random.Generator
) -> DensityModes:
    """Return the markets of highest density that lose `target`, each better than all near it.

    Starts are where rays meet the loss: along the loss's slope and against it, along what each factor's rise and
    fall bring with them, and towards simulated markets of the tail. All are turned towards the loss's slope where they
    are, over and over: of a normal the mode is where the two agree, the design point of Hasofer & Lind (1974), "Exact
    and invariant second-moment code format", J. Eng. Mech. Div. ASCE 100(1). From each that is left the density is
    climbed on the markets that lose the amount, by sequential quadratic programming, and from its neighbours again.

    Parameters
    ----------
    tail : (n_factors, n) whitened markets
    random : draws the neighbours
    """
    rays = _rays(density, losses, target, tail)
    starts, largest = _crossings(losses, target, rays)
    starts = _turned(losses, target, starts)
    found, tried = list[F64](), list[F64]()
    for start in starts.T:
        if any(_is_same(start, other, APART) for other in (*found, *tried)):
            continue
        tried.append(start)
        market = _settled(density, losses, target, start, random)
        if market is not None and not any(_is_same(market, mode, APART) for mode in found):
            found.append(market)
    if not found:
        return DensityModes(markets=np.empty((len(density.mean), 0)), largest=largest)
    markets = np.stack(found, axis=1)
    logs = density.log_density(markets)
    order = np.argsort(-logs, kind="stable")[:MOST_MODES]
    kept = order[logs[order] >= logs.max() + np.log(LEAST_RATIO)]
    return DensityModes(markets=markets[:, kept], largest=largest)


def _rays(density: LawDensity, losses: Losses, target: float, tail: F64) -> F64:
    """Return directions of length 1 in which the loss is looked for: (n_factors, n_rays)."""
    rows = density.chol[(density.chol != 0.0).any(axis=1)].T
    slope = _slope(losses, np.zeros((len(density.mean), 1)), target)
    rays = np.concatenate([slope, -slope, rows, -rows, tail], axis=1)
    return _unit(rays[:, np.linalg.norm(rays, axis=0) > 0.0])


def _crossings(losses: Losses, target: float, rays: F64) -> tuple[F64, float]:
    """Return where rays first lose `target`, nearest first, (n_factors, n), and the largest loss on any."""
    n_factors, n_rays = rays.shape
    points = rays[:, :, None] * RADII
    found = losses(np.ascontiguousarray(points.reshape(n_factors, -1))).reshape(n_rays, RADII.size)
    over = found >= target
    first = np.argmax(over[:, 1:], axis=1) + 1
    radius = np.full(n_rays, np.inf)
    for r in np.flatnonzero(over[:, 1:].any(axis=1)).tolist():
        low, high = found[r, first[r] - 1], found[r, first[r]]
        part = (target - low) / (high - low) if high > low else 1.0
        radius[r] = RADII[first[r] - 1] + np.clip(part, 0.0, 1.0) * (RADII[first[r]] - RADII[first[r] - 1])
    order = np.argsort(radius, kind="stable")
    order = order[np.isfinite(radius[order])]
    return np.asarray(rays[:, order] * radius[order]), float(found.max())


def _turned(losses: Losses, target: float, starts: F64) -> F64:
    """Turn markets that lose `target` half way to the loss's slope, `TURNS` times: (n_factors, n), nearest first."""
    for _ in range(TURNS):
        if starts.size:
            ways = _unit(starts) + _unit(_slope(losses, starts, target))
            starts = _crossings(losses, target, _unit(ways))[0]
    return starts


def _settled(density: LawDensity, losses: Losses, target: float, start: F64, random: np.random.Generator) -> F64 | None:
    """Climb from a start, and on from likelier neighbours that lose as much; None where no market is reached."""
    market = _climbed(density, losses, target, start)
    for _ in range(ROUNDS):
        if market is None:
            return None
        better = _likelier_neighbour(density, losses, target, market, random)
        if better is None:
            return market
        market = _climbed(density, losses, target, better)
    return market


def _climbed(density: LawDensity, losses: Losses, target: float, start: F64) -> F64 | None:
    """Return the market of highest density uphill from a start; None where it is not reached."""

    def depth(y: F64, *_: Any) -> float:
        return -float(density.log_density(y[:, None])[0])

    def depth_slope(y: F64, *_: Any) -> F64:
        return -density.slope(y)

    loses_it = NonlinearConstraint(
        lambda y: losses(y[:, None]) / target, 1.0, np.inf, jac=lambda y: _slope(losses, y[:, None], target).T
    )
    result = minimize(
        depth, start, jac=depth_slope, method="SLSQP", constraints=loses_it, tol=1e-12, options={"maxiter": 200}
    )
    market = np.asarray(result.x, dtype=np.float64)
    if not np.isfinite(market).all() or np.linalg.norm(market) > FARTHEST:
        return None
    return market if abs(float(losses(market[:, None])[0]) / target - 1.0) <= TOLERANCE else None


def _likelier_neighbour(
    density: LawDensity, losses: Losses, target: float, market: F64, random: np.random.Generator
) -> F64 | None:
    """Return a market near by that loses as much and is likelier; None where the market is a mode."""
    turns = random.standard_normal((market.size, N_TURNS))
    turns -= np.outer(market, market @ turns) / (market @ market)
    turned = market[:, None] + np.tan(TURN) * np.linalg.norm(market) * turns / np.linalg.norm(turns, axis=0)
    radii = np.linspace(0.7, 1.1, 41)
    points = turned[:, :, None] * radii
    found = losses(np.ascontiguousarray(points.reshape(market.size, -1))).reshape(N_TURNS, radii.size)
    over = found >= target
    first = np.argmax(over, axis=1)
    markets = points[:, np.arange(N_TURNS), first][:, over.any(axis=1)]
    if not markets.size:
        return None
    logs = density.log_density(markets)
    best = int(np.argmax(logs))
    is_better = logs[best] > float(density.log_density(market[:, None])[0]) + 1e-6
    return np.asarray(markets[:, best]) if is_better else None


def _slope(losses: Losses, markets: F64, target: float) -> F64:
    """Return the slopes of the loss over `target` at whitened markets, by central differences: (n_factors, n)."""
    n_factors, n = markets.shape
    steps = STEP * np.concatenate([np.eye(n_factors), -np.eye(n_factors)], axis=1)
    points = markets[:, :, None] + steps[:, None, :]  # (n_factors, n, 2 n_factors)
    found = losses(np.ascontiguousarray(points.reshape(n_factors, -1))).reshape(n, 2, n_factors) / target
    return np.asarray((found[:, 0] - found[:, 1]).T / (2.0 * STEP))


def _unit(ways: F64) -> F64:
    """Return directions of length 1, those of length 0 as they are: (n_factors, n)."""
    length = np.linalg.norm(ways, axis=0)
    return np.asarray(ways / np.where(length > 0.0, length, 1.0))


def _is_same(one: F64, other: F64, least: float) -> bool:
    return bool(one @ other >= least * np.linalg.norm(one) * np.linalg.norm(other))
