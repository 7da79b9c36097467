"""What a compiled book is worth in one market, position by position."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits, by_text, check_dates, fit
from engine.book.needs import check_needs
from engine.book.placeholders import placeholder_warnings
from engine.instruments.registry import FAMILIES
from engine.market.lookup import distinct
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, fx_rates, sums, zero_curve
from engine.payoffs.payoff import Caution, Moment, named
from engine.payoffs.registry import PAYOFFS
from kernels.types import F64, I64


def position_values(book: CompiledBook, market: Market, fits: Fits | None = None) -> F64:
    """Return the value of every position on the valuation date.

    Parameters
    ----------
    book : compiled for the market's date
    market : levels
    fits : what the base market fixed (`engine.book.fit.fit`); None: this market is the base

    Returns
    -------
    (n_positions,) [JPY]. A future is worth its profit since the base market: nothing there.

    Raises
    ------
    InputError
        Book and market have different dates, the market lacks what the book needs, or a price cannot be fitted.
    """
    return values_on(book, market, fit(book, market) if fits is None else fits, day=0, before=market)


def values_on(book: CompiledBook, market: Market, fits: Fits, *, day: int, before: Market) -> F64:
    """Return the value of every position `day` calendar days after the valuation date.

    Payments since are cash, grown at the forward rates of `before`. What has expired is worth its payoff at the levels
    of `market`.

    Parameters
    ----------
    market : levels on that day; its curves run from that day
    before : levels on the valuation date

    Returns
    -------
    (n_positions,) [JPY]

    Raises
    ------
    InputError
        As `position_values`.
    """
    return model_values(book, market, fits, day=day, before=before) + fits.offset


def model_values(book: CompiledBook, market: Market, fits: Fits, *, day: int, before: Market) -> F64:
    """Return `values_on` without the offsets of market prices that no constant gives: (n_positions,) [JPY]."""
    check_dates(book, market)
    at = Moment(market=market, before=before, day=day, constants=fits.constants)
    n = len(book.position_ids)
    values = np.zeros(n)
    for payoff in PAYOFFS:
        if payoff.value is not None:
            position, currency, amounts = payoff.value(book, at)
            values = values + sums(position, amounts * fx_rates(currency, market), n)
    return values


def book_warnings(book: CompiledBook, market: Market) -> tuple[str, ...]:
    """Return what was accepted with a word of caution.

    In reading the book; prices that the market assumes; payments beyond the last node of a curve; and what its
    instruments point out in a market.
    """
    check_needs(book, market)
    warnings = [*book.warnings, *placeholder_warnings(book, market)]
    for name, position, day in _by_curve(book):
        end = zero_curve(name, market).times[-1]
        beyond = day / DAYS_PER_TIME_YEAR > end
        if beyond.any():
            who = named(book, np.unique(position[beyond]))
            where = f"beyond the last node of curve {name!r} ({end:g} years): the zero rate is held flat there"
            warnings.append(f"payments of {who} fall {where}")
    warnings += [f"{who}: {what}" for what, who in by_text(book, _market_cautions(book, market))]
    return tuple(warnings)


def _by_curve(book: CompiledBook) -> Iterator[tuple[str, I64, I64]]:
    """Yield each curve, with the positions and last days of all that is discounted or projected on it."""
    dated = [columns for payoff in PAYOFFS for columns in payoff.dated(book)]
    curve, position, day = (np.concatenate(columns) for columns in zip(*dated, strict=True))
    names, place = distinct(curve)
    for k, name in enumerate(names):
        yield name, position[place == k], day[place == k]


def _market_cautions(book: CompiledBook, market: Market) -> Iterator[Caution]:
    kinds = np.array(book.kinds)
    values = cache(lambda: position_values(book, market))  # worked out once, where a family asks for them
    for family in FAMILIES:
        mine = np.flatnonzero(np.isin(kinds, [kind.name for kind in family.kinds]))
        if mine.size:
            yield from family.market_cautions(book, mine, market, values)
