"""What books and runs ask of a market: the factors that move a curve or a pair's vols, and these vols."""

from weakref import ref

import numpy as np

from engine.errors import InputError
from engine.market.factors import BASIS_PILLAR, FactorKind, swaption_factor_name
from engine.market.fx_vols import FxVols
from engine.market.market import Market
from kernels.types import F64, I64, Bools, Words

_KEPT: dict[int, tuple[ref[Words], list[str], I64]] = {}  # what `distinct` found of columns that nobody can change

_FEW = 32  # names in a column of curves or currencies, up to which each is looked for by itself


def curve_factors(market: Market, curve: str) -> tuple[F64, I64]:
    """Return the pillars and rows of deviations that move a curve: its own factors, or else its parent's.

    Where spreads between have factors, a row is that of a sum of `factor_sums`, numbered after all factors.

    Returns
    -------
    (n,) pillars [years], increasing, and (n,) rows; empty when nothing moves the curve.

    Raises
    ------
    InputError
        The market has no such curve.
    """
    pillars, sums = _moved_by(market, curve)
    known = factor_sums(market) if any(len(terms) > 1 for terms in sums) else ()
    n = len(market.factors)
    rows = [terms[0] if len(terms) == 1 else n + known.index(terms) for terms in sums]
    return np.array(pillars, dtype=np.float64), np.array(rows, dtype=np.int64)


def factor_sums(market: Market) -> tuple[tuple[int, ...], ...]:
    """Return the factors that move a pillar of a derived curve together, each sum once: its parent's, then spreads'."""
    found: dict[tuple[int, ...], None] = {}
    for curve in market.spreads:
        found |= dict.fromkeys(terms for terms in _moved_by(market, curve)[1] if len(terms) > 1)
    return tuple(found)


def with_sums(market: Market, deviations: F64) -> F64:
    """Return deviations of factors, (n_factors,), with those of `factor_sums` behind: (n_moves,)."""
    return np.array([*deviations.tolist(), *(sum(deviations[list(terms)].tolist()) for terms in factor_sums(market))])


def spread_factor(market: Market, curve: str) -> int:
    """Return the index of the SPREAD factor that moves a derived curve's spreads, or -1 when none does."""
    numbers = [i for i, f in enumerate(market.factors) if f.kind is FactorKind.SPREAD and f.curve == curve]
    return numbers[0] if numbers else -1


def _moved_by(market: Market, curve: str) -> tuple[list[float], list[tuple[int, ...]]]:
    """Return the pillars of a curve, and the factors whose deviations add up at each.

    A curve whose spreads alone move has one pillar.
    """
    if curve not in market.curves:
        raise InputError(f"the market has no curve {curve!r}; it has {', '.join(market.curves)}")
    mine = sorted(
        (factor.pillar, i)
        for i, factor in enumerate(market.factors)
        if factor.kind is FactorKind.RATE and factor.curve == curve and factor.pillar is not None
    )
    if mine or curve not in market.spreads:
        return [pillar for pillar, _ in mine], [(i,) for _, i in mine]
    pillars, sums = _moved_by(market, market.spreads[curve].parent)
    if (spread := spread_factor(market, curve)) < 0:
        return pillars, sums
    return (pillars, [(*terms, spread) for terms in sums]) if sums else ([BASIS_PILLAR], [(spread,)])


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


def skew_factor(market: Market, pair: str) -> int:
    """Return the index of the SKEW factor that moves the risk reversals of a pair, or -1 when none does."""
    numbers = [i for i, f in enumerate(market.factors) if f.kind is FactorKind.SKEW and f.pair == pair]
    return numbers[0] if numbers else -1


def swaption_vol_factor(market: Market, currency: str) -> int:
    """Return the index of the VOL factor that moves the normal vols of a currency's swaptions, or -1."""
    name = swaption_factor_name(currency)
    numbers = [i for i, f in enumerate(market.factors) if f.kind is FactorKind.VOL and f.name == name]
    return numbers[0] if numbers else -1


def swaption_vol_level(market: Market, currency: str) -> float:
    """Return the level that the normal vols of a currency's swaptions move in proportion to; 1 where none moves."""
    return market.levels.get(swaption_factor_name(currency), 1.0)


def is_moved(market: Market, curve: Words) -> Bools:
    """Return whether some factor moves each flow's curve: (n_flows,)."""
    names, place = distinct(curve)
    moved = [bool(name) and curve_factors(market, name)[1].size > 0 for name in names]
    return np.array(moved, bool)[place]


def pillar_weights(market: Market, curve: Words, time: F64) -> tuple[I64, F64]:
    """Return the two rows of deviations on which each zero rate depends, (n, 2), and the weight of the upper one, (n,).

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
    key = id(words)
    if (kept := _KEPT.get(key)) is not None and kept[0]() is words:
        return list(kept[1]), kept[2]
    names, place = _distinct(words)
    if not words.flags.writeable:  # a column of a table, which every valuation asks for again
        _KEPT[key] = ref(words, lambda _: _KEPT.pop(key, None)), names, place
        place.flags.writeable = False
    return list(names), place


def _distinct(words: Words) -> tuple[list[str], I64]:
    first = np.flatnonzero(np.concatenate([[True], words[1:] != words[:-1]]))
    names, place = _few_distinct(words[first])
    return names, np.repeat(place, np.diff(np.append(first, words.size)))


def _few_distinct(words: Words) -> tuple[list[str], I64]:
    """Return `distinct` of words that repeat all over: each name is looked for by itself, which no sort of texts beats.

    Where there are more than `_FEW` names, they are sorted after all.
    """
    found: list[str] = []
    place, left, rest = np.zeros(words.size, np.int64), np.arange(words.size), words
    while left.size and len(found) < _FEW:
        same = rest == rest[0]
        place[left[same]] = len(found)
        found.append(str(rest[0]))
        left, rest = left[~same], rest[~same]
    if left.size:
        names, sorted_place = np.unique(words, return_inverse=True)
        return names.tolist(), sorted_place.ravel()
    order = sorted(range(len(found)), key=found.__getitem__)
    return [found[k] for k in order], np.argsort(order)[place]
