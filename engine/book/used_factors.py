"""The factors of a market on which a book's value depends, by what they are."""

from collections.abc import Collection, Mapping

from engine.book.compiled import CompiledBook
from engine.market.factors import Factor, FactorKind
from engine.market.lookup import distinct
from engine.market.market import Market
from engine.payoffs.fx_options import FxOptions, pairs_of
from engine.payoffs.holdings import Holdings
from engine.payoffs.registry import PAYOFFS
from engine.payoffs.swaptions import Swaptions

PRICES, VOLS, YIELDS = "prices", "implied vols", "yields"
_OF_VOLS = (FactorKind.VOL, FactorKind.SKEW)


def used_factors(book: CompiledBook, market: Market) -> Mapping[str, tuple[str, ...]]:
    """Return names of factors, in the market's order, under PRICES, VOLS and YIELDS, each where the book has any.

    Prices are those held, exchange rates not among them; yields those of the curves that values are discounted on, or
    of the curves that these are spreads over.
    """
    swapped = set(book.table(Swaptions).currency.tolist())
    held = set(book.table(Holdings).factor.tolist())
    pairs = {foreign + domestic for (foreign, domestic), _ in pairs_of(book.table(FxOptions))}
    dated = [distinct(curve)[0] for payoff in PAYOFFS for curve, _, _ in payoff.dated(book)]
    curves = {_root(name, market) for names in dated for name in names}
    found = {
        PRICES: [factor.name for factor in market.factors if factor.name in held],
        VOLS: [factor.name for factor in market.factors if factor.kind in _OF_VOLS and _moves(factor, pairs, swapped)],
        YIELDS: [factor.name for factor in market.factors if factor.curve in curves],
    }
    return {kind: tuple(names) for kind, names in found.items() if names}


def _moves(factor: Factor, pairs: Collection[str], currencies: Collection[str]) -> bool:
    """Return whether a VOL or SKEW moves options on some pairs, or swaptions in some currencies."""
    return factor.pair in pairs if factor.pair is not None else factor.currency in currencies


def _root(name: str, market: Market) -> str:
    """Return the curve with factors that a curve is a spread over: itself where it has factors of its own."""
    own = {factor.curve for factor in market.factors if factor.kind is FactorKind.RATE}
    while name not in own and name in market.spreads:
        name = market.spreads[name].parent
    return name
