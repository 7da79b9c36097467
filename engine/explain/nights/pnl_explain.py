"""The day's P&L by full revaluation: carry, roll-down, each mover of the market, trades; and what is left of it.

The earlier night's book is held to the later date, with what market prices fixed that night; what it pays until then is
cash. Of the market's movers each gets Shapley's share, so that their order does not matter.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits, fit
from engine.book.value import position_values, values_on
from engine.explain.nights.mixed_books import Trades
from engine.explain.nights.mixed_market import mixed_market
from engine.explain.nights.movers import AGEING, CORRELATIONS, LAW, TRADES, Mover
from engine.explain.nights.shares import shapley
from engine.market.market import Market
from engine.market.moved_market import slid
from engine.payoffs.curves import DAYS_PER_TIME_YEAR
from engine.payoffs.registry import PAYOFFS
from kernels.types import F64, I64, Bools

CARRY = Mover(keys=("carry",), label="carry", meaning="interest and time value, each payment at the zero rate it had")
ROLL_DOWN = Mover(keys=("roll_down",), label="roll-down", meaning="payments come nearer on curves that stay by tenor")
ANEW = Mover(
    keys=("anew",),
    label="valued anew",
    meaning="kept rows as the later night values them: by market prices and fixings in its rows, and settlement days",
)
NEW_ROWS = Mover(
    keys=(TRADES,),
    label="trades in and out",
    meaning="value tonight of rows that came or changed, less that of rows that went; cash rows hold what was paid",
)
NO_LEVELS = {AGEING, CORRELATIONS, LAW, TRADES}  # keys of movers that move no level of the market
TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopePnl:
    """P&L of one scope from one night to the next, in the run's currency; exact: full revaluation, nothing is drawn."""

    scope: str  # "total" or "book:NAME"
    value_before: float
    parts: Mapping[str, float]  # by the key of a mover
    explained: float  # their sum
    realised: float | None  # None: not given
    unexplained: float | None  # realised less explained


@dataclass(frozen=True, slots=True, kw_only=True)
class PnlExplain:
    """P&L between two nights, taken apart."""

    days: int  # calendar days
    movers: tuple[Mover, ...]  # of the parts, in their order
    scopes: tuple[ScopePnl, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldBook:
    """The two nights as P&L sees them."""

    before: Market
    after: Market
    book: CompiledBook  # of the earlier night
    next_book: CompiledBook  # of the later
    trades: Trades
    currency: str

    @property
    def days(self) -> int:
        """Return calendar days from night to night."""
        return (self.after.valuation_date - self.before.valuation_date).days

    def in_currency(self, values: F64, market: Market) -> F64:
        """Return values [home] at the levels of a market, (n_positions,) in the run's currency."""
        return values / market.rate(self.currency)


def pnl_explain(
    held: HeldBook, movers: Sequence[Mover], scopes: Sequence[str], realised: Mapping[str, float]
) -> PnlExplain:
    """Take the P&L of every scope apart.

    Parameters
    ----------
    movers : those that moved
    scopes : "total" and "book:NAME"
    realised : by scope [currency]; of a scope that is not there nothing is known

    Raises
    ------
    InputError
        The book cannot be valued in a mixed market.
    """
    moved = [mover for mover in movers if not set(mover.keys) <= NO_LEVELS]
    fits = fit(held.book, held.before)
    start = held.in_currency(position_values(held.book, held.before, fits), held.before)
    slid_on = _held(held, fits, slid(held.before, held.days / DAYS_PER_TIME_YEAR))
    corners = _corners(held, fits, moved)
    of_position = {CARRY.key: slid_on - start, ROLL_DOWN.key: corners[0] - slid_on}
    of_position |= {mover.key: share for mover, share in zip(moved, shapley(corners), strict=True)}
    by_scope = {key: _by_scope(values, held.book.books, scopes) for key, values in of_position.items()}
    by_scope |= _own_prices_and_trades(held, corners[-1], scopes)
    value_before = _by_scope(start, held.book.books, scopes)
    order = (CARRY, ROLL_DOWN, *moved, ANEW, NEW_ROWS)
    return PnlExplain(
        days=held.days,
        movers=order,
        scopes=tuple(
            _scope(scope, value_before[scope], {each.key: by_scope[each.key][scope] for each in order}, realised)
            for scope in scopes
        ),
    )


def _scope(scope: str, before: float, parts: Mapping[str, float], realised: Mapping[str, float]) -> ScopePnl:
    explained, known = math.fsum(parts.values()), realised.get(scope)
    return ScopePnl(
        scope=scope,
        value_before=before,
        parts=parts,
        explained=explained,
        realised=known,
        unexplained=None if known is None else known - explained,
    )


def _held(held: HeldBook, fits: Fits, market: Market) -> F64:
    """Return the earlier book's value on the later date at the levels of a market: (n_positions,) [currency]."""
    values = values_on(held.book, market, fits, day=held.days, before=held.before)
    return held.in_currency(values, market)


def _corners(held: HeldBook, fits: Fits, moved: Sequence[Mover]) -> F64:
    """Return the value on the later date with every set of movers moved: (2^n, n_positions) [currency]."""
    taken = [
        {key for i, mover in enumerate(moved) if sets >> i & 1 for key in mover.keys if key not in NO_LEVELS}
        for sets in range(2 ** len(moved))
    ]
    return np.stack([_held(held, fits, mixed_market(held.before, held.after, keys)) for keys in taken])


def _own_prices_and_trades(held: HeldBook, aged: F64, scopes: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return what the later night's rows are worth beside the earlier's, by scope: market prices, and trades.

    A payment due in between is cash of the earlier book, and no loss where its row is gone; nor is a price known of it.

    aged   (n_positions,) [currency] the earlier book's at the later levels
    """
    tonight = held.in_currency(position_values(held.next_book, held.after), held.after)
    kept, traded = set(held.book.position_ids) & set(held.next_book.position_ids), set(held.trades.changed)
    place = {name: i for i, name in enumerate(held.book.position_ids)}
    paid, is_over = _payments(held.book, held.days)
    prices, came = np.zeros(tonight.size), np.zeros(tonight.size)
    went = np.zeros(aged.size)
    for i, name in enumerate(held.next_book.position_ids):
        if name not in kept:
            came[i] = tonight[i]
        elif name in traded:
            came[i] = tonight[i] - aged[place[name]]
        elif not paid[place[name]]:
            prices[i] = tonight[i] - aged[place[name]]
    for name, i in place.items():
        if name not in kept and not is_over[i]:
            went[i] = -aged[i]
    ins, outs = (_by_scope(values, book.books, scopes) for values, book in ((came, held.next_book), (went, held.book)))
    return {
        ANEW.key: _by_scope(prices, held.next_book.books, scopes),
        TRADES: {scope: ins[scope] + outs[scope] for scope in scopes},
    }


def _payments(book: CompiledBook, days: int) -> tuple[Bools, Bools]:
    """Return which positions pay or settle something within some days, and which nothing after: (n_positions,) each."""
    n = len(book.position_ids)
    paid, last = np.zeros(n, np.bool_), np.zeros(n, np.int64)
    for position, day in _dates(book):
        np.logical_or.at(paid, position, (day > 0) & (day <= days))
        np.maximum.at(last, position, day)
    return paid, (last > 0) & (last <= days)


def _dates(book: CompiledBook) -> list[tuple[I64, I64]]:
    """Return positions and days of all that is dated: (n_rows,) each."""
    found = [(position, day) for payoff in PAYOFFS for _, position, day in payoff.dated(book)]
    for payoff in PAYOFFS:
        if payoff.expiry is not None:
            table = book.table(payoff.table)
            found.append((table.position, getattr(table, payoff.expiry)))
    return found


def _by_scope(values: F64, books: Sequence[str], scopes: Sequence[str]) -> dict[str, float]:
    """Add up values (n_positions,) of the total and each book [currency]."""
    rows = np.array(books)
    return {
        scope: math.fsum(values if scope == TOTAL else values[rows == scope.removeprefix("book:")]) for scope in scopes
    }
