"""Spreads and vols that a book of swaps or forwards depends on and no factor moves: no run has a risk of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits, fit
from engine.book.greeks import curve_dv01
from engine.book.value import position_values
from engine.book.vegas import VOL_POINT, fx_vegas
from engine.conventions.currencies import HOME
from engine.instruments.cashflows import CASHFLOWS
from engine.instruments.cross_currency_swaps import CROSS_CURRENCY_SWAPS
from engine.instruments.family import Family
from engine.instruments.floaters import FLOATERS
from engine.instruments.fx import FX
from engine.instruments.swaps import SWAPS
from engine.instruments.swaptions import SWAPTIONS
from engine.market.factors import LEVELS_MOVE, spread_factor_name, swaption_factor_name
from engine.market.lookup import skew_factor, swaption_vol_factor, vol_factor
from engine.market.market import Market
from engine.market.spread import with_derived
from engine.payoffs.curves import fx_rates
from engine.payoffs.fx_options import FxOptions, pairs_of
from engine.payoffs.notes.linkers import Linkers, widened
from engine.payoffs.swaptions import NormalVols, Swaptions
from kernels.types import F64, I64, Bools

BASIS_POINT = 1e-4
_ON_SPREADS = (SWAPS, CROSS_CURRENCY_SWAPS, SWAPTIONS)  # families whose market is a spread's
_ON_ANY = (CASHFLOWS, FLOATERS)  # families whose market is that of the curve that they are discounted on
_LEAST = 2e-6  # of all that these and FX pay and are paid, from which a basis point is told of: two weeks of a forward
MOST_STATIC = 0.02  # of a book's gross DV01 or vega, without a word of its own
_HUNDREDTH = 0.01
_SHARE = 0.01  # of a basis point of all positions' bonds and swaps: below it FX beside them needs no word


def static_input_warnings(book: CompiledBook, market: Market, fits: Fits) -> tuple[str, ...]:
    """Warn of each spread, and of vols and skews, that a book depends on and that stand still in every scenario.

    Of spreads and swaptions' vols with what one basis point is worth, of the whole book; and of each book whose gross
    DV01, or gross vega, is by more than 2 % on such inputs, with the amounts. Spreads are looked at where a book holds
    swaps, cross-currency swaps or swaptions, the asset swaps and FX beside them in the figure; or FX that no larger
    rate risk hides. Of a book DV01 and vega stand in one text. A gross holds all parts, those that stand still too.
    """
    base = position_values(book, market, fits)
    of_spreads, dv01s = _of_rates(book, market, fits, base)
    of_vols, vegas = _of_options(book, market, fits, base)
    shares = {name: filter(None, (dv01s.get(name), vegas.get(name))) for name in dict.fromkeys(book.books)}
    told = {name: "; ".join(texts) for name, texts in shares.items()}
    books = (f"{name}: {text}" for name, text in told.items() if text)
    return (*of_spreads, *of_vols, *_of_break_evens(book, market, fits, base), *books)


def still_spread_shares(book: CompiledBook, market: Market) -> Mapping[str, float]:
    """Return the largest part of each book's gross DV01 on one curve spread that no factor moves: {book: from 0 on}.

    Of swaps, cross-currency swaps and swaptions: what a spread is to FX is a trifle beside the rate of exchange.
    """
    fits = fit(book, market)
    gross = np.sum([np.abs(each) for each in curve_dv01(book, market, fits).values()], axis=0)
    on_spreads = _gained_on_spreads(book, market, fits, position_values(book, market, fits))
    found, is_swap = {}, np.isin(np.arange(gross.size), _on_spreads(book, market))
    for name, mine in _rows_of_books(book):
        held = max((float(np.abs(each[mine & is_swap]).sum()) for each in on_spreads.values()), default=0.0)
        found[name] = held / of_book if (of_book := float(gross[mine].sum())) > 0.0 else 0.0
    return found


def _of_rates(book: CompiledBook, market: Market, fits: Fits, base: F64) -> tuple[tuple[str, ...], dict[str, str]]:
    """Warn of spreads without a factor, and of the books that rest on them, by name."""
    on_spreads, fx = _on_spreads(book, market), _positions(book, (FX,))
    paid = _paid(book, market, np.concatenate([on_spreads, fx]))
    if not on_spreads.size and not paid:
        return (), {}
    least = [1.0, _LEAST * paid]
    dv01s = curve_dv01(book, market, fits)
    if not on_spreads.size:
        least += [_SHARE * float(np.abs(each).sum()) for each in dv01s.values()]
    spreads = _gained_on_spreads(book, market, fits, base)
    gross = np.sum([np.abs(each) for each in dv01s.values()], axis=0)
    sums = {name: float(each.sum()) for name, each in spreads.items()}
    return tuple(_of_spreads(market, sums, max(least))), _shares(book, spreads, gross, max(least))


def _of_options(book: CompiledBook, market: Market, fits: Fits, base: F64) -> tuple[tuple[str, ...], dict[str, str]]:
    """Warn of swaptions' vols without a factor, and of books that rest on such, or on FX vols and skews without one."""
    texts: tuple[str, ...] = ()
    vols, swaptions = fits.constants.of(NormalVols), book.table(Swaptions)
    still = [code for code in np.unique(swaptions.currency).tolist() if swaption_vol_factor(market, code) < 0]
    is_still = np.isin(swaptions.currency, still)
    if is_still.any():
        per_bp = _gained_on_vols(book, market, fits, base, vols.normal_vol + BASIS_POINT * is_still)
        if abs(amount := float(per_bp.sum())) >= 1.0:
            texts = (_warning("normal vols of swaptions", amount, _gives(map(swaption_factor_name, still))),)
    return texts, _vega_shares(book, market, fits, base, is_still)


def _of_break_evens(book: CompiledBook, market: Market, fits: Fits, base: F64) -> Iterator[str]:
    """Warn of the inflation that prices of linked bonds fix, with what a basis point of it is worth."""
    if not book.table(Linkers).position.size:
        return
    wider = fits.replaced(widened(book, fits.constants, BASIS_POINT))
    amount = float((position_values(book, market, wider) - base).sum())
    if abs(amount) >= 1.0:
        cure = "their real yields move as nominal ones do; a view of inflation is a book of nominal bonds beside them"
        yield _warning("break-evens of JGBI", amount, cure)


def _positions(book: CompiledBook, families: Sequence[Family]) -> I64:
    """Return the positions of some families: (n,)."""
    return np.flatnonzero(np.isin(book.kinds, [kind.name for family in families for kind in family.kinds]))


def _on_spreads(book: CompiledBook, market: Market) -> I64:
    """Return the positions whose market is a spread's, (n,): swaps; liabilities and notes on a derived curve."""
    flows = book.flows
    derived = flows.position[np.isin(flows.curve, list(market.spreads))]
    return np.union1d(_positions(book, _ON_SPREADS), np.intersect1d(_positions(book, _ON_ANY), derived))


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


def _gained_on_vols(book: CompiledBook, market: Market, fits: Fits, base: F64, wider: F64) -> F64:
    """Return what positions gain with other normal vols of swaptions, (n_swaptions,): (n_positions,) [home]."""
    vols = replace(fits.constants.of(NormalVols), normal_vol=wider)
    return position_values(book, market, fits.replaced(vols)) - base


def _gained_on_skew(book: CompiledBook, market: Market, fits: Fits, base: F64, pair: str) -> F64:
    """Return what positions gain where a pair's risk reversals rise by a hundredth of its vols: (n_positions,)."""
    tilted = replace(market.fx_vols[pair], skew=market.fx_vols[pair].skew + _HUNDREDTH)
    return position_values(book, replace(market, fx_vols={**market.fx_vols, pair: tilted}), fits) - base


def _of_spreads(market: Market, gained: Mapping[str, float], least: float) -> Iterator[str]:
    for name, amount in gained.items():
        if abs(amount) >= least:
            parent = market.spreads[name].parent
            yield _warning(f"spreads of {name} over {parent}", amount, _gives([spread_factor_name(name)]))


def _gives(names: Iterable[str]) -> str:
    return f"`unwind data spreads` gives a market factors of them: {', '.join(names)}"


def _shares(book: CompiledBook, gained: Mapping[str, F64], gross: F64, least: float) -> dict[str, str]:
    """Say of each book how much of its gross DV01 is on spreads that stand still, where that is over a limit.

    gross   (n_positions,) of what factors move; the spreads' own basis points join it
    """
    found = {}
    for name, mine in _rows_of_books(book):
        amounts = {curve: float(np.abs(each[mine]).sum()) for curve, each in gained.items()}
        of_book = float(gross[mine].sum()) + sum(amounts.values())
        over = {curve: held for curve, held in amounts.items() if held >= least and held > MOST_STATIC * of_book}
        if over:
            gross_of_book = f"of a gross DV01 of {of_book:,.0f} {HOME} a basis point, spreads no factor moves hold"
            found[name] = f"{gross_of_book} {_parts(over, of_book)}"
    return found


def _vega_shares(book: CompiledBook, market: Market, fits: Fits, base: F64, is_still: Bools) -> dict[str, str]:
    """Say of each book how much of its gross vega, for a hundredth of every vol, no factor moves, if over a limit.

    is_still   (n_swaptions,) whether no factor moves the vols of a swaption's currency
    """
    vols, pairs = fits.constants.of(NormalVols).normal_vol, _pairs(book)
    of_fx = {pair: each for pair, each in _fx_vegas(book, market, fits).items() if pair in pairs}
    if not vols.size and not of_fx:
        return {}
    by_vols = [_gained_on_vols(book, market, fits, base, vols * (1.0 + _HUNDREDTH * each)) for each in (True, is_still)]
    swaptions, still = (np.abs(each) for each in by_vols)
    static = {"normal vols of swaptions": still}
    static |= {f"vols of {pair}": each for pair, each in of_fx.items() if vol_factor(market, pair) < 0}
    tilted = [pair for pair in of_fx if skew_factor(market, pair) < 0]
    skews = {f"risk reversals of {p}": np.abs(_gained_on_skew(book, market, fits, base, p)) for p in tilted}
    everything, found = (swaptions, *of_fx.values(), *skews.values()), {}
    for name, mine in _rows_of_books(book):
        of_book = sum(float(each[mine].sum()) for each in everything)
        held = {what: float(each[mine].sum()) for what, each in (static | skews).items()}
        over = {what: amount for what, amount in held.items() if amount >= 1.0 and amount > MOST_STATIC * of_book}
        if over:
            gross = f"of a gross vega of {of_book:,.0f} {HOME} for a hundredth of the vols, what no factor moves holds"
            found[name] = f"{gross} {_parts(over, of_book)}"
    return found


def _pairs(book: CompiledBook) -> set[str]:
    """Return the pairs that a book has options on, fixings aside."""
    options = book.table(FxOptions)
    return {foreign + domestic for (foreign, domestic), rows in pairs_of(options) if options.amount[rows].any()}


def _fx_vegas(book: CompiledBook, market: Market, fits: Fits) -> dict[str, F64]:
    """Return what positions' options gain for a hundredth of a pair's vols, without signs: {pair: (n_positions,)}."""
    vegas = fx_vegas(book, market, fits)
    return {pair: each.gross / VOL_POINT * _HUNDREDTH * market.fx_vols[pair].level for pair, each in vegas.items()}


def _parts(held: Mapping[str, float], of_book: float) -> str:
    return ", ".join(f"{what} {amount:,.0f} ({amount / of_book:.0%})" for what, amount in held.items())


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
