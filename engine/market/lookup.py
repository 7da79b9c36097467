"""What books and runs ask of a market: the factors that move a curve or a pair's vols, and these vols."""

import numpy as np
import numpy.typing as npt

from engine.errors import InputError
from engine.market.factors import FactorKind
from engine.market.fx_vols import FxVols
from engine.market.market import Market

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


def curve_factors(market: Market, curve: str) -> tuple[F64, I64]:
    """Pillars and factors that move a curve: its own, or else its nearest ancestor's that has any.

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
    """The vols of a pair. Raises InputError when the market has none."""
    if pair not in market.fx_vols:
        raise InputError(
            f"the market has no vols of {pair!r}, which an option needs; give it a [fx_vols.{pair}] table. It has "
            f"{', '.join(market.fx_vols) or 'none'}"
        )
    return market.fx_vols[pair]


def vol_factor(market: Market, pair: str) -> int:
    """Index of the VOL factor that moves the vols of a pair, or -1 when none does."""
    numbers = [i for i, f in enumerate(market.factors) if f.kind is FactorKind.VOL and f.pair == pair]
    return numbers[0] if numbers else -1
