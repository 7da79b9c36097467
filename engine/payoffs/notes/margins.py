"""Floating-rate bonds: the margin over their coupons that gives back a market price, a constant of the base market.

What a floater pays by its terms stands in other tables. A price that differs from their value is laid on its coupons
as a margin beside the contractual one: P = value + margin * annuity, linear, so that no search is needed. Its opposite
is the discount margin that a market quotes. Without a price it is 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.market.market import Market
from engine.payoffs.column import joined, joined_days
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts, fx_rates, sums
from engine.payoffs.flows import Flows, flow_amounts
from engine.payoffs.notes.constant_maturity import cmt_flows
from engine.payoffs.payoff import Book, Caution, Dated, Moment, PartRows, Payoff, Worth
from engine.payoffs.quoted import Limit, MarketQuotes, check_reach
from engine.payoffs.shelf import Shelf
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Words

MAX_MARGIN = 0.2  # decimal per year, either side
MISSED = Limit(
    part=0.0,
    unit="face",
    what=f"no margin within +-{MAX_MARGIN:.0%} gives the price",
    column="price",
    columns="`price` (clean, per 100 of face), `spread` and `maturity`",
)
ODD_MARGIN = 0.03  # decimal per year, either side, beyond which a price is pointed out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FloaterPart:
    """A floating-rate bond of one position, as bought for settlement. Fields as in `Floaters` and `MarginFlows`."""

    curve: str
    currency: str
    face: float
    settlement_day: int
    accrued: float
    market_price: float
    due_now: float
    due_day: int
    due_amount: float
    days: I64  # (n,)
    amounts: F64  # (n,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Floaters:
    """Terms of floating-rate bonds that can still be bought."""

    position: I64  # (n_floaters,) index into CompiledBook.position_ids, each once
    curve: Words  # (n_floaters,) discounts
    currency: Words  # (n_floaters,)
    face: F64  # (n_floaters,) in its currency, owned positive
    settlement_day: I64  # (n_floaters,) calendar days from the valuation date
    accrued: F64  # (n_floaters,) per 100 of face, at settlement
    market_price: F64  # (n_floaters,) clean, per 100 of face; NaN: none
    due_now: F64  # (n_floaters,) of what is paid by settlement, and no buyer gets: as money of the valuation date,
    due_day: I64  # (n_floaters,) and beside it on this day
    due_amount: F64  # (n_floaters,) this amount


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarginFlows:
    """What a margin of 1 pays on floating-rate bonds, sorted by position, then date."""

    position: I64  # (n_flows,)
    curve: Words  # (n_flows,)
    currency: Words  # (n_flows,)
    day: I64  # (n_flows,) calendar days from the valuation date
    amount: F64  # (n_flows,) for a margin of 1 a year, received positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Margins:
    """What market prices of floating-rate bonds fix."""

    margin: F64  # (n_floaters,) beside the contractual one, decimal per year; 0 without a price


def floaters_of(rows: PartRows[FloaterPart]) -> Floaters:
    """Lay terms out as one table, in the order of the positions: (n_floaters,), units as in `Floaters`."""
    return Floaters(
        position=rows.position,
        curve=rows.words(lambda part: part.curve),
        currency=rows.words(lambda part: part.currency),
        face=rows.real(lambda part: part.face),
        settlement_day=rows.whole(lambda part: part.settlement_day),
        accrued=rows.real(lambda part: part.accrued),
        market_price=rows.real(lambda part: part.market_price),
        due_now=rows.real(lambda part: part.due_now),
        due_day=rows.whole(lambda part: part.due_day),
        due_amount=rows.real(lambda part: part.due_amount),
    )


def margin_flows_of(rows: PartRows[FloaterPart]) -> MarginFlows:
    """Lay what a margin pays out as one table, sorted by position, then date: (n_flows,), units as in `MarginFlows`."""
    sizes = rows.whole(lambda part: part.days.size)
    return MarginFlows(
        position=np.repeat(rows.position, sizes),
        curve=np.repeat(rows.words(lambda part: part.curve), sizes),
        currency=np.repeat(rows.words(lambda part: part.currency), sizes),
        day=joined_days(part.days for part in rows.parts),
        amount=joined(part.amounts for part in rows.parts),
    )


def margin_flows(book: Book, constants: Shelf) -> Flows:
    """Return what the margins that prices fix pay: (n_flows,)."""
    flows, per_position = book.table(MarginFlows), np.zeros(len(book.position_ids))
    per_position[book.table(Floaters).position] = constants.of(Margins).margin
    columns = {name: getattr(flows, name) for name in ("position", "curve", "currency", "day")}
    return Flows(**columns, amount=flows.amount * per_position[flows.position])


def fit_margins(book: Book, market: Market, constants: Shelf) -> Margins:
    """Return the margins that give back the market prices of floating-rate bonds.

    Raises
    ------
    InputError
        No margin within `MAX_MARGIN` gives a price: the positions are named, with file and line.
    """
    floaters = book.table(Floaters)
    priced = ~np.isnan(floaters.market_price) & (floaters.face != 0.0)
    annuity = _annuity(book, market)
    paid = floaters.face * (floaters.market_price + floaters.accrued) / 100.0
    missing = paid * _settled(floaters, market) - _bought(book, market, constants)
    margin = np.where(priced, missing / np.where(annuity == 0.0, np.nan, annuity), 0.0)
    lost = ~(np.abs(margin) <= MAX_MARGIN)
    if lost.any():
        home = fx_rates(floaters.currency, market)[lost]
        nearest = np.copysign(MAX_MARGIN, missing / floaters.face) * annuity
        given = missing[lost] * home, nearest[lost] * home
        check_reach(book, floaters.position[lost], given, np.abs(floaters.face[lost] * home), MISSED)
    return Margins(margin=margin)


def floater_quotes(book: Book, market: Market, constants: Shelf) -> MarketQuotes:
    """Return clean prices of floating-rate bonds, and their discount margins where prices fix them: (n_floaters,)."""
    floaters, margin = book.table(Floaters), constants.of(Margins).margin
    bought = _bought(book, market, constants) + margin * _annuity(book, market)
    face = np.where(floaters.face == 0.0, np.nan, floaters.face)
    clean = 100.0 * bought / _settled(floaters, market) / face - floaters.accrued
    priced = ~np.isnan(floaters.market_price) & (floaters.face != 0.0)
    none = np.full(clean.size, np.nan)
    spread = np.where(priced, -margin, np.nan)
    return MarketQuotes(position=floaters.position, bonds=None, clean_price=clean, spread=spread, break_even=none)


def _settled(floaters: Floaters, market: Market) -> F64:
    """Return what 1 paid on each one's settlement day is worth now: (n_floaters,)."""
    return discounts(floaters.curve, floaters.settlement_day / DAYS_PER_TIME_YEAR, market)


def _annuity(book: Book, market: Market) -> F64:
    """Return what a margin of 1 is worth now: (n_floaters,) in each one's currency."""
    flows = book.table(MarginFlows)
    worth = flows.amount * discounts(flows.curve, flows.day / DAYS_PER_TIME_YEAR, market)
    return sums(flows.position, worth, len(book.position_ids))[book.table(Floaters).position]


def _bought(book: Book, market: Market, constants: Shelf) -> F64:
    """Return what a buyer gets by the terms, worth now: (n_floaters,) in each one's currency."""
    floaters, n = book.table(Floaters), len(book.position_ids)
    held, unspread = np.zeros(n), np.zeros(n)
    for flows in (book.table(Flows), cmt_flows(book, constants)):
        held = held + sums(flows.position, flow_amounts(flows, market, unspread, 0, market), n)
    due = floaters.due_amount * discounts(floaters.curve, floaters.due_day / DAYS_PER_TIME_YEAR, market)
    return np.asarray(held[floaters.position] - floaters.due_now - due)


def _worth(book: Book, at: Moment) -> Worth:
    flows = margin_flows(book, at.constants)
    unspread = np.zeros(len(book.position_ids))
    return flows.position, flows.currency, flow_amounts(flows, at.market, unspread, at.day, at.before)


def _fit_cautions(book: Book, constants: Shelf) -> Iterator[Caution]:
    odd = np.abs(constants.of(Margins).margin) > ODD_MARGIN
    yield f"a margin beyond {ODD_MARGIN:.0%} beside that of its terms", book.table(Floaters).position[odd]


def _dated(book: Book) -> Iterator[Dated]:
    flows = book.table(MarginFlows)
    yield flows.curve, flows.position, flows.day


MARGIN_FLOWS = Payoff(
    part=FloaterPart,
    table=MarginFlows,
    tabulate=margin_flows_of,
    stored=plain("margin_flows", MarginFlows),
    value=_worth,
    dated=_dated,
)
FLOATERS = Payoff(
    part=FloaterPart,
    table=Floaters,
    tabulate=floaters_of,
    stored=plain("floaters", Floaters),
    fit=fit_margins,
    fit_cautions=_fit_cautions,
    quotes=("market_price",),
    market_quotes=floater_quotes,
)
