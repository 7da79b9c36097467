"""What a compiled book is worth in one market, position by position. Needs no QuantLib."""

import numpy as np
import numpy.typing as npt

from engine.book.compiled import CompiledBook, Flows
from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.market import Market

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

DAYS_PER_TIME_YEAR = 365.0  # curves count Actual/365F
MAX_SPREAD = 0.5  # decimal per year, either side
_MAX_STEPS = 100  # of Newton's method; 5 to 8 are usual
_PRICE_TOLERANCE = 1e-13  # relative
_NAMED = 5  # positions a message names before it only counts


def position_values(book: CompiledBook, market: Market, spreads: F64 | None = None) -> F64:
    """Base value of every position: flows discounted on their curves, and units, at the market's USD/JPY.

    Parameters
    ----------
    book : compiled for the market's date
    market : levels
    spreads : (n_positions,) added to the zero rates of a position's flows, decimal; None fits them (`fit_spreads`)

    Returns
    -------
    (n_positions,) [JPY]

    Raises
    ------
    InputError
        Book and market have different dates, the market lacks a curve or a currency, or a price cannot be fitted.
    """
    spreads = fit_spreads(book, market) if spreads is None else spreads
    values = _per_position(book, book.flows.position, flow_values(book, market, spreads))
    units = book.units
    return values + _per_position(book, units.position, units.quantity * fx_rates(units.currency, market))


def flow_values(book: CompiledBook, market: Market, spreads: F64) -> F64:
    """Present value of every flow: amount * exp(-(zero(tau) + spread) tau) * fx, tau = day / 365.

    Shapes and errors as in `position_values`; returns (n_flows,) [JPY].
    """
    _check_dates(book, market)
    flows = book.flows
    tau = flows.day / DAYS_PER_TIME_YEAR
    rates = _zero_rates(flows.curve, tau, market) + spreads[flows.position]
    return flows.amount * np.exp(-rates * tau) * fx_rates(flows.currency, market)


def dv01(book: CompiledBook, market: Market, spreads: F64) -> dict[str, F64]:
    """Value lost for +1 bp on all zero rates of one curve, by exact revaluation; positive when long.

    Returns
    -------
    {curve: (n_positions,)} [JPY], for every curve of the market
    """
    flows = book.flows
    lost = -flow_values(book, market, spreads) * np.expm1(-1e-4 * flows.day / DAYS_PER_TIME_YEAR)
    return {
        name: _per_position(book, flows.position, np.where(flows.curve == name, lost, 0.0)) for name in market.curves
    }


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
    return _sums(row, values, position.size)


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
        total = _sums(row, values, position.size)
        if not (total > 0.0).all() or (np.abs(total - 1.0) <= _PRICE_TOLERANCE).all():
            break
        slope = _sums(row, values * tau, position.size) / total
        fitted = np.clip(fitted + np.log(total) / slope, -2.0 * MAX_SPREAD, 2.0 * MAX_SPREAD)
    total = _sums(row, ratio * np.exp(-fitted[row] * tau), position.size)
    lost = ~(np.abs(total - 1.0) <= _PRICE_TOLERANCE) | (np.abs(fitted) > MAX_SPREAD)
    if lost.any():
        raise InputError(
            f"no spread within +-{MAX_SPREAD:.0%} over its curve gives the price of {_named(book, position[lost])};"
            " check `price` (clean, per 100 of face), `coupon` and `maturity`"
        )
    spreads[position] = fitted
    return spreads


def book_warnings(book: CompiledBook, market: Market) -> tuple[str, ...]:
    """What was accepted with a word of caution: in reading the book, and payments beyond the last node of a curve."""
    said = list(book.warnings)
    for name in np.unique(book.flows.curve):
        end = _curve(str(name), market).times[-1]
        beyond = (book.flows.curve == name) & (book.flows.day / DAYS_PER_TIME_YEAR > end)
        if beyond.any():
            who = _named(book, np.unique(book.flows.position[beyond]))
            where = f"beyond the last node of curve {str(name)!r} ({end:g} years): the zero rate is held flat there"
            said.append(f"payments of {who} fall {where}")
    return tuple(said)


def fx_rates(currency: npt.NDArray[np.str_], market: Market) -> F64:
    """Yen for one unit of each currency; any shape."""
    known = {"JPY": 1.0, "USD": market.usdjpy}
    names, where = np.unique(currency, return_inverse=True)
    for name in names:
        if str(name) not in known:
            raise InputError(f"the market has no rate for currency {str(name)!r}; it has {', '.join(known)}")
    return np.array([known[str(name)] for name in names])[where]


def _after_settlement(book: CompiledBook, market: Market, position: I64, settlement_day: I64) -> tuple[F64, F64, I64]:
    """Flows after settlement: value at settlement without spread, years after it, and row in `position`."""
    _check_dates(book, market)
    flows, row_of = book.flows, np.full(len(book.position_ids), -1)
    row_of[position] = np.arange(position.size)
    row = row_of[flows.position]
    kept = row >= 0
    kept[kept] = flows.day[kept] > settlement_day[row[kept]]
    row = row[kept]
    curve, first_flow = flows.curve[kept], _first_flows(flows, position)
    tau = flows.day[kept] / DAYS_PER_TIME_YEAR
    tau_settlement = settlement_day / DAYS_PER_TIME_YEAR
    at_settlement = _zero_rates(flows.curve[first_flow], tau_settlement, market) * tau_settlement
    exponent = at_settlement[row] - _zero_rates(curve, tau, market) * tau
    return flows.amount[kept] * np.exp(exponent), tau - tau_settlement[row], row


def _first_flows(flows: Flows, position: I64) -> I64:
    """Index of each position's first flow. Marked positions and bonds always have one."""
    return np.searchsorted(flows.position, position)


def _zero_rates(curve: npt.NDArray[np.str_], tau: F64, market: Market) -> F64:
    rates = np.zeros(tau.shape)
    for name in np.unique(curve):
        on_it = curve == name
        rates[on_it] = _curve(str(name), market).zero_rate(tau[on_it])
    return rates


def _curve(name: str, market: Market) -> ZeroCurve:
    if name not in market.curves:
        raise InputError(f"the market has no curve {name!r}, which the book needs; it has {', '.join(market.curves)}")
    return market.curves[name]


def _check_dates(book: CompiledBook, market: Market) -> None:
    if book.valuation_date != market.valuation_date:
        raise InputError(
            f"the book is compiled for {book.valuation_date}, the market is of {market.valuation_date};"
            " compile the book for the market's date"
        )


def _per_position(book: CompiledBook, position: I64, values: F64) -> F64:
    return _sums(position, values, len(book.position_ids))


def _sums(group: I64, values: F64, n_groups: int) -> F64:
    """Sum of the values of each group, in their order: (n_groups,)."""
    return np.asarray(np.bincount(group, values, minlength=n_groups), dtype=np.float64)


def _named(book: CompiledBook, position: I64) -> str:
    names = ", ".join(repr(book.position_ids[i]) for i in position[:_NAMED])
    more = f" and {position.size - _NAMED:,} more" if position.size > _NAMED else ""
    return f"{'positions' if position.size > 1 else 'position'} {names}{more}"
