"""Vol surfaces from market quotes, by delta or by strike."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.delta import delta_log_moneyness, straddle_log_moneyness
from engine.market.factors import tenor_label
from engine.market.fx_vols import SMILE_DEGREE, DeltaKind, DeltaQuote, FxVols, StrikeQuote, bent, smile_value
from kernels.types import F64

_FAR = 20.0  # moneyness as good as infinite
_GRID = 801  # moneynesses at which a smile is looked at
REACH = 2.5  # M of a smile, or as far as the quotes: smaller, options' values are less smooth; larger, wings are wilder


def fx_vols_of(
    pair: str,
    quotes: Mapping[float, DeltaQuote | StrikeQuote],
    *,
    spot: float,
    curves: Mapping[str, ZeroCurve],
    domestic: str,
    foreign: str,
    delta: DeltaKind,
    reference: float,
    source: str,
) -> FxVols:
    """Return the surface through every quote.

    Parameters
    ----------
    quotes : by expiry [years], increasing
        A smile through 1, 3 or 5 vols (delta) or 1 to 5 (strike): a polynomial in bent moneyness (`FxVols`), which
        flattens beyond the outermost of them. A butterfly is the mean of two vols less the one at the money, not a
        broker's strangle.
    spot : domestic currency per foreign
    curves, domestic, foreign : the two curves that give forwards and the discounting of spot deltas
    delta : convention of the delta quotes; "at the money" is the delta-neutral straddle under it
    reference : years, one of the expiries: its vol is the level of the pair's VOL factor

    Raises
    ------
    InputError
        Expiries that do not increase, a vol that is not positive, a delta that no strike has, a smile that is not
        positive, or a total variance at the money that falls from one expiry to the next.
    """
    times, smiles, at_the_money = list(quotes), [], []
    for time, quote in quotes.items():
        foreign_discount = float(curves[foreign].discount(time))
        forward = spot * foreign_discount / float(curves[domestic].discount(time))
        try:
            atm, smile = _expiry(quote, time, forward, foreign_discount, delta)
        except InputError as error:
            raise InputError(f"vols of {pair} at {tenor_label(time)}: {error}") from None
        at_the_money.append(atm)
        smiles.append(smile)
    _check_variance(pair, times, at_the_money)
    table = np.array(smiles)
    return FxVols(
        pair=pair,
        times=np.array(times),
        atm=np.array(at_the_money),
        smile=table[:, : SMILE_DEGREE + 1],
        reach=table[:, SMILE_DEGREE + 1],
        domestic=domestic,
        foreign=foreign,
        reference=reference,
        delta=delta,
        quotes=tuple(quotes.values()),
        source=source,
    )


def _expiry(
    quote: DeltaQuote | StrikeQuote, time: float, forward: float, foreign_discount: float, kind: DeltaKind
) -> tuple[float, F64]:
    """Return the at-the-money vol and smile, (6,) c0 to c4, M."""
    if isinstance(quote, StrikeQuote):
        logs, vols = [math.log(strike / forward) for strike in quote.strikes], list(quote.vols)
        _check_vols(vols)
        inside = min(max(0.0, logs[0]), logs[-1])
        atm = _horner(_polynomial(logs, vols), inside)
    else:
        logs, vols = _delta_points(quote, time, foreign_discount, kind)
        atm = quote.atm
    scale = atm * math.sqrt(time)
    moneyness = [log / scale for log in logs]
    if any(after <= before for before, after in pairwise(moneyness)):
        raise InputError("strikes must increase, put to call: the risk reversals leave them out of order")
    reach = max(REACH, -moneyness[0], moneyness[-1])
    smile = np.array([*_polynomial(bent(np.array(moneyness), reach).tolist(), [vol / atm for vol in vols]), reach])
    if (lowest := float(smile_value(smile, np.linspace(-_FAR, _FAR, _GRID)).min())) <= 0.0:
        raise InputError(f"the smile through the quotes falls to {lowest * atm:.4g}; check the quotes")
    return atm, smile


def _delta_points(
    quote: DeltaQuote, time: float, foreign_discount: float, kind: DeltaKind
) -> tuple[list[float], list[float]]:
    """Return ln(K / F) and vol of each quoted option, lowest strike first."""
    wings = [(0.25, quote.risk_reversal_25d, quote.butterfly_25d)]
    if quote.risk_reversal_10d is not None and quote.butterfly_10d is not None:
        wings.insert(0, (0.10, quote.risk_reversal_10d, quote.butterfly_10d))
    points = [(0.0, 0, quote.atm)]
    for delta, reversal, butterfly in reversed(wings):
        mean = quote.atm + butterfly
        points = [(delta, -1, mean - 0.5 * reversal), *points, (delta, 1, mean + 0.5 * reversal)]
    vols = [vol for _, _, vol in points]
    _check_vols(vols)
    root = math.sqrt(time)
    logs = [
        delta_log_moneyness(kind, delta, vol * root, foreign_discount, sign)
        if sign
        else straddle_log_moneyness(kind, vol * root)
        for delta, sign, vol in points
    ]
    return logs, vols


def _polynomial(x: Sequence[float], y: Sequence[float]) -> list[float]:
    """Return c0 to c4 of the polynomial through the points, (5,), by divided differences: the same bits everywhere."""
    differences = list(y)
    for order in range(1, len(x)):
        for i in range(len(x) - 1, order - 1, -1):
            differences[i] = (differences[i] - differences[i - 1]) / (x[i] - x[i - order])
    coefficients = [0.0] * (SMILE_DEGREE + 1)
    for difference, node in zip(reversed(differences), reversed(x), strict=True):  # c <- c (x - node) + difference
        shifted = [0.0, *coefficients[:-1]]
        coefficients = [above - node * same for above, same in zip(shifted, coefficients, strict=True)]
        coefficients[0] += difference
    return coefficients


def _horner(coefficients: Sequence[float], x: float) -> float:
    value = 0.0
    for coefficient in reversed(coefficients):
        value = value * x + coefficient
    return value


def _check_vols(vols: Sequence[float]) -> None:
    bad = next((vol for vol in vols if not 0.0 < vol < math.inf), None)
    if bad is not None:
        raise InputError(f"every vol must be above 0, got {bad:.6g}; vols are decimals: 0.11 is 11 %")


def _check_variance(pair: str, times: Sequence[float], atm: Sequence[float]) -> None:
    variances = [vol**2 * time for vol, time in zip(atm, times, strict=True)]
    for i in range(1, len(times)):
        before, after = tenor_label(times[i - 1]), tenor_label(times[i])
        if times[i] <= times[i - 1]:
            raise InputError(f"expiries of {pair} must increase, got {after} after {before}")
        if variances[i] < variances[i - 1]:
            least = math.sqrt(variances[i - 1] / times[i])
            raise InputError(
                f"vols of {pair}: the total variance falls from {before} to {after}, which is an arbitrage; the vol at "
                f"{after} must be {least:.4f} at least, got {atm[i]:.4f}"
            )
