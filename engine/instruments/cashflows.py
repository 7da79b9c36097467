"""Dated payments that are known in yen, dollars or any other currency: an insurer's or a pension's liabilities.

A row is one payment, received positive and owed negative. Rows of one name are the run-off of one liability, and count
as one position. Each payment counts on the day that it states, holidays or not: projections are monthly or yearly. It
is discounted on the curve that `curve` names, else on that of its currency's government bonds.

Beyond a curve's last node its zero rate is held flat, so that forward rates there are constant and the same. Payments
of a hundred years may be stated; how much of their value hangs on that is warned of.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from engine.conventions.currencies import EVERY, HOME, currency_of, currency_of_curve
from engine.instruments.family import Family, Part, Values
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position
from engine.instruments.rows.rule import KindRule
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts, fx_rates, zero_curve
from engine.payoffs.flows import Flows, Leg
from engine.payoffs.payoff import Book, Caution
from kernels.types import I64

if TYPE_CHECKING:
    from engine.instruments.days import Days

MAX_YEARS = 100  # of a payment, in calendar years after the valuation date: a child's whole-life policy
LEAST_BEYOND = 0.01  # of all payments' value without signs, from which what lies beyond the last node is told of

CASHFLOW = Kind(
    name="CASHFLOW",
    meaning="payment of a liability (negative) or any other known payment; rows of one position_id are its run-off",
    rule=KindRule(
        currencies=EVERY,
        required=("maturity",),
        optional=("curve",),
        adds_up=("book", "kind", "currency", "curve"),
        longest_years=MAX_YEARS,
    ),
    example={"currency": HOME, "notional": "-1200000000", "maturity": "2045-03-31", "curve": "JGB"},
)


def _parts(position: Position, days: "Days") -> list[Part]:
    curve = position.curve or currency_of(position.currency).curves.bond
    day, amount = np.array([_last_day(position, days)]), np.array([position.notional])
    return [Leg(curve=curve, currency=position.currency, days=day, amounts=amount)]


def _last_day(position: Position, days: "Days") -> int:
    assert position.maturity is not None
    return days.day(position.maturity)


def _row_errors(fields: Mapping[str, object], _: date) -> Iterator[tuple[str, str]]:
    curve, currency = fields.get("curve"), fields.get("currency")
    other = currency_of_curve(curve) if isinstance(curve, str) else None
    if other is not None and currency is not None and other != currency:
        own = currency_of(str(currency)).curves
        yield "curve", f"{curve} is a curve of {other}, the payment is in {currency}: {own.bond} or {own.swap}, say"


def _market_cautions(book: Book, position: I64, market: Market, _: Values) -> Iterator[Caution]:
    """Yield the positions that are paid beyond the last node of their curves, with the share of all that they are."""
    flows = book.table(Flows)
    mine = np.isin(flows.position, position)
    curve, tau = flows.curve[mine], flows.day[mine] / DAYS_PER_TIME_YEAR
    worth = np.abs(flows.amount[mine] * discounts(curve, tau, market) * fx_rates(flows.currency[mine], market))
    ends = {name: zero_curve(name, market).times[-1] for name in set(curve.tolist())}
    beyond = tau > np.array([ends[name] for name in curve.tolist()])
    total = float(worth.sum())
    if total > 0.0 and (part := float(worth[beyond].sum()) / total) > LEAST_BEYOND:
        text = (
            f"payments beyond the last node of their curve, {part:.1%} of the value of all payments of CASHFLOW without"
            " signs: they hang on the last zero rate and move with it alone; no ultimate forward rate is applied"
        )
        yield text, np.unique(flows.position[mine][beyond])


CASHFLOWS = Family(
    name="cashflows",
    kinds=(CASHFLOW,),
    parts=_parts,
    last_day=_last_day,
    row_errors=_row_errors,
    market_cautions=_market_cautions,
)
