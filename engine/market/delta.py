"""Strikes from deltas, in the four conventions in which the vols of a currency pair are quoted."""

import math
from collections.abc import Callable

from engine.errors import InputError
from engine.market.fx_vols import DeltaKind

_PREMIUM_ADJUSTED = (DeltaKind.SPOT_PREMIUM_ADJUSTED, DeltaKind.FORWARD_PREMIUM_ADJUSTED)
_SPOT = (DeltaKind.SPOT, DeltaKind.SPOT_PREMIUM_ADJUSTED)
_WIDEST = 40.0  # standard deviations beyond which a normal probability is 0 in binary64


def delta(kind: DeltaKind, log_moneyness: float, std: float, foreign_discount: float, sign: int) -> float:
    """Return the delta of a call (`sign` 1) or put (-1) on one unit of foreign currency; a put's is negative.

    Parameters
    ----------
    log_moneyness : ln(K / F)
    std : vol times sqrt(time), > 0
    foreign_discount : discount factor of the foreign currency to expiry, for the spot conventions

    Notes
    -----
    With d1 = -ln(K / F) / std + std / 2 and d2 = d1 - std: forward delta sign N(sign d1), premium-adjusted
    sign (K / F) N(sign d2); the spot conventions multiply by the foreign discount factor. Clark (2011), "Foreign
    Exchange Option Pricing", ch. 3.
    """
    scale = foreign_discount if kind in _SPOT else 1.0
    return sign * scale * _bare_delta(kind in _PREMIUM_ADJUSTED, log_moneyness, std, sign)


def delta_log_moneyness(
    kind: DeltaKind, absolute_delta: float, std: float, foreign_discount: float, sign: int
) -> float:
    """Return ln(K / F) of the strike at which a call (`sign` 1) or put (-1) has `absolute_delta`; else as `delta`.

    The premium-adjusted call has two such strikes; the market's is the larger. Raises InputError when none has this
    delta.
    """
    wanted = absolute_delta / (foreign_discount if kind in _SPOT else 1.0)
    is_adjusted = kind in _PREMIUM_ADJUSTED
    low, high = -_WIDEST * std - std**2, _WIDEST * std + std**2
    if is_adjusted and sign == 1:
        low = _highest_adjusted_call(std)
    highest = _bare_delta(is_adjusted, low if sign == 1 else high, std, sign)
    if not 0.0 < wanted < highest:
        raise InputError(
            f"no strike of a {'call' if sign == 1 else 'put'} has a {kind.value} delta of {absolute_delta:g} at "
            f"vol times sqrt(time) {std:.4g}; it must lie in (0, {highest * absolute_delta / wanted:.4g})"
        )
    return _bisected(lambda k: sign * (wanted - _bare_delta(is_adjusted, k, std, sign)), low, high)


def straddle_log_moneyness(kind: DeltaKind, std: float) -> float:
    """Return ln(K / F) of the delta-neutral straddle, at which "at the money" is quoted: +- std^2 / 2."""
    return (-0.5 if kind in _PREMIUM_ADJUSTED else 0.5) * std**2


def _bare_delta(is_adjusted: bool, log_moneyness: float, std: float, sign: int) -> float:
    """Return the absolute forward delta."""
    d = -log_moneyness / std + (-0.5 if is_adjusted else 0.5) * std
    return (math.exp(log_moneyness) if is_adjusted else 1.0) * _normal_cdf(sign * d)


def _highest_adjusted_call(std: float) -> float:
    """Return ln(K / F) at which the premium-adjusted call delta is greatest: std N(d2) = n(d2)."""
    d2 = _bisected(lambda d: std * _normal_cdf(d) - math.exp(-0.5 * d * d) / math.sqrt(2.0 * math.pi), -std, _WIDEST)
    return -std * (d2 + 0.5 * std)


def _bisected(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return where a rising function is 0, to the last bit."""
    while low < (middle := 0.5 * (low + high)) < high:
        low, high = (middle, high) if rising(middle) < 0.0 else (low, middle)
    return high


def _normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))
