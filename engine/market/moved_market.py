"""A market whose factors have moved: every curve, price and vol with the factors that move it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.market.curve import ZeroCurve
from engine.market.factors import FactorKind
from engine.market.lookup import curve_factors, with_sums
from engine.market.market import Market
from kernels.types import F64


def moved(market: Market, deviations: F64 | Sequence[float]) -> Market:
    """Return the market after each factor's state has moved by its deviation.

    Parameters
    ----------
    deviations : (n_factors,) RATE: decimal, on zero rates at its pillar, linear in time to the next pillars and flat
        beyond; SPREAD: decimal, on all zero rates of its curve; SKEW: on all risk reversals of its pair, over the
        vols at the money; PRICE and VOL: of the logarithm of the level

    Returns
    -------
    Market
        A curve without factors of its own moves with its parent's. Par yields are left out: no curve is theirs now.
    """
    deviation = np.asarray(deviations, dtype=np.float64)
    levels, fx_vols, fx, spreads = dict(market.levels), dict(market.fx_vols), dict(market.fx), dict(market.spreads)
    for factor, move in zip(market.factors, deviation.tolist(), strict=True):
        if factor.kind is FactorKind.RATE:
            continue
        if factor.kind is FactorKind.SPREAD and factor.curve is not None:
            spreads[factor.curve] = spreads[factor.curve].wider(move)
            continue
        if factor.kind is FactorKind.SKEW and factor.pair is not None:
            surface = fx_vols[factor.pair]
            fx_vols[factor.pair] = replace(surface, skew=surface.skew + move, quotes=())
            continue
        if (code := market.exchanged(factor)) is not None:
            fx[code] *= float(np.exp(move))
            continue
        levels[factor.name] *= float(np.exp(move))
        if factor.pair in fx_vols:
            surface = fx_vols[factor.pair]
            fx_vols[factor.pair] = replace(surface, atm=surface.atm * np.exp(move), quotes=())
    rows = with_sums(market, deviation)
    curves = {name: _moved_curve(market, name, rows) for name in market.curves}
    return replace(market, curves=curves, par_curves={}, fx=fx, levels=levels, fx_vols=fx_vols, spreads=spreads)


def shifted(market: Market, move: float, *curves: str) -> Market:
    """Return the market with the zero rates of `curves`, and of curves derived from them, all moved by `move`."""
    names = set(curves)
    while more := {name for name, spread in market.spreads.items() if spread.parent in names} - names:
        names |= more
    return replace(
        market,
        curves={
            name: replace(curve, zero_rates=curve.zero_rates + move) if name in names else curve
            for name, curve in market.curves.items()
        },
    )


def slid(market: Market, years: float) -> Market:
    """Return the market some time later if every payment kept its zero rate: curves of z(t + years)."""
    curves = {}
    for name, curve in market.curves.items():
        later = curve.times > years
        first = [] if later.all() else [1e-9]  # the rate on the way to the first node that is left
        times = np.concatenate([first, curve.times[later] - years])
        curves[name] = replace(curve, times=times, zero_rates=curve.zero_rate(times + years))
    return replace(market, curves=curves)


def _moved_curve(market: Market, name: str, deviation: F64) -> ZeroCurve:
    curve = market.curves[name]
    pillars, numbers = curve_factors(market, name)
    if not pillars.size:
        return curve
    times = np.union1d(curve.times, pillars)
    return replace(
        curve, times=times, zero_rates=curve.zero_rate(times) + np.interp(times, pillars, deviation[numbers])
    )
