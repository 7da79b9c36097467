"""A book at the horizon: what was paid is cash, what is left is flows that depend on two pillars each."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.book.compiled import CompiledBook
from engine.book.value import DAYS_PER_TIME_YEAR
from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.factors import Factor
from engine.market.market import Market

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AgedFlows:
    """Flows after the horizon, those of one book, currency, curve and day in one, sorted by segment.

    A segment is (book, currency, curve, interval between two pillars of the curve).
    """

    horizon: float  # years from the valuation date
    curve: npt.NDArray[np.str_]  # (n_flows,)
    time: F64  # (n_flows,) years from the horizon
    amount: F64  # (n_flows,) in the flow's currency, discounted for the position's spread
    exponents: F64  # (n_flows, 2) -time * weight of the pillars below and above
    flow_range: I64  # (n_segments, 2) first and last + 1
    segment_factors: I64  # (n_segments, 2)
    segment_range: I64  # (n_books, n_currencies, 2) first and last + 1
    still: "StillFlows"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StillFlows:
    """What no factor moves: flows paid by the horizon, flows of curves without a factor, and currency held."""

    book: I64  # (n,)
    currency: I64  # (n,)
    curve: npt.NDArray[np.str_]  # (n,) "" for currency held
    paid: F64  # (n,) years from the valuation date at which it is paid; 0 for currency held
    amount: F64  # (n,) discounted for the spread over the time left at the horizon


def horizon_day(book: CompiledBook, horizon_days: int) -> int:
    """Calendar days from the valuation date to the horizon."""
    if horizon_days > book.business_days.size:
        raise InputError(
            f"the book is compiled for horizons of up to {book.business_days.size} business days, got {horizon_days}"
        )
    return int(book.business_days[horizon_days - 1])


def age(book: CompiledBook, spreads: F64, factors: tuple[Factor, ...], currencies: list[str], day: int) -> AgedFlows:
    """Sort a book's flows for a horizon of `day` calendar days (0: revalued at once).

    spreads (n_positions,), decimal; currencies as the kernels number them.
    """
    names = list(dict.fromkeys(book.books))
    book_of = np.array([names.index(name) for name in book.books], np.int64)
    flows = book.flows
    time = np.maximum(flows.day - day, 0) / DAYS_PER_TIME_YEAR
    amount = flows.amount * np.exp(-spreads[flows.position] * time)
    currency = _codes(flows.currency, currencies)
    pillars = {curve: _pillars(factors, curve) for curve in np.unique(flows.curve).tolist()}
    moved = (flows.day > day) & np.isin(flows.curve, [curve for curve, found in pillars.items() if found])
    still = StillFlows(
        book=np.concatenate([book_of[flows.position[~moved]], book_of[book.units.position]]),
        currency=np.concatenate([currency[~moved], _codes(book.units.currency, currencies)]),
        curve=np.concatenate([flows.curve[~moved], np.full(book.units.position.size, "", flows.curve.dtype)]),
        paid=np.concatenate([flows.day[~moved] / DAYS_PER_TIME_YEAR, np.zeros(book.units.position.size)]),
        amount=np.concatenate([amount[~moved], book.units.quantity]),
    )
    curve_names = [curve for curve, found in pillars.items() if found]
    curve = _codes(flows.curve[moved], curve_names)
    keys = np.column_stack([book_of[flows.position[moved]], currency[moved], curve, flows.day[moved]])
    merged, place = np.unique(keys, axis=0, return_inverse=True)
    summed = np.bincount(place.ravel(), weights=amount[moved], minlength=merged.shape[0]).astype(np.float64)
    return _segments(
        merged, summed, [(name, pillars[name]) for name in curve_names], day, len(names), len(currencies), still
    )


def _segments(
    keys: I64,
    amount: F64,
    curves: list[tuple[str, list[tuple[float, int]]]],
    day: int,
    n_books: int,
    n_currencies: int,
    still: StillFlows,
) -> AgedFlows:
    """Cut merged flows, keys (n_flows, [book, currency, curve, day]) ascending, where pillars lie."""
    time = (keys[:, 3] - day) / DAYS_PER_TIME_YEAR
    interval, weight = np.zeros(time.size, np.int64), np.zeros(time.size)
    factors = np.zeros((time.size, 2), np.int64)
    for code, (_, pillars) in enumerate(curves):
        mine = keys[:, 2] == code
        years, numbers = np.array([p for p, _ in pillars]), np.array([f for _, f in pillars])
        below = np.clip(np.searchsorted(years, time[mine], side="right") - 1, 0, max(years.size - 2, 0))
        above = np.minimum(below + 1, years.size - 1)
        width = np.where(above > below, years[above] - years[below], 1.0)
        interval[mine] = below
        weight[mine] = np.where(above > below, np.clip((time[mine] - years[below]) / width, 0.0, 1.0), 0.0)
        factors[mine] = np.column_stack([numbers[below], numbers[above]])
    segment_keys, first = np.unique(np.column_stack([keys[:, :3], interval]), axis=0, return_index=True)
    ends = np.append(first, time.size)[1:]
    cells = segment_keys[:, 0] * n_currencies + segment_keys[:, 1]
    places = np.arange(n_books * n_currencies)
    bounds = np.column_stack([np.searchsorted(cells, places), np.searchsorted(cells, places, side="right")])
    names = np.array([name for name, _ in curves] or [""])
    return AgedFlows(
        horizon=day / DAYS_PER_TIME_YEAR,
        curve=names[keys[:, 2]] if time.size else np.empty(0, np.str_),
        time=time,
        amount=amount,
        exponents=np.column_stack([-time * (1.0 - weight), -time * weight]),
        flow_range=np.column_stack([first, ends]).astype(np.int64),
        segment_factors=factors[first],
        segment_range=bounds.reshape(n_books, n_currencies, 2).astype(np.int64),
        still=still,
    )


def values_at_horizon(aged: AgedFlows, market: Market) -> F64:
    """Value at the horizon of each flow, with no deviation: (n_flows,) in the flow's currency."""
    return aged.amount * _discounts(market, aged.curve, aged.time)


def cash_at_horizon(aged: AgedFlows, market: Market, n_books: int, n_currencies: int) -> F64:
    """What no factor moves: (n_books, n_currencies) in each currency.

    A flow paid before the horizon has earned the market's forward rate since; one still to come on a curve without a
    factor is discounted on it, unmoved.
    """
    still = aged.still
    left = np.maximum(still.paid - aged.horizon, 0.0)
    paid = still.paid <= aged.horizon
    growth = _discounts(market, still.curve, np.where(paid, still.paid, left))
    growth[paid] /= _discounts(market, still.curve, np.full(still.paid.size, aged.horizon))[paid]
    growth[still.curve == ""] = 1.0
    cells = still.book * n_currencies + still.currency
    sums = np.bincount(cells, weights=still.amount * growth, minlength=n_books * n_currencies)
    return sums.astype(np.float64).reshape(n_books, n_currencies)


def _discounts(market: Market, curve: npt.NDArray[np.str_], time: F64) -> F64:
    discounts = np.ones(time.size)
    for name in np.unique(curve).tolist():
        if name:
            mine = curve == name
            discounts[mine] = _curve(market, name).discount(time[mine])
    return discounts


def _curve(market: Market, name: str) -> ZeroCurve:
    if name not in market.curves:
        raise InputError(f"the market has no curve {name!r}, needed by the book; it has {', '.join(market.curves)}")
    return market.curves[name]


def _pillars(factors: tuple[Factor, ...], curve: str) -> list[tuple[float, int]]:
    """(years, factor number) of a curve's pillars, ascending."""
    return sorted((f.pillar, i) for i, f in enumerate(factors) if f.curve == curve and f.pillar is not None)


def _codes(values: npt.NDArray[np.str_], names: list[str]) -> I64:
    order = {name: i for i, name in enumerate(names)}
    return np.array([order[value] for value in values.tolist()], np.int64)
