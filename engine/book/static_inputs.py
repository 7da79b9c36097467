"""Spreads and vols that a book of swaps or forwards depends on and no factor moves: no run has a risk of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits
from engine.book.greeks import curve_dv01
from engine.book.value import position_values
from engine.book.vegas import fx_vegas
from engine.conventions.currencies import HOME
from engine.instruments.cross_currency_swaps import CROSS_CURRENCY_SWAPS
from engine.instruments.family import Family
from engine.instruments.fx import FX
from engine.instruments.swaps import SWAPS
from engine.instruments.swaptions import SWAPTIONS
from engine.market.factors import LEVELS_MOVE, spread_factor_name
from engine.market.market import Market
from engine.market.spread import with_derived
from engine.payoffs.curves import fx_rates
from engine.payoffs.swaptions import NormalVols
from kernels.types import F64, I64, Bools

BASIS_POINT = 1e-4
_ON_SPREADS = (SWAPS, CROSS_CURRENCY_SWAPS, SWAPTIONS)  # families whose market is a spread's
_LEAST = 2e-6  # of all that these and FX pay and are paid, from which a basis point is told of: two weeks of a forward
MOST_STATIC = 0.02  # of a book's gross DV01 or vega, without a word of its own
_WATCH = "watch this figure beside the run's"
_SHARE = 0.01  # of a basis point of all positions' bonds and swaps: below it FX beside them needs no word


def static_input_warnings(book: CompiledBook, market: Market, fits: Fits) -> tuple[str, ...]:
    """Warn of each spread, and of swaptions' vols, that a book depends on and that stand still in every scenario.

    With what one basis point of it is worth, of the whole book; and of each book whose gross DV01, or gross vega, is by
    more than 2 % on such an input, with the amount. Looked at where a book holds swaps, cross-currency swaps or
    swaptions, the asset swaps and FX beside them in the figure; or FX that no larger rate risk hides.
    """
    on_spreads, fx = (_positions(book, families) for families in (_ON_SPREADS, (FX,)))
    paid = _paid(book, market, np.concatenate([on_spreads, fx]))
    if not on_spreads.size and not paid:
        return ()
    least = [1.0, _LEAST * paid]
    dv01s = curve_dv01(book, market, fits)
    if not on_spreads.size:
        least += [_SHARE * float(np.abs(each).sum()) for each in dv01s.values()]
    base = position_values(book, market, fits)
    spreads, vols = _gained_on_spreads(book, market, fits, base), _gained_on_vols(book, market, fits, base)
    gross = np.sum([np.abs(each) for each in dv01s.values()], axis=0)
    return (
        *_of_spreads(market, {name: float(each.sum()) for name, each in spreads.items()}, max(least)),
        *_of_vols(vols),
        *_shares(book, spreads, gross, max(least)),
        *_vega_shares(book, market, fits, vols),
    )


def _positions(book: CompiledBook, families: Sequence[Family]) -> I64:
    """Return the positions of some families: (n,)."""
    return np.flatnonzero(np.isin(book.kinds, [kind.name for family in families for kind in family.kinds]))


def _gained_on_spreads(book: CompiledBook, market: Market, fits: Fits, base: F64) -> dict[str, F64]:
    """Return what positions gain for +1 bp on each spread that has no factors: {curve: (n_positions,)} [home]."""
    own = {factor.curve for factor in market.factors if factor.kind in LEVELS_MOVE}
    found = {}
    for name, curve in market.spreads.items():
        if name in own:
            continue
        wider = {**market.spreads, name: curve.wider(BASIS_POINT)}
        roots = {each: rates for each, rates in market.curves.items() if each not in market.spreads}
        moved = replace(market, curves=with_derived(roots, wider), spreads=wider)
        found[name] = position_values(book, moved, fits) - base
    return found


def _gained_on_vols(book: CompiledBook, market: Market, fits: Fits, base: F64) -> F64:
    """Return what positions gain for +1 bp on normal vols of swaptions: (n_positions,) [home]."""
    vols = fits.constants.of(NormalVols)
    if not vols.normal_vol.size:
        return np.zeros_like(base)
    wider = fits.replaced(replace(vols, normal_vol=vols.normal_vol + BASIS_POINT))
    return position_values(book, market, wider) - base


def _of_spreads(market: Market, gained: Mapping[str, float], least: float) -> Iterator[str]:
    for name, amount in gained.items():
        if abs(amount) >= least:
            parent = market.spreads[name].parent
            cure = f"`unwind data spreads` gives it a factor, {spread_factor_name(name)}"
            yield _warning(f"spreads of {name} over {parent}", amount, cure)


def _of_vols(gained: F64) -> Iterator[str]:
    if abs(amount := float(gained.sum())) >= 1.0:
        yield _warning("normal vols of swaptions", amount, _WATCH)


def _shares(book: CompiledBook, gained: Mapping[str, F64], gross: F64, least: float) -> Iterator[str]:
    """Warn of each book whose gross DV01 is by more than a limit on a spread that stands still, each by its name."""
    for name, mine in _rows_of_books(book):
        of_book = float(gross[mine].sum())
        amounts = {curve: float(np.abs(each[mine]).sum()) for curve, each in gained.items()}
        over = {curve: held for curve, held in amounts.items() if held >= least and held > MOST_STATIC * of_book}
        if over:
            parts = ", ".join(f"{curve} {held:,.0f}{_part_of(held, of_book)}" for curve, held in over.items())
            gross_of_book = f"of a gross DV01 of {of_book:,.0f} {HOME} a basis point"
            yield f"{name}: {gross_of_book}, spreads no factor moves hold {parts}"


def _vega_shares(book: CompiledBook, market: Market, fits: Fits, gained: F64) -> Iterator[str]:
    """Warn of each book whose gross vega, for a hundredth of every vol's own level, is so on swaptions' vols."""
    vols = fits.constants.of(NormalVols).normal_vol
    if not vols.size:
        return
    per_bp = float(vols.mean()) / BASIS_POINT / 100.0  # basis points in a hundredth of the vols' mean
    by_pair = fx_vegas(book, market, fits).items()
    on_fx = sum((np.abs(each.parallel) * market.fx_vols[pair].level for pair, each in by_pair), np.zeros_like(gained))
    for name, mine in _rows_of_books(book):
        held = float(np.abs(gained[mine]).sum()) * per_bp
        of_book = held + float(on_fx[mine].sum())
        if held > MOST_STATIC * of_book:
            gross = f"of a gross vega of {of_book:,.0f} {HOME} for a hundredth of the vols"
            yield f"{name}: {gross}, swaptions, whose vols no factor moves, hold {held:,.0f}{_part_of(held, of_book)}"


def _part_of(held: float, of_book: float) -> str:
    return f" ({held / of_book:.0%})" if of_book > 0.0 else ""


def _rows_of_books(book: CompiledBook) -> Iterator[tuple[str, Bools]]:
    """Yield each book's name and which positions are its."""
    names = np.array(book.books)
    yield from ((name, names == name) for name in dict.fromkeys(book.books))


def _paid(book: CompiledBook, market: Market, position: I64) -> float:
    """Return all that positions (n,) pay and are paid on fixed dates, without signs [home]."""
    total = 0.0
    for table in (book.flows, book.exchanges):
        amounts = np.abs(table.amount) * fx_rates(table.currency, market)
        total += float(amounts[np.isin(table.position, position)].sum())
    return total


def _warning(what: str, gained: float, cure: str) -> str:
    return f"{what}: no factor moves them, so their risk is in no figure; +1 bp is worth {gained:+,.0f} {HOME}; {cure}"
