"""Government bonds, bills and strips: payments, and the terms that their market quotes need.

| kind | payments | moved for holidays | interest |
|---|---|---|---|
| JGB | coupons of exactly half the annual rate; face | following, Tokyo | accrues days/365 with 29 Feb |
| UST | the same, the first pro rata from `issue_date` | following, New York | accrues Act/Act (ICMA) |
| BUND | yearly coupons, the first pro rata from `issue_date`; face | following, TARGET | accrues Act/Act (ICMA) |
| bills | face at maturity | following, by currency | none |
| strips | face at maturity | as their bonds | none |

Frequency, accrual, the first coupon and settlement, one or two business days after the valuation date in their own
centre, are the currency's conventions. A bond that is not issued yet settles on its issue date, or the business day
after it. Nothing is ex-coupon: who holds the bond at the close before a coupon day gets the coupon, so a purchase that
settles on that day does not. A payment due on the valuation date counts as made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from engine.conventions.currencies import currency_of, currency_of_curve
from engine.conventions.currency import Accrual, BondConvention, FirstCoupon
from engine.errors import InputError
from engine.instruments.family import Family, Part
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position, number
from engine.instruments.rows.rule import KindRule
from engine.payoffs.flows import Leg
from engine.payoffs.quotations import BOND_EQUIVALENT, HALF_YEARLY, SIMPLE, SIMPLE_BILL, STREET, YEARLY
from engine.payoffs.quoted import BondTerms
from kernels.types import F64, I64

if TYPE_CHECKING:
    from engine.instruments.days import Days

PRICE_RANGE = (5.0, 300.0)  # clean, per 100 of face


def _rule(curve: str, *required: str) -> KindRule:
    """Return the rule of the bonds that a curve discounts: they are in its currency."""
    currency = currency_of_curve(curve)
    if currency is None:
        raise InputError(f"no currency of engine/conventions/currencies.toml has a curve {curve!r}")
    return KindRule(
        currencies=(currency,),
        required=(*required, "maturity"),
        optional=("issue_date",),
        at_most_one=("price", "market_yield"),
        ranges={"price": PRICE_RANGE},
    )


JGB = Kind(
    name="JGB",
    meaning="Japanese government bond; `price` or simple `market_yield`",
    rule=_rule("JGB", "coupon"),
    example={"notional": "5000000000", "coupon": "0.014", "maturity": "2035-03-20", "price": "99.15"},
    quotation=SIMPLE,
)
JGB_BILL = Kind(
    name="JGB_BILL",
    meaning="Japanese Treasury bill; simple `market_yield`",
    rule=_rule("JGB"),
    example={"notional": "3000000000", "maturity": "2025-08-25", "market_yield": "0.0042"},
    quotation=SIMPLE_BILL,
)
JGB_STRIP = Kind(
    name="JGB_STRIP",
    meaning="principal or coupon strip of a JGB; `market_yield` compounded half-yearly",
    rule=_rule("JGB"),
    example={"notional": "1000000000", "maturity": "2040-03-20"},
    quotation=HALF_YEARLY,
)
UST = Kind(
    name="UST",
    meaning="US Treasury note or bond; street `market_yield`",
    rule=_rule("UST", "coupon"),
    example={"notional": "100000000", "coupon": "0.0425", "issue_date": "2025-05-15", "maturity": "2035-05-15"},
    quotation=STREET,
)
UST_BILL = Kind(
    name="UST_BILL",
    meaning="US Treasury bill; bond-equivalent `market_yield`",
    rule=_rule("UST"),
    example={"notional": "50000000", "maturity": "2025-08-28", "market_yield": "0.0436"},
    quotation=BOND_EQUIVALENT,
)
UST_STRIP = Kind(
    name="UST_STRIP",
    meaning="principal or coupon strip of a Treasury; street `market_yield`",
    rule=_rule("UST"),
    example={"notional": "20000000", "maturity": "2045-05-15"},
    quotation=STREET,
)
BUND = Kind(
    name="BUND",
    meaning="German federal bond; `market_yield` compounded yearly (ICMA)",
    rule=_rule("BUND", "coupon"),
    example={"notional": "80000000", "coupon": "0.025", "maturity": "2035-02-15", "price": "99.62"},
    quotation=YEARLY,
)
_BILLS = (JGB_BILL, UST_BILL)
_STRIPS = (JGB_STRIP, UST_STRIP)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Schedule:
    """What all bonds with the same kind, issue date and maturity share."""

    days: I64  # (n,) payment days after the valuation date
    coupons: F64  # (n,) as parts of a full coupon; 0 for a bill
    settlement_day: int
    maturity_day: int
    accrued_years: float  # annual coupon rate x this = interest accrued at settlement
    period_fraction: float
    coupons_left: int
    first_coupon: float

    @property
    def is_over(self) -> bool:
        """Return whether the bond pays nothing after settlement."""
        return self.settlement_day >= self.maturity_day


def _parts(position: Position, days: "Days") -> list[Part]:
    schedule = schedule_of(position, days)
    terms: list[Part] = [] if schedule.is_over else [_terms(position, schedule)]
    if not schedule.days.size:
        return terms
    per_year = currency_of(position.currency).bonds.coupons_per_year
    amounts = position.notional * (position.coupon or 0.0) / per_year * schedule.coupons
    amounts[-1] += position.notional
    kept = slice(-1, None) if position.kind in _STRIPS else slice(None)
    curve, currency = currency_of(position.currency).curves.bond, position.currency
    return [Leg(curve=curve, currency=currency, days=schedule.days[kept], amounts=amounts[kept]), *terms]


def _terms(position: Position, schedule: Schedule) -> BondTerms:
    assert position.kind.quotation is not None
    return BondTerms(
        face=position.notional,
        coupon=position.coupon or 0.0,
        settlement_day=schedule.settlement_day,
        maturity_day=schedule.maturity_day,
        accrued=100.0 * (position.coupon or 0.0) * schedule.accrued_years,
        period_fraction=schedule.period_fraction,
        coupons_left=schedule.coupons_left,
        first_coupon=schedule.first_coupon,
        market_price=number(position.price),
        market_yield=number(position.market_yield),
        quotation=position.kind.quotation,
    )


def _last_day(position: Position, days: "Days") -> int:
    assert position.maturity is not None
    return int(days.centre(position.currency).following(days.day(position.maturity)))


def _cautions(position: Position, days: "Days") -> Iterator[str]:
    priced = position.price is not None or position.market_yield is not None
    if priced and schedule_of(position, days).is_over:
        yield "a price or yield, but nothing to pay after settlement: it is not used"


def schedule_of(position: Position, days: "Days") -> Schedule:
    """Return the payments of a bond to come, and what is accrued, by the conventions of its currency's bonds."""
    key = ("bonds", position.kind, position.maturity, position.issue_date)
    make = _bill_schedule if position.kind in _BILLS else _bond_schedule
    return days.kept(key, lambda: make(position, days))


def _bill_schedule(position: Position, days: "Days") -> Schedule:
    assert position.maturity is not None
    calendar, maturity_day = days.centre(position.currency), days.day(position.maturity)
    paid = np.atleast_1d(calendar.following(maturity_day))
    paid = paid[paid >= 1]
    return Schedule(
        days=paid,
        coupons=np.zeros(paid.size),
        settlement_day=settlement_day(position.currency, days, position.issue_date),
        maturity_day=maturity_day,
        accrued_years=0.0,
        period_fraction=0.0,
        coupons_left=0,
        first_coupon=1.0,
    )


def _bond_schedule(position: Position, days: "Days") -> Schedule:
    assert position.maturity is not None
    bonds = currency_of(position.currency).bonds
    regular = days.coupon_days(position.maturity, bonds)
    is_pro_rata = bonds.first_coupon is FirstCoupon.PRO_RATA
    issued = days.day(position.issue_date) if position.issue_date else int(regular[0]) - 1
    settled = settlement_day(position.currency, days, position.issue_date)
    pays = days.centre(position.currency).following(regular)
    due = np.flatnonzero((pays >= 1) & (regular > issued))
    coupons = np.ones(due.size)
    if is_pro_rata and due.size and due[0] > 0:
        before, first = regular[due[0] - 1], regular[due[0]]
        coupons[0] = min(1.0, (first - issued) / (first - before)) if issued > before else 1.0
    after = int(np.searchsorted(regular, settled, side="right"))  # the coupon day after settlement
    if after == regular.size:
        accrued, fraction = 0.0, 0.0
    else:
        before, first = int(regular[after - 1]), int(regular[after])
        fraction = (first - settled) / (first - before)
        since = max(before, issued) if is_pro_rata else before
        accrued = accrued_years(bonds, settled - since, first - before)
    left = regular.size - after
    return Schedule(
        days=pays[due],
        coupons=coupons,
        settlement_day=settled,
        maturity_day=days.day(position.maturity),
        accrued_years=accrued,
        period_fraction=fraction,
        coupons_left=left,
        first_coupon=float(coupons[-left]) if left else 1.0,
    )


def settlement_day(currency: str, days: "Days", issued: date | None) -> int:
    """Return the day on which a purchase of the valuation date settles, or that on which the bond is issued."""
    calendar, day = days.centre(currency), 0
    for _ in range(currency_of(currency).bonds.settlement_days):
        day = calendar.next_after(day)
    return day if issued is None else max(day, int(calendar.following(days.day(issued))))


def accrued_years(bonds: BondConvention, elapsed: int, period: int) -> float:
    """Return the interest accrued as years of the annual coupon rate.

    Parameters
    ----------
    elapsed, period : days since the interest began, and in the coupon's period
    """
    match bonds.accrual:
        case Accrual.ACTUAL_365:
            return min(elapsed / 365.0, 1.0 / bonds.coupons_per_year)
        case Accrual.ACTUAL_ACTUAL_ICMA:
            return 1.0 / bonds.coupons_per_year * elapsed / period


def _family(name: str, *kinds: Kind) -> Family:
    return Family(name=name, kinds=kinds, parts=_parts, last_day=_last_day, cautions=_cautions)


JGBS = _family("jgbs", JGB, JGB_BILL, JGB_STRIP)
TREASURIES = _family("treasuries", UST, UST_BILL, UST_STRIP)
BUNDS = _family("bunds", BUND)
