"""What a book needs of a market, checked before anything is priced: everything that is lacking is said at once."""

from collections.abc import Iterator

import numpy as np

from engine.book.compiled import CompiledBook
from engine.conventions.currencies import HOME, currency_of, fx_quote
from engine.errors import InputError, did_you_mean
from engine.market.factors import FactorKind
from engine.market.lookup import distinct, vols_way_out
from engine.market.market import Market
from engine.payoffs.curves import curve_way_out
from engine.payoffs.fx_options import FxOptions, pairs_of
from engine.payoffs.holdings import Holdings
from engine.payoffs.payoff import currency_columns
from engine.payoffs.registry import PAYOFFS
from kernels.types import I64


def check_needs(book: CompiledBook, market: Market) -> None:
    """Refuse a market without an exchange rate, a curve, a price factor or the vols of a pair that the book needs.

    Raises InputError with all that is lacking, each with the first position that needs it and how many more do.
    """
    lacking = [
        *_rates_lacking(book, market),
        *_curves_lacking(book, market),
        *_curves_of_others(book, market),
        *_vols_lacking(book, market),
        *_prices_lacking(book, market),
    ]
    if lacking:
        raise InputError("\n".join(lacking))


def _rates_lacking(book: CompiledBook, market: Market) -> Iterator[str]:
    found: dict[str, list[I64]] = {}
    for table in book.tables.by_class.values():
        for codes in currency_columns(table):
            names, place = distinct(codes)
            for k, code in enumerate(names):
                if code != HOME and code not in market.fx:
                    position: I64 = table.position[place == k]  # type: ignore[attr-defined]  # beside any currency
                    found.setdefault(code, []).append(position)
    for code, positions in sorted(found.items()):
        yield (
            f"the market has no exchange rate of {code}, the currency of {_first(book, positions)}; it has"
            f" {', '.join((HOME, *market.fx))}; give it an [fx.rates.{code}] table with `level` and `source`,"
            f" {fx_quote(code).factor} among `names` of [factors], and [curves.{currency_of(code).curves.bond}]"
        )


def _curves_lacking(book: CompiledBook, market: Market) -> Iterator[str]:
    found: dict[str, list[I64]] = {}
    for payoff in PAYOFFS:
        for curve, position, _ in payoff.dated(book):
            names, place = distinct(curve)
            for k, name in enumerate(names):
                if name not in market.curves:
                    found.setdefault(name, []).append(position[place == k])
    options = book.table(FxOptions)
    for pair, rows in pairs_of(options):
        for name in dict.fromkeys(currency_of(code).curves.fx for code in (*pair, HOME)):
            if name not in market.curves:
                found.setdefault(name, []).append(options.position[rows])
    for name, positions in sorted(found.items()):
        yield (
            f"the market has no curve {name!r}, needed by {_first(book, positions)}"
            f"{did_you_mean(name, list(market.curves))}; it has {', '.join(market.curves)}; {curve_way_out(name)}"
        )


def _curves_of_others(book: CompiledBook, market: Market) -> Iterator[str]:
    """Yield payments in one currency that are to be discounted on a curve of another."""
    flows = book.flows
    for name in distinct(flows.curve)[0]:
        if name not in market.curves:
            continue
        currency = market.curves[name].currency
        mine = (flows.curve == name) & (flows.currency != currency)
        if mine.any():
            yield (
                f"the market's curve {name!r} is of {currency}, payments of {_first(book, [flows.position[mine]])} are"
                f" in {flows.currency[mine][0]}; name a curve of that currency in `curve`, or leave the field empty"
            )


def _vols_lacking(book: CompiledBook, market: Market) -> Iterator[str]:
    options = book.table(FxOptions)
    for (foreign, domestic), rows in pairs_of(options):
        mine = rows[options.amount[rows] != 0.0]  # a fixing is an option on nothing, and has no vol
        if mine.size and foreign + domestic not in market.fx_vols:
            yield (
                f"the market has no vols of '{foreign}{domestic}', needed by"
                f" {_first(book, [options.position[mine]])}; {vols_way_out(market, foreign + domestic)}"
            )


def _prices_lacking(book: CompiledBook, market: Market) -> Iterator[str]:
    holdings = book.table(Holdings)
    prices = {factor.name: factor.currency for factor in market.factors if factor.kind is FactorKind.PRICE}
    for name, currency in sorted(set(zip(holdings.factor.tolist(), holdings.currency.tolist(), strict=True))):
        mine = holdings.position[(holdings.factor == name) & (holdings.currency == currency)]
        if name not in prices:
            yield (
                f"the market has no price factor {name!r}, needed by {_first(book, [mine])}; it has"
                f" {', '.join(prices)}{did_you_mean(name, list(prices))}; give it a [levels.{name}] table with `level`,"
                f" `currency` and `source`, and {name} among `names` of [factors]: `unwind data prices` adds both"
            )
        elif prices[name] != currency:
            yield (
                f"factor {name!r} is quoted in {prices[name]}, {_first(book, [mine])} holds it in {currency}; the"
                " currency of a position is its factor's"
            )


def _first(book: CompiledBook, positions: list[I64]) -> str:
    """Return the first of some positions, given in parts, and how many more there are, in words."""
    every = np.unique(np.concatenate(positions))
    first = int(every[0])
    row = book.row_name(first)
    place = f" ({book.source}, {row})" if book.source and row else ""
    return f"position {book.position_ids[first]!r}{place}{f' and {every.size - 1:,} more' if every.size > 1 else ''}"
