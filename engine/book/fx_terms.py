"""What a desk compares of FX positions: dates, forward, points, vols and deltas. For `unwind book check` and `show`."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
from scipy.special import ndtr

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits
from engine.conventions.currencies import HOME, currency_of
from engine.instruments.fx import FX
from engine.instruments.fx_options import FX_OPTIONS
from engine.instruments.pairs import Pair, quoted_pair
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, sums, zero_curve
from engine.payoffs.expired.fx_options import ExpiredFxOptions
from engine.payoffs.fx_options import option_forwards, option_vols
from engine.payoffs.spot_days import SpotDays
from kernels.types import F64, I64


@dataclass(frozen=True, slots=True, kw_only=True)
class FxTerms:
    """One delivery of an FX position. Rates are units of the pair's second currency for one of its first."""

    position_id: str
    pair: str  # "USD/JPY"
    spot_date: date
    spot: float  # for the spot date
    expiry: date | None  # of an option; of an NDF the day on which it is fixed
    delivery: date
    forward: float  # for the delivery
    points: float  # forward less spot
    vols: tuple[tuple[float, float], ...]  # of each strike, ascending: strike, lognormal vol, decimal per sqrt(year)
    delta: float  # spot to sell as a hedge, an amount of the first currency; premium in the second
    premium_adjusted_delta: float | None  # the same if the premium is paid in the first currency; None: no option

    @property
    def currency(self) -> str:
        """Return the currency that deltas are amounts of."""
        return self.pair[:3]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Deliveries:
    """Every delivery of FX positions, by position and day; and the rows of the book that make it."""

    position: I64  # (n,)
    day: I64  # (n,)
    of_option: I64  # (n_options,) number of the delivery; -1: of another family
    of_exchange: I64  # (n_exchanges,) likewise


def fx_terms(book: CompiledBook, market: Market, fits: Fits, values: F64) -> tuple[FxTerms, ...]:
    """Return the terms of every delivery still to come and not fixed, in the order of the positions.

    Spot delta is the amount of the first currency to sell at spot: P(T) / P(spot) N(d1) of a call, P the discount
    factors of that currency, with the vol of the option's own strike. The premium-adjusted one takes the premium off,
    at spot: Reiswich & Wystup (2010), "A guide to FX options quoting conventions", J. Derivatives 18(2).

    Parameters
    ----------
    values : (n_positions,) [JPY] in the market

    Raises
    ------
    InputError
        The market lacks a curve or vols.
    """
    deliveries, options, exchanges = _deliveries(book), book.options, book.exchanges
    spots, n = book.table(SpotDays), deliveries.position.size
    forwards, _ = option_forwards(options, spots, market, 0)
    vols = fits.vol_ratio * option_vols(options, market, forwards, 0)
    mine, dealt = deliveries.of_option >= 0, deliveries.of_exchange >= 0
    called = sums(deliveries.of_option[mine], (options.amount * _exercised(book, forwards, vols))[mine], n)
    pairs = _pairs(book, deliveries)
    foreign = np.array([pair.foreign for pair in pairs])
    held = exchanges.currency[dealt] == foreign[deliveries.of_exchange[dealt]]
    called = called + sums(deliveries.of_exchange[dealt], np.where(held, exchanges.amount[dealt], 0.0), n)
    rows, quote = _rows_of(deliveries.of_option, n), _quotes(spots, market)
    return tuple(
        _terms(
            book,
            quote(pairs[k], int(deliveries.day[k])),
            position=int(deliveries.position[k]),
            rows=rows[k],
            vols=vols,
            called=float(called[k]),
            value=float(values[deliveries.position[k]]),
        )
        for k in range(n)
    )


def as_json(terms: FxTerms) -> dict[str, Any]:
    """Return one delivery as JSON's types."""
    found = asdict(terms) | {"currency": terms.currency}
    found["vols"] = [{"strike": strike, "vol": vol} for strike, vol in terms.vols]
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in found.items()}


def _deliveries(book: CompiledBook) -> _Deliveries:
    kinds = np.array([kind.name for family in (FX, FX_OPTIONS) for kind in family.kinds])
    is_fx = np.isin(np.array(book.kinds), kinds)
    options, exchanges = book.options, book.exchanges
    position = np.concatenate([options.position, exchanges.position])
    day = np.concatenate([options.delivery_day, exchanges.day])
    mine = is_fx[position] if position.size else np.zeros(0, np.bool_)
    mine &= ~np.isin(position, book.table(ExpiredFxOptions).position)  # of what is fixed only its cash is left
    keys, number = np.unique(np.column_stack([position, day])[mine], axis=0, return_inverse=True)
    place = np.full(position.size, -1)
    place[mine] = number.ravel()
    n = options.position.size
    return _Deliveries(position=keys[:, 0], day=keys[:, 1], of_option=place[:n], of_exchange=place[n:])


def _pairs(book: CompiledBook, deliveries: _Deliveries) -> list[Pair]:
    """Return the pair of each delivery: as its options name it, or as the market quotes its currencies."""
    options, exchanges = book.options, book.exchanges
    codes: list[set[str]] = [set() for _ in deliveries.day]
    for number, code in zip(deliveries.of_exchange.tolist(), exchanges.currency.tolist(), strict=True):
        if number >= 0:
            codes[number].add(code)
    found = [quoted_pair(*(each if len(each) == 2 else {*each, HOME})) if each else None for each in codes]
    for number, foreign, domestic in zip(
        deliveries.of_option.tolist(), options.foreign.tolist(), options.domestic.tolist(), strict=True
    ):
        if number >= 0:
            found[number] = Pair(foreign=foreign, domestic=domestic)
    return [pair for pair in found if pair is not None]


def _exercised(book: CompiledBook, forwards: F64, vols: F64) -> F64:
    """Return N(d1) of every option: (n_options,)."""
    options = book.options
    std = vols * np.sqrt(options.expiry_day / DAYS_PER_TIME_YEAR)
    spread = np.where(std > 0.0, std, 1.0)
    d1 = np.log(forwards / options.strike) / spread + 0.5 * spread
    return np.asarray(np.where(std > 0.0, ndtr(d1), forwards > options.strike), np.float64)


def _rows_of(number: I64, n: int) -> list[list[int]]:
    rows: list[list[int]] = [[] for _ in range(n)]
    for row, k in enumerate(number.tolist()):
        if k >= 0:
            rows[k].append(row)
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quote:
    """What a pair is dealt at for one delivery."""

    pair: Pair
    spot_day: int
    spot: float
    day: int
    forward: float
    carried: float  # P(T) / P(spot) of the first currency
    paid: float  # yen of today for one unit of the second currency on the spot date


def _quotes(spots: SpotDays, market: Market) -> Callable[[Pair, int], _Quote]:
    """Return what quotes a pair for a day of delivery, each once: positions share dates."""

    @cache
    def worth(code: str, day: int) -> float:
        """Return yen of today for one unit of a currency on a day."""
        discount = zero_curve(currency_of(code).curves.fx, market).discount(day / DAYS_PER_TIME_YEAR)
        return float(market.rate(code) * spots.factor(code, market, 0) * discount)

    @cache
    def quote(pair: Pair, day: int) -> _Quote:
        """Return the quote of a pair; on its spot date the forward is the spot rate."""
        first, second = pair.codes
        spot_day = spots.of(first + second, 0)
        return _Quote(
            pair=pair,
            spot_day=spot_day,
            spot=worth(first, spot_day) / worth(second, spot_day),
            day=day,
            forward=worth(first, day) / worth(second, day),
            carried=worth(first, day) / worth(first, spot_day),
            paid=worth(second, spot_day),
        )

    return quote


def _terms(
    book: CompiledBook, quote: _Quote, *, position: int, rows: list[int], vols: F64, called: float, value: float
) -> FxTerms:
    """Return one delivery's terms.

    `called` is the amount of the first currency due on the day, options by N(d1); `value` the position's [JPY].
    """
    options, start = book.options, book.valuation_date
    struck = [row for row in rows if options.amount[row]]
    delta = called * quote.carried
    return FxTerms(
        position_id=book.position_ids[position],
        pair=quote.pair.label,
        spot_date=start + timedelta(quote.spot_day),
        spot=quote.spot,
        expiry=start + timedelta(int(options.expiry_day[rows[0]])) if rows else None,
        delivery=start + timedelta(quote.day),
        forward=quote.forward,
        points=quote.forward - quote.spot,
        vols=tuple(sorted((float(options.strike[row]), float(vols[row])) for row in struck)),
        delta=delta,
        premium_adjusted_delta=delta - value / quote.paid / quote.spot if struck else None,
    )
