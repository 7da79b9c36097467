"""Interest projected on one curve and discounted on another: its table, its value, and what a simulation sums.

A payment P(s) / P(e) D(e) moves with two curves. With c = P(s) / P(e) and K = D(e) / P(e) at the market's own levels it
is written as c D(e) + K (P(s) - c P(e)): equal to it at these levels, in value and in the slope of every rate, and
equal at all levels while the spread between the curves does not move. Where the basis is simulated, what is left out is
the product of its move with that of a forward rate over one period.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.market.market import Market
from engine.payoffs.column import joined, joined_days
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts
from engine.payoffs.flows import Flows
from engine.payoffs.payoff import Book, Claim, Dated, Moment, PartRows, Payoff, Worth
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FloatLeg:
    """Compounded interest of one position, discounted on another curve than its own. Fields as in `Floats`."""

    curve: str
    projection: str
    currency: str
    start_days: I64  # (n,)
    days: I64  # (n,)
    amounts: F64  # (n,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Floats:
    """Overnight interest compounded on one curve and discounted on another: the yen leg of a cross-currency swap.

    Paid on `day`: amount * P(start_day) / P(day), P the projection curve's discount factors (1 at `start_day` 0).
    """

    position: I64  # (n_floats,) index into CompiledBook.position_ids
    curve: Words  # (n_floats,) "XCCY_JPY": discounts
    projection: Words  # (n_floats,) "TONA"
    currency: Words  # (n_floats,)
    start_day: I64  # (n_floats,) calendar days from the valuation date, >= 0
    day: I64  # (n_floats,) of payment, >= start_day
    amount: F64  # (n_floats,) notional with its interest up to `start_day`, received positive


def floats_of(rows: PartRows[FloatLeg]) -> Floats:
    """Lay floating legs out as one table, in the order of the positions: (n_floats,), units as in `Floats`."""
    sizes = rows.whole(lambda leg: leg.days.size)
    return Floats(
        position=np.repeat(rows.position, sizes),
        curve=np.repeat(rows.words(lambda leg: leg.curve), sizes),
        projection=np.repeat(rows.words(lambda leg: leg.projection), sizes),
        currency=np.repeat(rows.words(lambda leg: leg.currency), sizes),
        start_day=joined_days(leg.start_days for leg in rows.parts),
        day=joined_days(leg.days for leg in rows.parts),
        amount=joined(leg.amounts for leg in rows.parts),
    )


def float_amounts(floats: Floats, market: Market, day: int, before: Market) -> F64:
    """Return the value on `day` of every payment of interest projected on another curve.

    amount * P(start) / P(pay) * D(pay), P on the projection curve. The part of a running period that lies between the
    valuation date and `day` has been fixed at the forward rates of `before`.

    Parameters
    ----------
    market : levels on `day`
    before : levels on the valuation date: what was paid since has grown at their forward rates

    Returns
    -------
    (n_floats,) in each one's currency

    Raises
    ------
    InputError
        The market lacks a curve.
    """
    now = day / DAYS_PER_TIME_YEAR
    start, end = floats.start_day / DAYS_PER_TIME_YEAR, floats.day / DAYS_PER_TIME_YEAR
    fixed_to = np.minimum(end, np.maximum(start, now))
    fixed = discounts(floats.projection, start, before) / discounts(floats.projection, fixed_to, before)
    ahead = np.maximum(fixed_to - now, 0.0), np.maximum(end - now, 0.0)
    projected = discounts(floats.projection, ahead[0], market) / discounts(floats.projection, ahead[1], market)
    values = floats.amount * fixed * projected * discounts(floats.curve, ahead[1], market)
    paid = end < now
    if not paid.any():
        return np.asarray(values)
    grown = discounts(floats.curve, end, before) / discounts(floats.curve, np.full(end.size, now), before)
    return np.asarray(np.where(paid, values * grown, values))


def float_flows(floats: Floats, market: Market, day: int = 0, before: Market | None = None) -> Flows:
    """Return flows that are worth what `floats` are, seen from `day`: three for each, in the order of `floats`.

    Parameters
    ----------
    floats : of a book compiled for the market's date
    market : fixes c and K; its curves run from `day`
    day : calendar days after the valuation date from which the flows are discounted; what has been paid by then is one
        flow on its day
    before : levels on the valuation date, at whose forward rates interest accrues up to `day`; None: those of `market`

    Returns
    -------
    Flows
        Sorted by position, then date. Flows that a later revaluation discounts from `day`: their days still count from
        the valuation date, and none is before the float's own start or `day`, whichever is later, except those paid.
    """
    now = day / DAYS_PER_TIME_YEAR
    start, end = floats.start_day / DAYS_PER_TIME_YEAR, floats.day / DAYS_PER_TIME_YEAR
    known = np.minimum(end, np.maximum(start, now))
    first = market if before is None else before
    accrued = discounts(floats.projection, start, first) / discounts(floats.projection, known, first)
    ahead = np.maximum(known - now, 0.0), np.maximum(end - now, 0.0)
    p_known, p_end = (discounts(floats.projection, time, market) for time in ahead)
    d_end = discounts(floats.curve, ahead[1], market)
    amount, growth, ratio = floats.amount * accrued, p_known / p_end, d_end / p_end
    paid = end <= now
    seen = np.where(paid, floats.day, np.maximum(floats.start_day, day))
    swing = np.where(paid, 0.0, amount * ratio)
    position = np.tile(floats.position, 3)
    days = np.concatenate([floats.day, seen, floats.day])
    order = np.lexsort((days, position))
    return Flows(
        position=position[order],
        curve=np.concatenate([floats.curve, floats.projection, floats.projection])[order],
        currency=np.tile(floats.currency, 3)[order],
        day=days[order],
        amount=np.concatenate([amount * growth, swing, -swing * growth])[order],
    )


def _worth(book: Book, at: Moment) -> Worth:
    floats = book.table(Floats)
    return floats.position, floats.currency, float_amounts(floats, at.market, at.day, at.before)


def _dated(book: Book) -> Iterator[Dated]:
    floats = book.table(Floats)
    yield floats.curve, floats.position, floats.day
    yield floats.projection, floats.position, floats.day


def _claims(book: Book) -> Iterator[Claim]:
    floats = book.table(Floats)
    runs = (floats.start_day >= 0) & (floats.day >= floats.start_day)
    yield bool(runs.all()), "an interest period does not run"


FLOATS = Payoff(
    part=FloatLeg,
    table=Floats,
    tabulate=floats_of,
    stored=plain("floats", Floats),
    value=_worth,
    dated=_dated,
    claims=_claims,
)
