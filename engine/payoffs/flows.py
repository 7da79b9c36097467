"""Dated payments: their table, their value, and the spreads over the curves that give back the prices of bonds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.market.market import Market
from engine.payoffs.column import joined, joined_days
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts, fx_rates, sums, zero_rates
from engine.payoffs.payoff import Book, Caution, Claim, Dated, Moment, PartRows, Payoff, Worth
from engine.payoffs.quoted import Bonds, FittedMarks, Limit, Marks, check_reach
from engine.payoffs.shelf import Shelf
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Words

MAX_SPREAD = 0.5  # decimal per year, either side
MISSED = Limit(
    part=0.01,  # a point: what a stale price of a bond about to mature is off; a wrong coupon or unit is off by more
    unit="face",
    what=f"no spread within +-{MAX_SPREAD:.0%} over its curve gives the price",
    column="price",
    columns="`price` (clean, per 100 of face) or `market_yield`, `coupon` and `maturity`",
)
ODD_SPREAD = 0.03  # decimal per year, either side, beyond which a price is pointed out
_MAX_STEPS = 100  # of Newton's method; 5 to 8 are usual
_PRICE_TOLERANCE = 1e-13  # relative


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leg:
    """Payments of one position in one currency on one curve."""

    curve: str
    currency: str
    days: I64  # (n,) calendar days from the valuation date, >= 0, ascending
    amounts: F64  # (n,) in `currency`, received positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flows:
    """Payments still to come after the valuation date, sorted by position, then date."""

    position: I64  # (n_flows,) index into CompiledBook.position_ids
    curve: Words  # (n_flows,) "JGB", "SOFR": discounts the flow
    currency: Words  # (n_flows,) in which `amount` is paid
    day: I64  # (n_flows,) calendar days from the valuation date, >= 0; 0: interest accrued so far
    amount: F64  # (n_flows,) in `currency`, received positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spreads(FittedMarks):
    """What market prices of bonds fix: the spread of each position's flows over their curves."""

    spread: F64  # (n_positions,) decimal per year, continuous; 0 without a price


def flows_of(rows: PartRows[Leg]) -> Flows:
    """Lay legs out as one table of payments, sorted by position, then date: (n_flows,), units as in `Flows`."""
    sizes = rows.whole(lambda leg: leg.days.size)
    position, day = np.repeat(rows.position, sizes), joined_days(leg.days for leg in rows.parts)
    order = np.lexsort((day, position))
    return Flows(
        position=position[order],
        curve=np.repeat(rows.words(lambda leg: leg.curve), sizes)[order],
        currency=np.repeat(rows.words(lambda leg: leg.currency), sizes)[order],
        day=day[order],
        amount=joined(leg.amounts for leg in rows.parts)[order],
    )


def flow_amounts(flows: Flows, market: Market, spreads: F64, day: int, before: Market) -> F64:
    """Return the value of every payment on `day`: amount * exp(-(zero(tau) + spread) tau), tau the years left.

    Parameters
    ----------
    market : levels on `day`
    spreads : (n_positions,) decimal per year
    before : levels on the valuation date: what was paid since has grown at their forward rates

    Returns
    -------
    (n_flows,) in each flow's currency

    Raises
    ------
    InputError
        The market lacks a curve.
    """
    tau = (flows.day - day) / DAYS_PER_TIME_YEAR
    spread = spreads[flows.position]
    over = spread != 0.0  # few positions of a book of swaps have any
    values = flows.amount.copy()
    values[over] *= np.exp(-spread[over] * np.maximum(tau[over], 0.0))
    ahead = tau >= 0.0
    paid = ~ahead
    if not paid.any():
        values *= discounts(flows.curve, tau, market)
    else:
        values[ahead] *= discounts(flows.curve[ahead], tau[ahead], market)
        curve, then = flows.curve[paid], flows.day[paid] / DAYS_PER_TIME_YEAR
        now = np.full(then.size, day / DAYS_PER_TIME_YEAR)
        values[paid] *= discounts(curve, then, before) / discounts(curve, now, before)
    return values


def settlement_values(book: Book, market: Market, spreads: F64, position: I64, settlement_day: I64) -> F64:
    """Return what a buyer pays at settlement: flows after it, discounted to it with each position's spread.

    Parameters
    ----------
    position, settlement_day : (n,) positions, each at most once, and the days they settle
    spreads : (n_positions,) decimal per year

    Returns
    -------
    (n,) in each position's own currency
    """
    discounted, tau, row = _after_settlement(book, market, position, settlement_day)
    values = discounted * np.exp(-spreads[position][row] * tau)
    return sums(row, values, position.size)


def fit_spreads(book: Book, market: Market) -> Spreads:
    """Return the spreads over the zero curves that give back the market prices of the positions that have one.

    Newton's method on the logarithm of the settlement value, which is convex in the spread; 0 without a price or with a
    notional of 0. A price that no spread within `MAX_SPREAD` gives, and that is within `MISSED` of one that some spread
    does, leaves a spread of 0 and is kept as an offset.

    Raises
    ------
    InputError
        No spread comes near a price: the positions are named.
    """
    spreads, offset = np.zeros(len(book.position_ids)), np.zeros(len(book.position_ids))
    marks = book.table(Marks)
    kept = marks.settlement_value != 0.0  # a notional of 0 has nothing to fit
    position, target = marks.position[kept], marks.settlement_value[kept]
    discounted, tau, row = _after_settlement(book, market, position, marks.settlement_day[kept])
    ratio = discounted / target[row]  # its sum is 1 at the fit, long or short
    fitted = np.zeros(position.size)
    for _ in range(_MAX_STEPS):
        values = ratio * np.exp(-fitted[row] * tau)
        total = sums(row, values, position.size)
        if not (total > 0.0).all() or (np.abs(total - 1.0) <= _PRICE_TOLERANCE).all():
            break
        slope = sums(row, values * tau, position.size) / total
        fitted = np.clip(fitted + np.log(total) / slope, -2.0 * MAX_SPREAD, 2.0 * MAX_SPREAD)
    total = sums(row, ratio * np.exp(-fitted[row] * tau), position.size)
    lost = ~(np.abs(total - 1.0) <= _PRICE_TOLERANCE) | (np.abs(fitted) > MAX_SPREAD)
    if lost.any():
        at = [sums(row, ratio * np.exp(-end * tau), position.size) for end in (-MAX_SPREAD, 0.0, MAX_SPREAD)]
        home = target * _settled_in_home(book, market, position, marks.settlement_day[kept])
        nearest = np.where(np.abs(at[0] - 1.0) < np.abs(at[2] - 1.0), at[0], at[2]) * home
        faces = np.abs(_faces(book)[position] / target * home)
        check_reach(book, position[lost], (home[lost], nearest[lost]), faces[lost], MISSED)
        fitted = np.where(lost, 0.0, fitted)
        offset[position] = np.where(lost, (1.0 - at[1]) * home, 0.0)
    spreads[position] = fitted
    return Spreads(spread=spreads, offset=offset)


def _faces(book: Book) -> F64:
    """Return the face of each position's bond, in its currency; 0 of what is no bond: (n_positions,)."""
    bonds, faces = book.table(Bonds), np.zeros(len(book.position_ids))
    faces[bonds.position] = bonds.face
    return faces


def _settled_in_home(book: Book, market: Market, position: I64, settlement_day: I64) -> F64:
    """Return what 1 of each position's currency, paid on its settlement day, is worth now: (n,) [home]."""
    flows = book.table(Flows)
    first = np.searchsorted(flows.position, position)  # priced bonds have flows
    paid = discounts(flows.curve[first], settlement_day / DAYS_PER_TIME_YEAR, market)
    return np.asarray(paid * fx_rates(flows.currency[first], market))


def _after_settlement(book: Book, market: Market, position: I64, settlement_day: I64) -> tuple[F64, F64, I64]:
    """Return of flows after settlement: value at settlement without spread, years after it, and row in `position`."""
    flows, row_of = book.table(Flows), np.full(len(book.position_ids), -1)
    row_of[position] = np.arange(position.size)
    row = row_of[flows.position]
    kept = row >= 0
    kept[kept] = flows.day[kept] > settlement_day[row[kept]]
    row = row[kept]
    curve, first_flow = flows.curve[kept], np.searchsorted(flows.position, position)  # priced bonds have flows
    tau = flows.day[kept] / DAYS_PER_TIME_YEAR
    tau_settlement = settlement_day / DAYS_PER_TIME_YEAR
    at_settlement = zero_rates(flows.curve[first_flow], tau_settlement, market) * tau_settlement
    exponent = at_settlement[row] - zero_rates(curve, tau, market) * tau
    return flows.amount[kept] * np.exp(exponent), tau - tau_settlement[row], row


def _worth(book: Book, at: Moment) -> Worth:
    flows, spreads = book.table(Flows), at.constants.of(Spreads).spread
    return flows.position, flows.currency, flow_amounts(flows, at.market, spreads, at.day, at.before)


def _fit(book: Book, market: Market, _: Shelf) -> Spreads:
    return fit_spreads(book, market)


def _fit_cautions(_: Book, constants: Shelf) -> Iterator[Caution]:
    wide = np.flatnonzero(np.abs(constants.of(Spreads).spread) > ODD_SPREAD)
    yield f"a spread beyond {ODD_SPREAD:.0%} over its curve", wide


def _dated(book: Book) -> Iterator[Dated]:
    flows = book.table(Flows)
    yield flows.curve, flows.position, flows.day


def _claims(book: Book) -> Iterator[Claim]:
    flows = book.table(Flows)
    yield bool((flows.day >= 0).all()), "a payment is not after the valuation date"
    yield bool((np.diff(flows.day)[np.diff(flows.position) == 0] >= 0).all()), "payments are not in order"


FLOWS = Payoff(
    part=Leg,
    table=Flows,
    tabulate=flows_of,
    stored=plain("flows", Flows),
    value=_worth,
    fit=_fit,
    fit_cautions=_fit_cautions,
    dated=_dated,
    claims=_claims,
)
