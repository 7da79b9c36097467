"""Coupons set by the ten-year par yield of a day, and paid half a year after it: those of JGB 15-year floaters.

On its reset day s a coupon is set at y = (P(s) - P(s + 10)) / B, B half the sum of P at the twenty half-years after s,
plus a margin, and at 0 at least. Ahead of s the forward yield stands for it, with an adjustment for convexity by Hull,
"Options, Futures, and Other Derivatives", chapter on convexity: -1/2 vol^2 s G''(y) / G'(y), G the price of a par bond.
It is worked out once, in the base market, and only where a vol is stated.

What a position holds are flows that are linear in discount factors, by constants of the base market: with y0, B0 and
K = D(pay) / B0 there, y D(pay) is y0 D(pay) + K (P(s) - P(s + 10) - y0 B), equal to it in value and in the slope of
every rate. This is the static hedge of a coupon: what it leaves out, (y - y0) (D(pay) - K B), is of second order,
and a gain to who receives the coupon. `cmt_values` has the coupon itself, to measure it by. A coupon that resets inside
a horizon moves to the horizon's yield.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.market.market import Market
from engine.payoffs.column import joined, joined_days
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts
from engine.payoffs.flows import Flows, flow_amounts
from engine.payoffs.payoff import Book, Claim, Dated, Moment, PartRows, Payoff, Worth
from engine.payoffs.shelf import Shelf
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Words

YEARS = 10
PER_YEAR = 2
_TERMS = np.rint(np.arange(1, YEARS * PER_YEAR + 1) * 365.25 / PER_YEAR).astype(np.int64)  # days after a reset


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CmtLeg:
    """Coupons of one position that are not set yet. Fields as in `CmtCoupons`."""

    curve: str
    currency: str
    margin: float
    market_vol: float
    start_days: I64  # (n,)
    days: I64  # (n,)
    amounts: F64  # (n,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CmtCoupons:
    """Coupons that are not set yet, sorted by position, then date."""

    position: I64  # (n_coupons,) index into CompiledBook.position_ids
    curve: Words  # (n_coupons,) discounts, and has the par yields
    currency: Words  # (n_coupons,)
    start_day: I64  # (n_coupons,) calendar days from the valuation date to the reset, >= 1
    day: I64  # (n_coupons,) of payment
    amount: F64  # (n_coupons,) paid for a yield of 1: notional times half a year, received positive
    margin: F64  # (n_coupons,) added to the yield, decimal per year
    market_vol: F64  # (n_coupons,) of the yield, normal, decimal per sqrt(year); NaN: no adjustment


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CmtAmounts:
    """What the base market makes of coupons."""

    adjustment: F64  # (n_coupons,) by how much convexity raises forward yields, decimal per year
    amount: F64  # (n_coupons * 22,) of the flows that stand for them, received positive


def cmt_coupons_of(rows: PartRows[CmtLeg]) -> CmtCoupons:
    """Lay coupons out as one table, in the order of the positions: (n_coupons,), units as in `CmtCoupons`."""
    sizes = rows.whole(lambda leg: leg.days.size)
    return CmtCoupons(
        position=np.repeat(rows.position, sizes),
        curve=np.repeat(rows.words(lambda leg: leg.curve), sizes),
        currency=np.repeat(rows.words(lambda leg: leg.currency), sizes),
        start_day=joined_days(leg.start_days for leg in rows.parts),
        day=joined_days(leg.days for leg in rows.parts),
        amount=joined(leg.amounts for leg in rows.parts),
        margin=np.repeat(rows.real(lambda leg: leg.margin), sizes),
        market_vol=np.repeat(rows.real(lambda leg: leg.market_vol), sizes),
    )


def forward_yields(coupons: CmtCoupons, market: Market) -> tuple[F64, F64]:
    """Return each coupon's forward ten-year par yield, and what half a year's 1s are worth.

    Returns
    -------
    (n_coupons,) decimal per year, half-yearly; and (n_coupons,) B of the module's text, years
    """
    at = _terms(coupons)  # (n_coupons, 1 + 20)
    times = at.ravel() / DAYS_PER_TIME_YEAR
    p = discounts(np.repeat(coupons.curve, at.shape[1]), times, market).reshape(at.shape)
    annuity = p[:, 1:].sum(axis=1) / PER_YEAR
    return (p[:, 0] - p[:, -1]) / annuity, annuity


def convexity(yields: F64, vols: F64, years: F64) -> F64:
    """Return by how much the expected yield is above the forward one: (n,) decimal per year.

    Parameters
    ----------
    yields : (n,) forward par yields, half-yearly, decimal
    vols : (n,) normal, decimal per sqrt(year); NaN: no adjustment
    years : (n,) to the reset
    """
    k = np.arange(1, YEARS * PER_YEAR + 1)
    paid = np.broadcast_to(yields[:, None] / PER_YEAR, (yields.size, k.size)).copy()
    paid[:, -1] += 1.0
    growth = 1.0 + yields[:, None] / PER_YEAR
    slope = (-k / PER_YEAR * paid * growth ** (-k - 1.0)).sum(axis=1)
    bend = (k * (k + 1.0) / PER_YEAR**2 * paid * growth ** (-k - 2.0)).sum(axis=1)
    return np.where(np.isnan(vols), 0.0, -0.5 * vols**2 * years * bend / slope)


def cmt_values(coupons: CmtCoupons, market: Market, adjustment: F64) -> F64:
    """Return the value of every coupon itself: amount * max(yield + adjustment + margin, 0) * D(pay).

    Parameters
    ----------
    adjustment : (n_coupons,) decimal per year

    Returns
    -------
    (n_coupons,) in each one's currency
    """
    rate = forward_yields(coupons, market)[0] + adjustment + coupons.margin
    paid = discounts(coupons.curve, coupons.day / DAYS_PER_TIME_YEAR, market)
    return np.asarray(coupons.amount * np.maximum(rate, 0.0) * paid)


def cmt_amounts(coupons: CmtCoupons, market: Market) -> CmtAmounts:
    """Return the flows that are worth what coupons are in a market, and move with each rate as they do."""
    yields, annuity = forward_yields(coupons, market)
    adjustment = convexity(yields, coupons.market_vol, coupons.start_day / DAYS_PER_TIME_YEAR)
    rate = yields + adjustment + coupons.margin
    swing = coupons.amount * discounts(coupons.curve, coupons.day / DAYS_PER_TIME_YEAR, market) / annuity
    swing = np.where(rate <= 0.0, 0.0, swing)  # a coupon at its floor does not move with the yield
    terms = -np.repeat((swing * yields / PER_YEAR)[:, None], _TERMS.size, axis=1)
    terms[:, -1] -= swing
    amount = np.column_stack([coupons.amount * np.maximum(rate, 0.0), swing, terms])
    return CmtAmounts(adjustment=adjustment, amount=amount.ravel())


def cmt_flows(book: Book, constants: Shelf) -> Flows:
    """Return the flows that stand for coupons, 22 of each, in the order of `CmtCoupons`."""
    coupons = book.table(CmtCoupons)
    days = np.column_stack([coupons.day, _terms(coupons)])
    n = days.shape[1]
    return Flows(
        position=np.repeat(coupons.position, n),
        curve=np.repeat(coupons.curve, n),
        currency=np.repeat(coupons.currency, n),
        day=days.ravel(),
        amount=constants.of(CmtAmounts).amount,
    )


def _terms(coupons: CmtCoupons) -> I64:
    """Return the reset day of each coupon and the half-years after it: (n_coupons, 21) days."""
    return np.asarray(coupons.start_day[:, None] + np.concatenate([[0], _TERMS]), dtype=np.int64)


def _worth(book: Book, at: Moment) -> Worth:
    flows, unspread = cmt_flows(book, at.constants), np.zeros(len(book.position_ids))
    return flows.position, flows.currency, flow_amounts(flows, at.market, unspread, at.day, at.before)


def _fit(book: Book, market: Market, _: Shelf) -> CmtAmounts:
    return cmt_amounts(book.table(CmtCoupons), market)


def _dated(book: Book) -> Iterator[Dated]:
    coupons = book.table(CmtCoupons)
    yield coupons.curve, coupons.position, coupons.start_day + _TERMS[-1]


def _claims(book: Book) -> Iterator[Claim]:
    coupons = book.table(CmtCoupons)
    runs = (coupons.start_day >= 1) & (coupons.day > coupons.start_day)
    yield bool(runs.all()), "a coupon is not set after the valuation date and before it is paid"


CMT_COUPONS = Payoff(
    part=CmtLeg,
    table=CmtCoupons,
    tabulate=cmt_coupons_of,
    stored=plain("cmt_coupons", CmtCoupons),
    value=_worth,
    fit=_fit,
    dated=_dated,
    claims=_claims,
    quotes=("market_vol",),
)
