"""Spreads over the zero curves that give back the market prices of bonds."""

import numpy as np

from engine.book.compiled import CompiledBook
from engine.errors import InputError
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, sums, zero_rates
from engine.payoffs.flows import Flows
from kernels.types import F64, I64

MAX_SPREAD = 0.5  # decimal per year, either side
_MAX_STEPS = 100  # of Newton's method; 5 to 8 are usual
_PRICE_TOLERANCE = 1e-13  # relative
_NAMED = 5  # positions a message names before it only counts


def settlement_values(book: CompiledBook, market: Market, spreads: F64, position: I64, settlement_day: I64) -> F64:
    """What a buyer pays at settlement: flows after it, discounted to it with each position's spread.

    Parameters
    ----------
    position, settlement_day : (n,) positions, each at most once, and the days they settle
    spreads : (n_positions,) decimal

    Returns
    -------
    (n,) in each position's own currency
    """
    discounted, tau, row = _after_settlement(book, market, position, settlement_day)
    values = discounted * np.exp(-spreads[position][row] * tau)
    return sums(row, values, position.size)


def fit_spreads(book: CompiledBook, market: Market) -> F64:
    """Spreads over the zero curves that give back the market prices of the positions that have one.

    Newton's method on the logarithm of the settlement value, which is convex in the spread.

    Returns
    -------
    (n_positions,) decimal per year, continuous; 0 without a price or with a notional of 0

    Raises
    ------
    InputError
        A price needs a spread beyond +-0.5, or has the wrong sign: the positions are named.
    """
    spreads = np.zeros(len(book.position_ids))
    marks = book.marks
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
        raise InputError(
            f"no spread within +-{MAX_SPREAD:.0%} over its curve gives the price of {named(book, position[lost])};"
            " check `price` (clean, per 100 of face) or `market_yield`, `coupon` and `maturity`"
        )
    spreads[position] = fitted
    return spreads


def check_dates(book: CompiledBook, market: Market) -> None:
    """Refuse a market of another date than the book's. Raises InputError."""
    if book.valuation_date != market.valuation_date:
        raise InputError(
            f"the book is compiled for {book.valuation_date}, the market is of {market.valuation_date};"
            " compile the book for the market's date"
        )


def named(book: CompiledBook, position: I64) -> str:
    """The positions' names, the first few of them."""
    names = ", ".join(repr(book.position_ids[i]) for i in position[:_NAMED])
    more = f" and {position.size - _NAMED:,} more" if position.size > _NAMED else ""
    return f"{'positions' if position.size > 1 else 'position'} {names}{more}"


def _after_settlement(book: CompiledBook, market: Market, position: I64, settlement_day: I64) -> tuple[F64, F64, I64]:
    """Flows after settlement: value at settlement without spread, years after it, and row in `position`."""
    check_dates(book, market)
    flows, row_of = book.flows, np.full(len(book.position_ids), -1)
    row_of[position] = np.arange(position.size)
    row = row_of[flows.position]
    kept = row >= 0
    kept[kept] = flows.day[kept] > settlement_day[row[kept]]
    row = row[kept]
    curve, first_flow = flows.curve[kept], _first_flows(flows, position)
    tau = flows.day[kept] / DAYS_PER_TIME_YEAR
    tau_settlement = settlement_day / DAYS_PER_TIME_YEAR
    at_settlement = zero_rates(flows.curve[first_flow], tau_settlement, market) * tau_settlement
    exponent = at_settlement[row] - zero_rates(curve, tau, market) * tau
    return flows.amount[kept] * np.exp(exponent), tau - tau_settlement[row], row


def _first_flows(flows: Flows, position: I64) -> I64:
    """Index of each position's first flow. Marked positions and bonds always have one."""
    return np.searchsorted(flows.position, position)
