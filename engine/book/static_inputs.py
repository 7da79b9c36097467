"""Spreads and vols that a book of swaps depends on and no factor moves: no run has a risk of them."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits
from engine.book.value import position_values
from engine.conventions.currencies import HOME
from engine.instruments.cross_currency_swaps import CROSS_CURRENCY_SWAPS
from engine.instruments.swaps import SWAPS
from engine.instruments.swaptions import SWAPTIONS
from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.market.spread import with_derived
from engine.payoffs.swaptions import NormalVols

BASIS_POINT = 1e-4
_ON_SPREADS = (SWAPS, CROSS_CURRENCY_SWAPS, SWAPTIONS)  # families whose market is a spread's


def static_input_warnings(book: CompiledBook, market: Market, fits: Fits) -> tuple[str, ...]:
    """Warn of each spread, and of swaptions' vols, that a book depends on and that stand still in every scenario.

    With what one basis point of it is worth, of the whole book. Looked at where a book holds swaps, cross-currency
    swaps or swaptions: asset swaps and FX swaps beside them are in the figure.
    """
    kinds = {kind.name for family in _ON_SPREADS for kind in family.kinds}
    if not kinds & set(book.kinds):
        return ()
    base = position_values(book, market, fits)
    return (*_of_spreads(book, market, fits, float(base.sum())), *_of_vols(book, market, fits, float(base.sum())))


def _of_spreads(book: CompiledBook, market: Market, fits: Fits, base: float) -> Iterator[str]:
    own = {factor.curve for factor in market.factors if factor.kind is FactorKind.RATE}
    for name, curve in market.spreads.items():
        if name in own:
            continue
        wider = {**market.spreads, name: replace(curve, spreads=curve.spreads + BASIS_POINT)}
        roots = {each: rates for each, rates in market.curves.items() if each not in market.spreads}
        moved = replace(market, curves=with_derived(roots, wider), spreads=wider)
        gained = float(position_values(book, moved, fits).sum()) - base
        if abs(gained) >= 1.0:
            yield _warning(f"spreads of {name} over {curve.parent}", gained, f"name factors of it, such as {name}_5Y")


def _of_vols(book: CompiledBook, market: Market, fits: Fits, base: float) -> Iterator[str]:
    vols = fits.constants.of(NormalVols)
    if vols.normal_vol.size:
        wider = fits.replaced(replace(vols, normal_vol=vols.normal_vol + BASIS_POINT))
        gained = float(np.sum(position_values(book, market, wider))) - base
        yield _warning("normal vols of swaptions", gained, "watch this figure beside the run's")


def _warning(what: str, gained: float, cure: str) -> str:
    return f"{what}: no factor moves them, so their risk is in no figure; +1 bp is worth {gained:+,.0f} {HOME}; {cure}"
