"""Foreign currency that contracts deliver for another: forwards, swaps, what options and cross-currency swaps exchange.

It is worth what it can be exchanged for, which its spot rate says for the spot date alone: see
`engine.payoffs.spot_days`. All other foreign values are reported at the spot rate, as desks and custodians report them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.conventions.currencies import HOME, currency_of
from engine.market.lookup import distinct
from engine.market.market import Market
from engine.payoffs.column import joined, joined_days
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts
from engine.payoffs.flows import Flows
from engine.payoffs.payoff import Book, Claim, Dated, Moment, PartRows, Payoff, Worth
from engine.payoffs.spot_days import SpotDays
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExchangeLeg:
    """Deliveries of one position in one foreign currency. Fields as in `Exchanges`."""

    curve: str
    currency: str
    days: I64  # (n,) ascending
    amounts: F64  # (n,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exchanges:
    """Deliveries of foreign currency, sorted by position, then date. What is paid for them in yen are `Flows`."""

    position: I64  # (n_exchanges,) index into CompiledBook.position_ids
    curve: Words  # (n_exchanges,) "SOFR": discounts what is paid against another currency
    currency: Words  # (n_exchanges,) never the home currency
    day: I64  # (n_exchanges,) of delivery, calendar days from the valuation date, >= 0
    amount: F64  # (n_exchanges,) in `currency`, received positive


def exchanges_of(rows: PartRows[ExchangeLeg]) -> Exchanges:
    """Lay deliveries out as one table, sorted by position, then date: (n_exchanges,), units as in `Exchanges`."""
    sizes = rows.whole(lambda leg: leg.days.size)
    position, day = np.repeat(rows.position, sizes), joined_days(leg.days for leg in rows.parts)
    order = np.lexsort((day, position))
    return Exchanges(
        position=position[order],
        curve=np.repeat(rows.words(lambda leg: leg.curve), sizes)[order],
        currency=np.repeat(rows.words(lambda leg: leg.currency), sizes)[order],
        day=day[order],
        amount=joined(leg.amounts for leg in rows.parts)[order],
    )


def exchange_amounts(book: Book, market: Market, day: int, before: Market) -> F64:
    """Return the value on `day` of every delivery: (n_exchanges,), each in its currency at its spot rate.

    amount * P(tau) * D(spot) / P(spot), tau the years left, spot the spot date of `day`. What was delivered since the
    valuation date has grown at the forward rates of `before`.

    Parameters
    ----------
    market : levels on `day`
    before : levels on the valuation date

    Raises
    ------
    InputError
        The market lacks a curve.
    """
    exchanges = book.table(Exchanges)
    values = exchanges.amount * grown(exchanges.curve, exchanges.day, market, day, before)
    return np.asarray(values * book.table(SpotDays).factors(exchanges.currency, market, day))


def grown(curve: Words, due: I64, market: Market, day: int, before: Market) -> F64:
    """Return what 1 due on days `due` (n,) is worth on `day`, in its currency: (n,); others as `exchange_amounts`."""
    years, now = due / DAYS_PER_TIME_YEAR, day / DAYS_PER_TIME_YEAR
    ahead = due >= day
    values = np.empty(due.size)
    values[ahead] = discounts(curve[ahead], years[ahead] - now, market)
    paid = curve[~ahead]
    values[~ahead] = discounts(paid, years[~ahead], before) / discounts(paid, np.full(paid.size, now), before)
    return values


def delivered(book: Book) -> tuple[I64, Words, F64]:
    """Return position, currency and amount of all that contracts exchange, both sides of it: (n,) each.

    Flows of other positions are among them.
    """
    flows, exchanges = book.table(Flows), book.table(Exchanges)
    position = np.concatenate([flows.position, exchanges.position])
    return (
        position,
        np.concatenate([flows.currency, exchanges.currency]),
        np.concatenate([flows.amount, exchanges.amount]),
    )


def _worth(book: Book, at: Moment) -> Worth:
    exchanges = book.table(Exchanges)
    return exchanges.position, exchanges.currency, exchange_amounts(book, at.market, at.day, at.before)


def _dated(book: Book) -> Iterator[Dated]:
    exchanges, spots = book.table(Exchanges), book.table(SpotDays)
    yield exchanges.curve, exchanges.position, exchanges.day
    for code in distinct(exchanges.currency)[0]:  # carried to its spot date on the home currency's curve too
        if (spot_day := spots.of(code + HOME, 0)) > 0:
            mine = exchanges.position[exchanges.currency == code]
            yield np.full(mine.size, currency_of(HOME).curves.fx), mine, np.full(mine.size, spot_day)


def _claims(book: Book) -> Iterator[Claim]:
    exchanges = book.table(Exchanges)
    yield bool((exchanges.day >= 0).all()), "a delivery is not after the valuation date"
    yield bool((np.diff(exchanges.day)[np.diff(exchanges.position) == 0] >= 0).all()), "deliveries are not in order"
    yield bool((exchanges.currency != HOME).all()), f"a delivery of {HOME} stands among those of foreign currency"


EXCHANGES = Payoff(
    part=ExchangeLeg,
    table=Exchanges,
    tabulate=exchanges_of,
    stored=plain("exchanges", Exchanges),
    value=_worth,
    dated=_dated,
    claims=_claims,
)
