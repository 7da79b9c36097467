"""Amounts of currency held now: worth their spot rate today, and what they can be exchanged for from then on.

A spot rate is for the spot date (`engine.payoffs.spot_days`), and cash is reported at it, as desks and custodians do.
As a delivery of today it would be worth more by the factor of the spot date; that of the base market is divided out, so
that cash is worth its spot rate there, and has the profit of the delivery that it stands for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.conventions.currencies import HOME, currency_of
from engine.market.market import Market
from engine.payoffs.exchanges import Exchanges, grown
from engine.payoffs.flows import Flows
from engine.payoffs.payoff import Book, Dated, Moment, PartRows, Payoff, Worth
from engine.payoffs.shelf import Shelf
from engine.payoffs.spot_days import SpotDays
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Bools, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancePart:
    """Currency that one position holds now."""

    currency: str
    quantity: float  # in `currency`, owned positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Balances:
    """Amounts of currency held now."""

    position: I64  # (n_balances,) index into CompiledBook.position_ids
    currency: Words  # (n_balances,)
    quantity: F64  # (n_balances,) in `currency`, owned positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldAmounts:
    """What the base market says of currency held: how much of a delivery of today it is worth."""

    amount: F64  # (n_balances,) in each one's currency


def balances_of(rows: PartRows[BalancePart]) -> Balances:
    """Lay currency held out as one table, in the order of the positions: (n_balances,)."""
    return Balances(
        position=rows.position,
        currency=rows.words(lambda part: part.currency),
        quantity=rows.real(lambda part: part.quantity),
    )


def held_flows(book: Book, constants: Shelf) -> Flows:
    """Return home currency held, as payments of the valuation date: (n_flows,) [home]."""
    mine = book.table(Balances).currency == HOME
    return Flows(**_columns(book, mine), amount=constants.of(HeldAmounts).amount[mine])


def held_exchanges(book: Book, constants: Shelf) -> Exchanges:
    """Return foreign currency held, as deliveries of the valuation date: (n_exchanges,) [currency]."""
    mine = book.table(Balances).currency != HOME
    return Exchanges(**_columns(book, mine), amount=constants.of(HeldAmounts).amount[mine])


def _columns(book: Book, mine: Bools) -> dict[str, Any]:
    balances = book.table(Balances)
    return {
        "position": balances.position[mine],
        "curve": _curves(balances.currency[mine]),
        "currency": balances.currency[mine],
        "day": np.zeros(int(mine.sum()), np.int64),
    }


def _curves(currency: Words) -> Words:
    return np.array([currency_of(code).curves.fx for code in currency.tolist()], np.str_)


def _worth(book: Book, at: Moment) -> Worth:
    balances = book.table(Balances)
    now = np.zeros(balances.position.size, np.int64)
    growth = grown(_curves(balances.currency), now, at.market, at.day, at.before)
    factors = book.table(SpotDays).factors(balances.currency, at.market, at.day)
    return balances.position, balances.currency, at.constants.of(HeldAmounts).amount * growth * factors


def _fit(book: Book, market: Market, _: Shelf) -> HeldAmounts:
    balances = book.table(Balances)
    return HeldAmounts(amount=balances.quantity / book.table(SpotDays).factors(balances.currency, market, 0))


def _dated(book: Book) -> Iterator[Dated]:
    balances = book.table(Balances)
    now = np.zeros(balances.position.size, np.int64)
    yield _curves(balances.currency), balances.position, now
    foreign = balances.currency != HOME
    yield np.full(int(foreign.sum()), currency_of(HOME).curves.fx), balances.position[foreign], now[foreign]


# "units" is what files of compiled books have called them from the first.
BALANCES = Payoff(
    part=BalancePart,
    table=Balances,
    tabulate=balances_of,
    stored=plain("units", Balances),
    value=_worth,
    fit=_fit,
    dated=_dated,
)
