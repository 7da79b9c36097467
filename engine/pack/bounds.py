"""How far compressed P&L can be from the direct sum: a bound in money for every row of the result.

What polynomials and tables leave out is known where they are used. It reaches P&L through futures, swaptions, discount
factors and exchange rates, which are bounded on every path whose factors lie within `SURE` standard deviations: all
that are ever drawn. Where a law has an unwind, they are those of its range (`engine.law.envelope`), which a path in a
hundred may leave. Rounding is counted for both sums.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.pack.compression.polynomials import Compressed
from engine.pack.draft import OPERATIONS, ROUNDING, Ground, Laid, RowBounds, Scene, highest, leg_sums
from engine.pack.points import chain
from engine.pack.ranges import range_sums
from engine.pack.setting import Setting
from engine.pack.sums import SummedLaw
from kernels.layout import Points
from kernels.types import F64, I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounds:
    """How far compressed P&L can be from the direct sum; all 0 where the run is direct."""

    flows: float  # of any flows between two pillars, as a fraction of their gross value
    payoffs: Mapping[str, float]  # of any row of a payoff, as a fraction of its contracts' value, premium or notional
    pnl: F64  # (n_scenarios, 1 + n_books) |compressed - direct| at most, total first, in the reporting currency


def bounds_of(setting: Setting, ground: Ground, compressed: Compressed | None, laid: Mapping[str, Laid]) -> Bounds:
    """Return the bounds of all rows of the result, from the packed tables."""
    scenes = [_scene(ground, compressed, law, s) for s, law in enumerate(setting.laws)]
    rows = [{name: each.bounds(scene) for name, each in laid.items()} for scene in scenes]
    books = np.stack([_books(ground, scene, laid, each) for scene, each in zip(scenes, rows, strict=True)])
    total = books.sum(axis=1, keepdims=True) * (1.0 + ROUNDING * books.shape[1])
    return Bounds(
        flows=compressed.bound if compressed else 0.0,
        payoffs={name: max(each[name].part for each in rows) for name in laid},
        pnl=np.concatenate([total, books], axis=1),
    )


def no_bounds(setting: Setting, laid: Mapping[str, Laid]) -> Bounds:
    """Return the bounds of a direct run: it is the direct sum."""
    pnl = np.zeros((len(setting.shocked), 1 + len(setting.names)))
    return Bounds(flows=0.0, payoffs=dict.fromkeys(laid, 0.0), pnl=pnl)


def _scene(ground: Ground, compressed: Compressed | None, law: SummedLaw, s: int) -> Scene:
    """Return the most that legs, points and rates come to in a scenario."""
    flows, points = ground.flows, ground.points
    none = np.zeros(flows.segments.size)
    lost, most = (compressed.lost[s], compressed.most[s]) if compressed else (none, none)
    rounded = ROUNDING * (flows.segments["last"] - flows.segments["first"] + OPERATIONS) * most
    own, shared = (
        (leg_sums(legs, lost) + leg_sums(legs, rounded), leg_sums(legs, most)) for legs in (flows.own, flows.shared)
    )
    rows = points.points
    moved_by, exponents = _moves(points)
    return Scene(
        s=s,
        law=law,
        run=ground.run,
        own_error=own[0],
        own_size=own[1],
        shared_error=shared[0],
        shared_size=shared[1],
        points=points.start[s] * highest(law, ground.run.observations, rows["when"], moved_by, exponents),
    )


def _moves(points: Points) -> tuple[I64, F64]:
    """Return the factors that move each point, its chain's included, and the exponents: (n_points, n_terms) each."""
    chains = [list(chain(points.points, number)) for number in range(points.points.size)]
    n_terms = 2 * max(map(len, chains), default=1)
    factors, exponents = np.zeros((len(chains), n_terms), np.int64), np.zeros((len(chains), n_terms))
    for i, links in enumerate(chains):
        for k, link in enumerate(links):
            factors[i, 2 * k : 2 * k + 2] = link.below, link.above
            exponents[i, 2 * k : 2 * k + 2] = link.a, link.b
    return factors, exponents


def _books(ground: Ground, scene: Scene, laid: Mapping[str, Laid], rows: Mapping[str, RowBounds]) -> F64:
    """Return the error of each book's P&L at most: (n_books,) [reporting currency]."""
    run = ground.run
    error, size = scene.own_error, scene.own_size + np.abs(run.cash[scene.s])
    n_rows = ground.flows.segments.size
    for name, each in laid.items():
        owned = each.tables.owned
        error = error + range_sums(owned["first"], owned["last"], rows[name].error)
        size = size + range_sums(owned["first"], owned["last"], rows[name].size)
        n_rows += rows[name].size.size
    currencies = np.arange(run.fx_factor.size)
    horizon = np.full(currencies.size, run.observations.size - 1)
    dearest = scene.dearest(currencies, horizon)
    rounded = ROUNDING * (n_rows + OPERATIONS) * (size @ dearest)
    base = ROUNDING * OPERATIONS * np.abs(run.base_value)
    return np.asarray((error @ dearest + rounded) / scene.cheapest(currencies, horizon)[run.reporting] + base)
