"""Inflation-linked bonds: payments in money of the settlement day, grown by the inflation that a market price fixes.

The break-even inflation of a bond is the one at which its payments, grown by it from the settlement day and discounted
on the nominal curve, are worth its price. It is a constant of the base market: no factor moves it, so that real yields
move with nominal ones. A floored redemption is at least the face. It counts at its intrinsic value at the break-even;
what the floor is worth above that is in the price, and so in the break-even.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import InputError
from engine.market.market import Market
from engine.payoffs.black import solve_rising
from engine.payoffs.column import joined, joined_days
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts, sums
from engine.payoffs.flows import Flows, flow_amounts
from engine.payoffs.payoff import Book, Caution, Claim, Dated, Moment, PartRows, Payoff, Worth, named
from engine.payoffs.quoted import Bonds, BondTerms, MarketQuotes, bonds_of, clean_prices_of
from engine.payoffs.shelf import Shelf
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Words

LOWEST_GROWTH, HIGHEST_GROWTH = 0.8, 1.5  # of prices in a year: no break-even is beyond
ODD_GROWTH = (0.98, 1.05)  # beyond which a price is pointed out: Japan's consumer prices rose by 4 % at most since 1991


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkerPart(BondTerms):
    """An inflation-linked bond of one position. `face` is its face times the index ratio of the settlement day."""

    curve: str  # nominal
    currency: str
    days: I64  # (n,) calendar days from the valuation date, ascending
    amounts: F64  # (n,) in money of the settlement day, received positive
    floor: float  # face below which the last payment, the principal, does not fall; 0: no floor
    index_ratio: float  # of the settlement day, by which `face` and `amounts` are multiplied
    market_growth: float  # of prices in a year, 1.015 for a break-even of 1.5 %; NaN: the price fixes it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkedFlows:
    """Payments of inflation-linked bonds after the valuation date, sorted by position, then date."""

    position: I64  # (n_flows,) index into CompiledBook.position_ids
    curve: Words  # (n_flows,) nominal: discounts the flow
    currency: Words  # (n_flows,)
    day: I64  # (n_flows,) calendar days from the valuation date
    linked_day: I64  # (n_flows,) settlement day, in whose money `amount` is
    amount: F64  # (n_flows,) in money of `linked_day`, received positive
    floor: F64  # (n_flows,) money that is paid at least, with the sign of `amount`; 0: no floor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linkers(Bonds):
    """Terms of inflation-linked bonds that can still be bought, per 100 of the indexed face."""

    index_ratio: F64  # (n_linkers,) of the settlement day, which the face and payments hold
    market_price: F64  # (n_linkers,) clean, without indexation; NaN: none
    market_growth: F64  # (n_linkers,) of prices in a year; NaN: none


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BreakEvens:
    """What market prices of inflation-linked bonds fix."""

    growth: F64  # (n_linkers,) of prices in a year: 1 + break-even inflation
    amount: F64  # (n_flows,) in money of each flow's own day


def linked_flows_of(rows: PartRows[LinkerPart]) -> LinkedFlows:
    """Lay payments out as one table, sorted by position, then date: (n_flows,), units as in `LinkedFlows`."""
    sizes = rows.whole(lambda part: part.days.size)
    last = np.cumsum(sizes) - 1
    floor = np.zeros(int(sizes.sum()))
    floor[last[sizes > 0]] = rows.real(lambda part: part.floor)[sizes > 0]
    return LinkedFlows(
        position=np.repeat(rows.position, sizes),
        curve=np.repeat(rows.words(lambda part: part.curve), sizes),
        currency=np.repeat(rows.words(lambda part: part.currency), sizes),
        day=joined_days(part.days for part in rows.parts),
        linked_day=np.repeat(rows.whole(lambda part: part.settlement_day), sizes),
        amount=joined(part.amounts for part in rows.parts),
        floor=floor,
    )


def linkers_of(rows: PartRows[LinkerPart]) -> Linkers:
    """Lay terms out as one table, in the order of the positions: (n_linkers,), units as in `Linkers`."""
    bonds = bonds_of(rows)
    return Linkers(
        **{name: getattr(bonds, name) for name in Bonds.__dataclass_fields__},
        index_ratio=rows.real(lambda part: part.index_ratio),
        market_price=clean_prices_of(rows),
        market_growth=rows.real(lambda part: part.market_growth),
    )


def fit_break_evens(book: Book, market: Market) -> BreakEvens:
    """Return the growth of prices that gives back the market prices of inflation-linked bonds.

    Raises
    ------
    InputError
        No break-even from -20 % to 50 % gives a price: the positions are named.
    """
    linkers = book.table(Linkers)
    growth = linkers.market_growth.copy()
    growth[np.isnan(growth) & (linkers.face == 0.0)] = 1.0  # nothing to fit
    row = np.flatnonzero(np.isnan(growth))
    if row.size:
        target = (linkers.market_price + linkers.accrued)[row] / 100.0

        def value(trial: F64) -> F64:
            """Return what bonds are worth at settlement at a trial growth (n,), per 1 of their indexed face: (n,)."""
            every = np.where(np.isnan(growth), 1.0, growth)
            every[row] = trial
            return _settled(book, market, every)[row] / linkers.face[row]

        growth[row] = solve_rising(value, target, LOWEST_GROWTH, HIGHEST_GROWTH)
        if np.isnan(growth).any():
            who = named(book, linkers.position[np.isnan(growth)])
            raise InputError(
                f"{who}: no break-even inflation from {LOWEST_GROWTH - 1:.0%} to {HIGHEST_GROWTH - 1:.0%} a year gives"
                " the price, and a price below what the principal floor alone is worth has none; check `price` (clean,"
                " per 100 of face, without indexation) or `market_yield` (real), `coupon`, `maturity` and"
                " `index_ratio`, or state `break_even` in their place"
            )
    return BreakEvens(growth=growth, amount=_grown(book, growth))


def widened(book: Book, constants: Shelf, by: float) -> BreakEvens:
    """Return the constants where every break-even is higher by a decimal per year."""
    growth = constants.of(BreakEvens).growth + by
    return BreakEvens(growth=growth, amount=_grown(book, growth))


def at_issue_prices(book: Book) -> tuple[Linkers, LinkedFlows]:
    """Return terms and payments as if prices had not moved since the issue: what of them is no level of a market."""
    linkers, flows = book.table(Linkers), book.table(LinkedFlows)
    ratio = np.ones(len(book.position_ids))
    ratio[linkers.position] = linkers.index_ratio
    bare = replace(
        linkers,
        face=linkers.face / linkers.index_ratio,
        index_ratio=np.ones_like(linkers.index_ratio),
        market_price=np.full_like(linkers.market_price, np.nan),
        market_growth=np.ones_like(linkers.market_growth),
    )
    return bare, replace(flows, amount=flows.amount / ratio[flows.position])


def linked_flows(book: Book, constants: Shelf) -> Flows:
    """Return payments of inflation-linked bonds in money of their own days: (n_flows,)."""
    flows = book.table(LinkedFlows)
    columns = {name: getattr(flows, name) for name in ("position", "curve", "currency", "day")}
    return Flows(**columns, amount=constants.of(BreakEvens).amount)


def _grown(book: Book, growth: F64) -> F64:
    """Return each payment in money of its own day: (n_flows,); what can no longer be bought does not grow."""
    flows, linkers = book.table(LinkedFlows), book.table(Linkers)
    of_position = np.ones(len(book.position_ids))
    of_position[linkers.position] = growth
    years = (flows.day - flows.linked_day) / DAYS_PER_TIME_YEAR
    grown = flows.amount * of_position[flows.position] ** years
    return np.where(np.abs(flows.floor) > np.abs(grown), flows.floor, grown)


def _settled(book: Book, market: Market, growth: F64) -> F64:
    """Return what a buyer pays at settlement: (n_linkers,) in each one's currency."""
    flows, linkers = book.table(LinkedFlows), book.table(Linkers)
    worth = _grown(book, growth) * discounts(flows.curve, flows.day / DAYS_PER_TIME_YEAR, market)
    after = flows.day > flows.linked_day
    held = sums(flows.position[after], worth[after], len(book.position_ids))[linkers.position]
    first = np.searchsorted(flows.position, linkers.position)
    paid = discounts(flows.curve[first], linkers.settlement_day / DAYS_PER_TIME_YEAR, market)
    return np.asarray(held / paid)


def linker_quotes(book: Book, market: Market, constants: Shelf) -> MarketQuotes:
    """Return clean prices without indexation and break-evens of inflation-linked bonds: (n_linkers,)."""
    linkers, growth = book.table(Linkers), constants.of(BreakEvens).growth
    face = np.where(linkers.face == 0.0, np.nan, linkers.face)
    clean = 100.0 * _settled(book, market, growth) / face - linkers.accrued
    none = np.full(clean.size, np.nan)
    break_even = np.where(linkers.face == 0.0, np.nan, growth - 1.0)  # nothing is fitted where nothing can be bought
    return MarketQuotes(position=linkers.position, bonds=linkers, clean_price=clean, spread=none, break_even=break_even)


def _worth(book: Book, at: Moment) -> Worth:
    flows = linked_flows(book, at.constants)
    unspread = np.zeros(len(book.position_ids))
    return flows.position, flows.currency, flow_amounts(flows, at.market, unspread, at.day, at.before)


def _fit(book: Book, market: Market, _: Shelf) -> BreakEvens:
    return fit_break_evens(book, market)


def _fit_cautions(book: Book, constants: Shelf) -> Iterator[Caution]:
    growth, (low, high) = constants.of(BreakEvens).growth, ODD_GROWTH
    odd = (growth < low) | (growth > high)
    yield f"a break-even inflation under {low - 1:.0%} or over {high - 1:.0%} a year", book.table(Linkers).position[odd]


def _dated(book: Book) -> Iterator[Dated]:
    flows = book.table(LinkedFlows)
    yield flows.curve, flows.position, flows.day


def _claims(book: Book) -> Iterator[Claim]:
    flows = book.table(LinkedFlows)
    yield bool((flows.day >= 1).all()), "a linked payment is not after the valuation date"


LINKED_FLOWS = Payoff(
    part=LinkerPart,
    table=LinkedFlows,
    tabulate=linked_flows_of,
    stored=plain("linked_flows", LinkedFlows),
    value=_worth,
    dated=_dated,
    claims=_claims,
)
LINKERS = Payoff(
    part=LinkerPart,
    table=Linkers,
    tabulate=linkers_of,
    stored=plain("linkers", Linkers),
    fit=_fit,
    fit_cautions=_fit_cautions,
    quotes=("market_price", "market_growth"),
    market_quotes=linker_quotes,
)
