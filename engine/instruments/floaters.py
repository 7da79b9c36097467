"""Floating-rate bonds: notes on compounded overnight interest, and JGB 15-year floaters on the ten-year yield.

| kind | coupon | paid | discounted on |
|---|---|---|---|
| FRN | TONA, SOFR, ESTR compounded over the period, plus `spread` | at the ends of periods of `tenor` | its own |
| JGB_FLOATER | ten-year yield as the period begins plus `spread` (minus alpha), 0 at least | half-yearly | JGB |

Ministry of Finance, "15-year Floating-rate JGBs (CMT)": the reference is the compound yield of the average bid of the
ten-year auction six months before the coupon month; coupons are paid half-yearly, at least 0. Here it is the par yield
of the JGB curve on the day on which the coupon's period begins. The last of these bonds matured in 2023; the kind is
for books of their years, and for notes with such coupons.

A `price` fixes a margin beside that of the terms (`engine.payoffs.notes.margins`); `spread` in a listing is its
opposite, the discount margin. Interest accrued at settlement: of an FRN at `fixed_so_far`, as if last rates stayed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.conventions.currencies import DOLLAR, EVERY, HOME, currency_of
from engine.errors import Fault
from engine.instruments.bonds import PRICE_RANGE, settlement_day
from engine.instruments.family import Family, Part, Values, fault
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position, number
from engine.instruments.rows.rule import KindRule
from engine.instruments.swaps import NOT_RUNNING, fixing_faults, growth, running_days
from engine.market.factors import tenor_years
from engine.market.market import Market
from engine.market.moved_market import shifted
from engine.payoffs.curves import fx_rates
from engine.payoffs.flows import Leg, flow_amounts
from engine.payoffs.notes.constant_maturity import CmtCoupons, CmtLeg, cmt_amounts, cmt_flows, cmt_values
from engine.payoffs.notes.margins import FloaterPart
from engine.payoffs.payoff import Book, Caution
from engine.payoffs.shelf import shelf
from kernels.types import F64, I64

if TYPE_CHECKING:
    from engine.instruments.days import Days

MOVE = 0.005  # of all yields, by which the linear form of coupons is held to their value
PERIOD_MONTHS = 3  # of an FRN without `tenor`
FLOORED = (
    "coupons that are 0 at least: one whose forward is above 0 counts as if it could not reach the floor, one whose"
    " forward is below 0 as if it stayed there"
)
NO_VOL = "no `vol` of the ten-year yield: forward yields stand for expected ones, without convexity"

FRN = Kind(
    name="FRN",
    meaning="note that pays compounded overnight interest, TONA, SOFR, ESTR, and `spread` at the ends of `tenor`",
    rule=KindRule(
        currencies=EVERY,
        required=("start_date", "maturity", "spread"),
        optional=("fixed_so_far", "tenor", "price"),
        ranges={"price": PRICE_RANGE},
    ),
    example={
        "currency": DOLLAR,
        "notional": "40000000",
        "start_date": "2025-03-14",
        "maturity": "2028-03-14",
        "spread": "0.0055",
        "fixed_so_far": "0.0433",
        "price": "100.12",
    },
)
JGB_FLOATER = Kind(
    name="JGB_FLOATER",
    meaning="JGB 15-year floater: half the ten-year yield plus `spread` (minus alpha), half-yearly; `coupon` is the"
    " running one",
    rule=KindRule(
        currencies=(HOME,),
        required=("maturity", "spread"),
        optional=("coupon", "issue_date", "price", "vol"),
        ranges={"price": PRICE_RANGE, "vol": (1e-6, 0.1)},
    ),
    example={
        "notional": "2000000000",
        "coupon": "0.0068",
        "issue_date": "2023-11-20",
        "maturity": "2038-11-20",
        "spread": "-0.0045",
        "vol": "0.0050",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Coupons:
    """Periods of interest, running or to come."""

    starts: I64  # (n,) days on which interest begins
    days: I64  # (n,) of payment
    fractions: F64  # (n,) of a year


def _parts(position: Position, days: "Days") -> list[Part]:
    return _frn_parts(position, days) if position.kind is FRN else _cmt_parts(position, days)


def _frn_parts(position: Position, days: "Days") -> list[Part]:
    ends, currency, notional = _ends(position, days), position.currency, position.notional
    if ends[-1] < 1:
        return []
    curve, margin = currency_of(currency).curves.swap, position.spread or 0.0
    coupons = _Coupons(starts=ends[:-1], days=ends[1:], fractions=np.diff(ends) / currency_of(currency).year_days)
    now = notional * growth(position.fixed_so_far, ends, currency)
    leg = Leg(
        curve=curve,
        currency=currency,
        days=np.concatenate([[max(int(ends[0]), 0)], coupons.days]),
        amounts=np.concatenate([[now], notional * margin * coupons.fractions]),
    )
    settled = settlement_day(currency, days, position.start_date)
    elapsed = max(settled - int(ends[0]), 0) / currency_of(currency).year_days
    is_due = int(coupons.days[0]) <= settled
    paid = notional * (margin * coupons.fractions[0] - 1.0)  # interest so far is there now: the notional stays
    accrued = 0.0 if is_due else 100.0 * ((position.fixed_so_far or 0.0) + margin) * elapsed
    due = (now, int(coupons.days[0]), float(paid)) if is_due else (0.0, 0, 0.0)
    return [leg, *_floater(position, curve, coupons, (settled, accrued), due)]


def _cmt_parts(position: Position, days: "Days") -> list[Part]:
    coupons, currency, notional = _cmt_coupons(position, days), position.currency, position.notional
    if not coupons.days.size:
        return []
    curve, is_set = currency_of(currency).curves.bond, coupons.starts < 1
    fixed = notional * (position.coupon or 0.0) * coupons.fractions[is_set]
    leg = Leg(
        curve=curve,
        currency=currency,
        days=np.append(coupons.days[is_set], coupons.days[-1]),
        amounts=np.append(fixed, notional),
    )
    to_set = CmtLeg(
        curve=curve,
        currency=currency,
        margin=position.spread or 0.0,
        market_vol=number(position.vol),
        start_days=coupons.starts[~is_set],
        days=coupons.days[~is_set],
        amounts=notional * coupons.fractions[~is_set],
    )
    settled = settlement_day(currency, days, position.issue_date)
    is_due = bool(is_set.any()) and int(coupons.days[0]) <= settled
    due = (0.0, int(coupons.days[0]), float(fixed[0])) if is_due else (0.0, 0, 0.0)
    runs = bool(is_set.any()) and not is_due
    elapsed = (settled - int(coupons.starts[0])) / 365.0 if runs else 0.0
    accrued = 100.0 * (position.coupon or 0.0) * min(elapsed, float(coupons.fractions[0]))
    return [leg, to_set, *_floater(position, curve, coupons, (settled, accrued), due)]


def _floater(
    position: Position, curve: str, coupons: _Coupons, bought: tuple[int, float], due: tuple[float, int, float]
) -> list[Part]:
    """Return the terms by which a price fixes a margin; nothing where all is paid by settlement.

    Parameters
    ----------
    bought : settlement day and interest accrued by then, per 100
    due : what is paid by settlement: amount on the valuation date, and day and amount of a payment
    """
    settled, accrued = bought
    after = coupons.days > settled
    if not after.any():
        return []
    starts, ends = np.maximum(coupons.starts[after], settled), coupons.days[after]
    whole = np.maximum(coupons.days[after] - coupons.starts[after], 1)
    left = coupons.fractions[after] * np.maximum(ends - starts, 0) / whole  # a margin accrues from settlement
    return [
        FloaterPart(
            curve=curve,
            currency=position.currency,
            face=position.notional,
            settlement_day=settled,
            accrued=accrued,
            market_price=number(position.price),
            due_now=due[0],
            due_day=due[1],
            due_amount=due[2],
            days=ends,
            amounts=position.notional * left,
        )
    ]


def _ends(position: Position, days: "Days") -> I64:
    """Return the ends of an FRN's periods, the start of the first in front: (n + 1,) days."""
    assert position.start_date is not None
    assert position.maturity is not None
    months = PERIOD_MONTHS if position.tenor is None else round(12.0 * tenor_years(position.tenor))
    calendar = days.centre(position.currency, "swap")
    return days.period_ends(calendar, position.start_date, position.maturity, months)


def _cmt_coupons(position: Position, days: "Days") -> _Coupons:
    """Return the half-years of a JGB floater that are not paid yet. Its first coupon is a full one."""
    assert position.maturity is not None
    bonds = currency_of(position.currency).bonds
    regular = days.coupon_days(position.maturity, bonds)
    issued = days.day(position.issue_date) if position.issue_date else int(regular[0])
    pays = days.centre(position.currency).following(regular)
    due = np.flatnonzero((pays >= 1) & (regular > issued))
    due = due[due > 0]
    starts = np.maximum(regular[due - 1], issued)
    return _Coupons(starts=starts, days=pays[due], fractions=np.full(due.size, 1.0 / bonds.coupons_per_year))


def _last_day(position: Position, days: "Days") -> int:
    if position.kind is FRN:
        return int(_ends(position, days)[-1])
    assert position.maturity is not None
    return int(days.centre(position.currency).following(days.day(position.maturity)))


def _faults(position: Position, days: "Days") -> Iterator[Fault]:
    if position.kind is FRN:
        yield from fixing_faults(position, _ends(position, days), "fixed_so_far")
    elif position.coupon is None and (_cmt_coupons(position, days).starts < 1).any():
        yield fault(position, "coupon", "is inside an interest period; give its coupon, decimal per year")


def _cautions(position: Position, days: "Days") -> Iterator[str]:
    if position.kind is FRN and position.fixed_so_far and not running_days(_ends(position, days)):
        yield NOT_RUNNING


def _market_cautions(book: Book, _: I64, market: Market, __: Values) -> Iterator[Caution]:
    """Yield the floaters on the ten-year yield, with what their linear form leaves out of a large move."""
    coupons = book.table(CmtCoupons)
    if not coupons.position.size:
        return
    made = cmt_amounts(coupons, market)
    flows, unspread = cmt_flows(book, shelf(made)), np.zeros(len(book.position_ids))
    left_out = []
    for move in (MOVE, -MOVE):
        there = shifted(market, move, *set(coupons.curve.tolist()))
        exact = float((cmt_values(coupons, there, made.adjustment) * fx_rates(coupons.currency, there)).sum())
        linear = flow_amounts(flows, there, unspread, 0, there) * fx_rates(flows.currency, there)
        left_out.append(exact - float(linear.sum()))
    up, down = left_out
    said = (
        f"where all yields rise by {1e4 * MOVE:.0f} bp that leaves out {up:+,.0f} {HOME}, where they fall {down:+,.0f}"
    )
    yield FLOORED, np.unique(coupons.position)
    yield NO_VOL, np.unique(coupons.position[np.isnan(coupons.market_vol)])
    text = f"coupons set by the ten-year yield count as their static hedge, linear in discount factors; {said}"
    yield text, np.unique(coupons.position)


FLOATERS = Family(
    name="floaters",
    kinds=(FRN, JGB_FLOATER),
    parts=_parts,
    last_day=_last_day,
    faults=_faults,
    cautions=_cautions,
    market_cautions=_market_cautions,
)
