"""What books and runs ask of a market: the factors that move a curve or a pair's vols, and these vols."""

import numpy as np

from engine.errors import InputError
from engine.market.factors import FactorKind
from engine.market.fx_vols import FxVols
from engine.market.market import Market
from kernels.types import F64, I64, Bools, Words


def curve_factors(market: Market, curve: str) -> tuple[F64, I64]:
    """Return the pillars and factors that move a curve: its own, or else its nearest ancestor's that has any.

    Returns
    -------
    (n,) pillars [years], increasing, and (n,) indices into `market.factors`; empty when nothing moves the curve.

    Raises
    ------
    InputError
        The market has no such curve.
    """
    if curve not in market.curves:
        raise InputError(f"the market has no curve {curve!r}; it has {', '.join(market.curves)}")
    mine = [
        (factor.pillar, i)
        for i, factor in enumerate(market.factors)
        if factor.kind is FactorKind.RATE and factor.curve == curve and factor.pillar is not None
    ]
    if not mine and curve in market.spreads:
        return curve_factors(market, market.spreads[curve].parent)
    pillars, numbers = zip(*sorted(mine), strict=True) if mine else ((), ())
    return np.array(pillars, dtype=np.float64), np.array(numbers, dtype=np.int64)


def fx_vols(market: Market, pair: str) -> FxVols:
    """Return the vols of a pair. Raises InputError when the market has none."""
    if pair not in market.fx_vols:
        raise InputError(f"the market has no vols of {pair!r}, which an option needs; {vols_way_out(market, pair)}")
    return market.fx_vols[pair]


def vols_way_out(market: Market, pair: str) -> str:
    """Return how a market file gets the vols of a pair that it lacks, and which it has."""
    return f"give it a [fx_vols.{pair}] table. It has {', '.join(market.fx_vols) or 'none'}"


def vol_factor(market: Market, pair: str) -> int:
    """Return the index of the VOL factor that moves the vols of a pair, or -1 when none does."""
    numbers = [i for i, f in enumerate(market.factors) if f.kind is FactorKind.VOL and f.pair == pair]
    return numbers[0] if numbers else -1


def is_moved(market: Market, curve: Words) -> Bools:
    """Return whether some factor moves each flow's curve: (n_flows,)."""
    names, place = distinct(curve)
    moved = [bool(name) and curve_factors(market, name)[1].size > 0 for name in names]
    return np.array(moved, bool)[place]


def pillar_weights(market: Market, curve: Words, time: F64) -> tuple[I64, F64]:
    """Return the two factors on whose pillars each zero rate depends, (n, 2), and the weight of the upper one, (n,).

    Moves are linear in time between pillars and flat beyond: there, and on a curve with one pillar, a weight is 0 or 1.
    """
    factors, weight = np.zeros((time.size, 2), np.int64), np.zeros(time.size)
    names, place = distinct(curve)
    for k, name in enumerate(names):
        years, numbers = curve_factors(market, name)
        mine = place == k
        below = np.clip(np.searchsorted(years, time[mine], side="right") - 1, 0, max(years.size - 2, 0))
        above = np.minimum(below + 1, years.size - 1)
        width = np.where(above > below, years[above] - years[below], 1.0)
        inside = np.clip((time[mine] - years[below]) / width, 0.0, 1.0)
        weight[mine] = np.where(above > below, inside, 0.0)
        factors[mine] = np.column_stack([numbers[below], numbers[above]])
    return factors, weight


def distinct(words: Words) -> tuple[list[str], I64]:
    """Return the names in ascending order, and the place of each row's among them: (n,).

    np.unique's, but quick where names come in runs, as in tables of flows.
    """
    if not words.size:
        return [], np.zeros(0, np.int64)
    first = np.flatnonzero(np.concatenate([[True], words[1:] != words[:-1]]))
    names, place = np.unique(words[first], return_inverse=True)
    return names.tolist(), np.repeat(place.ravel(), np.diff(np.append(first, words.size)))
