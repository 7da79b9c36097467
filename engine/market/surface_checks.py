"""Whether a vol surface could be traded against: a negative density at one expiry, or variance that falls with time."""

from itertools import pairwise

import numpy as np

from engine.market.factors import tenor_label
from engine.market.fx_vols import FxVols
from kernels.types import F64

REACH = 6.0  # standard deviations at the money within which strikes are looked at
_POINTS = 2401
_STEP = 1e-3  # of moneyness, for slopes
_ROUNDING = 1e-6  # of a density, or of a variance, that counts as 0


def arbitrage(vols: FxVols) -> tuple[str, ...]:
    """Return what is wrong with the surface, expiry by expiry and half-way between: in words; empty when nothing is.

    With w = sigma^2 tau as a function of k = ln(K / F), the density of ln(K) has the sign of
    g = (1 - k w' / (2 w))^2 - (w' / 2)^2 (1 / w + 1 / 4) + w'' / 2, and w at one k may not fall with time: Gatheral &
    Jacquier (2014), "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14(1).
    """
    times = np.sort(np.concatenate([vols.times, 0.5 * (vols.times[1:] + vols.times[:-1])])).tolist()
    found = [_butterfly(vols, time) for time in times]
    found += [_calendar(vols, first, second) for first, second in pairwise(times)]
    return tuple(warning for warning in found if warning)


def _butterfly(vols: FxVols, time: float) -> str:
    scale = float(vols.atm_vol(time)) * np.sqrt(time)
    k, h = scale * np.linspace(-REACH, REACH, _POINTS), scale * _STEP
    below, w, above = (_variance(vols, time, k + shift) for shift in (-h, 0.0, h))
    slope, bend = (above - below) / (2.0 * h), (above - 2.0 * w + below) / h**2
    density = (1.0 - 0.5 * k * slope / w) ** 2 - 0.25 * slope**2 * (1.0 / w + 0.25) + 0.5 * bend
    worst = int(density.argmin())
    if density[worst] >= -_ROUNDING:
        return ""
    return (
        f"the vols of {vols.pair} at {_label(time)} give a negative density {k[worst] / scale:+.1f} standard deviations"
        " from the forward: a butterfly there has a negative price"
    )


def _calendar(vols: FxVols, first: float, second: float) -> str:
    scale = float(vols.atm_vol(first)) * np.sqrt(first)
    k = scale * np.linspace(-REACH, REACH, _POINTS)
    before, after = (_variance(vols, time, k) for time in (first, second))
    fall = before / after - 1.0
    worst = int(fall.argmax())
    if fall[worst] <= _ROUNDING:
        return ""
    return (
        f"the variance of {vols.pair} falls from {_label(first)} to {_label(second)} {k[worst] / scale:+.1f} standard"
        " deviations from the forward: a calendar spread there has a negative price"
    )


def _variance(vols: FxVols, time: float, log_moneyness: F64) -> F64:
    return np.asarray(vols.vol(time, log_moneyness) ** 2 * time)


def _label(time: float) -> str:
    return tenor_label(time) if time * 12 == round(time * 12) else f"{365.0 * time:.0f} days"
