"""Spreads and vols that a book of swaps or forwards depends on and no factor moves: no run has a risk of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits
from engine.book.greeks import curve_dv01
from engine.book.value import position_values
from engine.conventions.currencies import HOME
from engine.instruments.cross_currency_swaps import CROSS_CURRENCY_SWAPS
from engine.instruments.family import Family
from engine.instruments.fx import FX
from engine.instruments.swaps import SWAPS
from engine.instruments.swaptions import SWAPTIONS
from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.market.spread import with_derived
from engine.payoffs.curves import fx_rates
from engine.payoffs.swaptions import NormalVols
from kernels.types import I64

BASIS_POINT = 1e-4
_ON_SPREADS = (SWAPS, CROSS_CURRENCY_SWAPS, SWAPTIONS)  # families whose market is a spread's
_LEAST = 2e-6  # of all that these and FX pay and are paid, from which a basis point is told of: two weeks of a forward
_SHARE = 0.01  # of a basis point of all positions' bonds and swaps: below it FX beside them needs no word


def static_input_warnings(book: CompiledBook, market: Market, fits: Fits) -> tuple[str, ...]:
    """Warn of each spread, and of swaptions' vols, that a book depends on and that stand still in every scenario.

    With what one basis point of it is worth, of the whole book. Looked at where a book holds swaps, cross-currency
    swaps or swaptions, the asset swaps and FX beside them in the figure; or FX that no larger rate risk hides.
    """
    on_spreads, fx = (_positions(book, families) for families in (_ON_SPREADS, (FX,)))
    paid = _paid(book, market, np.concatenate([on_spreads, fx]))
    if not on_spreads.size and not paid:
        return ()
    least = [1.0, _LEAST * paid]
    if not on_spreads.size:
        least += [_SHARE * float(np.abs(each).sum()) for each in curve_dv01(book, market, fits).values()]
    base = float(position_values(book, market, fits).sum())
    return (*_of_spreads(book, market, fits, base, max(least)), *_of_vols(book, market, fits, base))


def _positions(book: CompiledBook, families: Sequence[Family]) -> I64:
    """Return the positions of some families: (n,)."""
    return np.flatnonzero(np.isin(book.kinds, [kind.name for family in families for kind in family.kinds]))


def _of_spreads(book: CompiledBook, market: Market, fits: Fits, base: float, least: float) -> Iterator[str]:
    own = {factor.curve for factor in market.factors if factor.kind is FactorKind.RATE}
    for name, curve in market.spreads.items():
        if name in own:
            continue
        wider = {**market.spreads, name: replace(curve, spreads=curve.spreads + BASIS_POINT)}
        roots = {each: rates for each, rates in market.curves.items() if each not in market.spreads}
        moved = replace(market, curves=with_derived(roots, wider), spreads=wider)
        gained = float(position_values(book, moved, fits).sum()) - base
        if abs(gained) >= least:
            yield _warning(f"spreads of {name} over {curve.parent}", gained, f"name factors of it, such as {name}_5Y")


def _of_vols(book: CompiledBook, market: Market, fits: Fits, base: float) -> Iterator[str]:
    vols = fits.constants.of(NormalVols)
    if vols.normal_vol.size:
        wider = fits.replaced(replace(vols, normal_vol=vols.normal_vol + BASIS_POINT))
        gained = float(np.sum(position_values(book, market, wider))) - base
        if abs(gained) >= 1.0:
            yield _warning("normal vols of swaptions", gained, "watch this figure beside the run's")


def _paid(book: CompiledBook, market: Market, position: I64) -> float:
    """Return all that positions (n,) pay and are paid on fixed dates, without signs [home]."""
    total = 0.0
    for table in (book.flows, book.exchanges):
        amounts = np.abs(table.amount) * fx_rates(table.currency, market)
        total += float(amounts[np.isin(table.position, position)].sum())
    return total


def _warning(what: str, gained: float, cure: str) -> str:
    return f"{what}: no factor moves them, so their risk is in no figure; +1 bp is worth {gained:+,.0f} {HOME}; {cure}"
