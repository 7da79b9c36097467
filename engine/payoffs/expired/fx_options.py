"""FX options that have expired and are not delivered yet: fixed cash, by their payoff in the base market."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.conventions.currencies import HOME, currency_of
from engine.market.market import Market
from engine.payoffs.exchanges import Exchanges, grown
from engine.payoffs.flows import Flows
from engine.payoffs.fx_options import FxOptions, option_forwards
from engine.payoffs.payoff import Book, Claim, Dated, Moment, PartRows, Payoff, Worth
from engine.payoffs.shelf import Shelf
from engine.payoffs.spot_days import SpotDays
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Bools, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredOptionPart:
    """A call of one position that has expired. Fields as in `ExpiredFxOptions`."""

    foreign: str
    domestic: str
    delivery_day: int
    strike: float
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpiredFxOptions:
    """Calls on one currency, paid in another, that expired by the valuation date and are delivered after it.

    A call struck at 0 is the foreign currency that stands beside calls in a put, or in an NDF that has been fixed.
    """

    position: I64  # (n_expired,) index into CompiledBook.position_ids
    foreign: Words  # (n_expired,) currency that is called
    domestic: Words  # (n_expired,) currency that strikes and payoffs are in
    delivery_day: I64  # (n_expired,) calendar days from the valuation date, >= 1
    strike: F64  # (n_expired,) domestic per foreign, >= 0
    amount: F64  # (n_expired,) foreign, bought positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FxPayoffs:
    """What the base market's exchange rates fix of expired options."""

    payoff: F64  # (n_expired,) domestic, due on the delivery day


def expired_of(rows: PartRows[ExpiredOptionPart]) -> ExpiredFxOptions:
    """Lay expired calls out as one table, in the order of the positions: (n_expired,), in its units."""
    return ExpiredFxOptions(
        position=rows.position,
        foreign=rows.words(lambda part: part.foreign),
        domestic=rows.words(lambda part: part.domestic),
        delivery_day=rows.whole(lambda part: part.delivery_day),
        strike=rows.real(lambda part: part.strike),
        amount=rows.real(lambda part: part.amount),
    )


def expired_fx_flows(book: Book, constants: Shelf) -> Flows:
    """Return what expired options pay in the home currency, as flows on their delivery days: (n_flows,) [home]."""
    return Flows(**_columns(book, constants, book.table(ExpiredFxOptions).domestic == HOME))


def expired_fx_exchanges(book: Book, constants: Shelf) -> Exchanges:
    """Return what expired options pay in foreign currency, as deliveries of it: (n_exchanges,) [domestic]."""
    return Exchanges(**_columns(book, constants, book.table(ExpiredFxOptions).domestic != HOME))


def _columns(book: Book, constants: Shelf, mine: Bools) -> dict[str, Any]:
    expired = book.table(ExpiredFxOptions)
    return {
        "position": expired.position[mine],
        "curve": np.array([currency_of(code).curves.fx for code in expired.domestic[mine].tolist()], np.str_),
        "currency": expired.domestic[mine],
        "day": expired.delivery_day[mine],
        "amount": constants.of(FxPayoffs).payoff[mine],
    }


def _worth(book: Book, at: Moment) -> Worth:
    due = _columns(book, at.constants, np.ones(book.table(ExpiredFxOptions).position.size, np.bool_))
    worth = due["amount"] * grown(due["curve"], due["day"], at.market, at.day, at.before)
    return due["position"], due["currency"], worth * book.table(SpotDays).factors(due["currency"], at.market, at.day)


def _fit(book: Book, market: Market, _: Shelf) -> FxPayoffs:
    expired = book.table(ExpiredFxOptions)
    forwards = option_forwards(_as_options(expired), book.table(SpotDays), market, 0)[0]
    return FxPayoffs(payoff=expired.amount * np.maximum(forwards - expired.strike, 0.0))


def _as_options(expired: ExpiredFxOptions) -> FxOptions:
    return FxOptions(
        position=expired.position,
        foreign=expired.foreign,
        domestic=expired.domestic,
        expiry_day=np.zeros(expired.position.size, np.int64),
        delivery_day=expired.delivery_day,
        strike=expired.strike,
        amount=expired.amount,
        market_vol=np.full(expired.position.size, np.nan),
    )


def _dated(book: Book) -> Iterator[Dated]:
    expired = book.table(ExpiredFxOptions)
    for codes in (expired.domestic, expired.foreign):
        curves = np.array([currency_of(code).curves.fx for code in codes.tolist()], np.str_)
        yield curves, expired.position, expired.delivery_day


def _claims(book: Book) -> Iterator[Claim]:
    expired = book.table(ExpiredFxOptions)
    yield bool((expired.delivery_day >= 1).all()), "an expired option's delivery is not after the valuation date"
    yield bool((expired.strike >= 0.0).all()), "an expired option's strike is negative"


EXPIRED_FX_OPTIONS = Payoff(
    part=ExpiredOptionPart,
    table=ExpiredFxOptions,
    tabulate=expired_of,
    stored=plain("expired_fx_options", ExpiredFxOptions),
    value=_worth,
    fit=_fit,
    dated=_dated,
    claims=_claims,
)
