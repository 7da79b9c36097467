"""What moves a book: sensitivities, carry and roll-down of every position, by exact revaluation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits
from engine.book.value import position_values, values_on
from engine.book.vegas import VOL_POINT, FxVegas, fx_vegas
from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.market.moved_market import moved, shifted, slid
from engine.payoffs.swaptions import NormalVols
from kernels.types import F64

BASIS_POINT = 1e-4
PRICE_MOVE = 0.01  # of the level
_DAY = 1.0 / 365.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Greeks:
    """Sensitivities of every position, (n_positions,) each [JPY]."""

    values: F64
    dv01: Mapping[str, F64]  # by RATE factor: lost for +1 bp at its pillar; by SPREAD: on its curve; positive when long
    price_delta: Mapping[str, F64]  # by PRICE factor: gained for +1 %, half the gamma included
    price_fall: Mapping[str, F64]  # by PRICE factor: gained for -1 %
    vega: Mapping[str, FxVegas]  # by pair: gained for +1 point of every option's own vol, in all and by expiry
    factor_vega: Mapping[str, F64]  # by a pair's VOL: gained for +1 point at the reference expiry, others in proportion
    rega: Mapping[str, F64]  # by SKEW factor: gained for +1 point of the risk reversal at the reference expiry
    normal_vega: F64  # of swaptions: gained for +1 bp of normal vol
    normal_factor_vega: Mapping[str, F64]  # by swaptions' VOL: gained for +1 bp of its level, each vol in proportion
    carry: F64  # gained by tomorrow if every payment's own zero rate, spot and vols stay
    roll_down: F64  # gained by tomorrow beside the carry, if the curves stay as they are by tenor


def greeks(book: CompiledBook, market: Market, fits: Fits) -> Greeks:
    """Revalue the book for a small move of every factor, and for a day.

    Raises
    ------
    InputError
        As `position_values`.
    """
    base = position_values(book, market, fits)
    dv01, price_delta, price_fall, factor_vega, rega, normal_factor_vega = {}, {}, {}, {}, {}, {}
    for i, factor in enumerate(market.factors):
        move = np.zeros(len(market.factors))
        match factor.kind:
            case FactorKind.RATE | FactorKind.SPREAD:
                move[i] = BASIS_POINT
            case FactorKind.PRICE:
                move[i] = np.log1p(PRICE_MOVE)
            case FactorKind.VOL:
                move[i] = np.log1p((VOL_POINT if factor.pair else BASIS_POINT) / market.level(factor))
            case FactorKind.SKEW:
                move[i] = VOL_POINT / market.fx_vols[str(factor.pair)].level
        gained = position_values(book, moved(market, move), fits) - base
        match factor.kind:
            case FactorKind.RATE | FactorKind.SPREAD:
                dv01[factor.name] = -gained
            case FactorKind.PRICE:
                price_delta[factor.name] = gained
                move[i] = np.log1p(-PRICE_MOVE)
                price_fall[factor.name] = position_values(book, moved(market, move), fits) - base
            case FactorKind.VOL if factor.pair:
                factor_vega[factor.name] = gained
            case FactorKind.VOL:
                normal_factor_vega[factor.name] = gained
            case FactorKind.SKEW:
                rega[factor.name] = gained
    wider = fits.replaced(replace(fits.constants.of(NormalVols), normal_vol=fits.normal_vol + BASIS_POINT))
    tomorrow = values_on(book, market, fits, day=1, before=market)
    kept = values_on(book, slid(market, _DAY), fits, day=1, before=market)
    return Greeks(
        values=base,
        dv01=dv01,
        price_delta=price_delta,
        price_fall=price_fall,
        vega=fx_vegas(book, market, fits),
        factor_vega=factor_vega,
        rega=rega,
        normal_vega=position_values(book, market, wider) - base,
        normal_factor_vega=normal_factor_vega,
        carry=kept - base,
        roll_down=tomorrow - kept,
    )


def curve_dv01(book: CompiledBook, market: Market, fits: Fits) -> dict[str, F64]:
    """Return the value lost for +1 bp on all zero rates of a published curve and of those derived from it.

    Returns
    -------
    {curve: (n_positions,)} [JPY], positive when long, for every curve of the market that is derived from no other
    """
    base = position_values(book, market, fits)
    roots = [name for name in market.curves if name not in market.spreads]
    return {name: base - position_values(book, shifted(market, BASIS_POINT, name), fits) for name in roots}
