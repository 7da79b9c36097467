"""Cross-currency swaps: SOFR (Act/360) against TONA + spread (Act/365F), quarterly, notionals exchanged.

The dollar leg pays SOFR flat and is discounted on SOFR: with its notional it is worth that notional, and an exchange
at a later reset (XCCY_MTM_SWAP) is worth nothing before it is made, nor once its rate is fixed two business days
before: dollars are given back, and lent anew at par. The yen leg is projected on TONA and discounted on the curve with
the basis. Periods as those of `swaps`, on days on which both currencies are paid.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.conventions.currencies import DOLLAR, PAYS_OVERNIGHT, currency_of
from engine.errors import Fault
from engine.instruments.family import Family, Part, fault
from engine.instruments.fx import exchange_leg
from engine.instruments.pairs import pair_of
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position
from engine.instruments.rows.rule import FxColumns, KindRule
from engine.instruments.swaps import NOT_RUNNING, fixing_faults, growth, off_market, running_days
from engine.payoffs.floats import FloatLeg
from kernels.types import I64

if TYPE_CHECKING:
    from engine.conventions.calendars import Calendar
    from engine.instruments.days import Days

_MONTHS = 3  # of a period


def _rule(*optional: str) -> KindRule:
    return KindRule(
        currencies=PAYS_OVERNIGHT,
        required=("start_date", "maturity", "rate", "spread"),
        optional=("fixed_so_far", "fixed_so_far_jpy", *optional),
        fx=FxColumns(rates=("rate", *(name for name in optional if name == "reset_rate")), names_other=False),
    )


XCCY_SWAP = Kind(
    name="XCCY_SWAP",
    meaning="SOFR against TONA + spread, constant notionals; positive receives dollars' interest",
    rule=_rule(),
    example={
        "currency": DOLLAR,
        "notional": "100000000",
        "rate": "145.04",
        "spread": "-0.0052",
        "start_date": "2025-05-30",
        "maturity": "2030-05-30",
    },
)
XCCY_MTM_SWAP = Kind(
    name="XCCY_MTM_SWAP",
    meaning="SOFR against TONA + spread, the dollar notional reset to spot each quarter; positive receives dollars'"
    " interest",
    rule=_rule("reset_rate"),
    example={
        "currency": DOLLAR,
        "notional": "100000000",
        "rate": "154.6",
        "spread": "-0.0052",
        "start_date": "2024-11-18",
        "maturity": "2029-11-18",
        "reset_rate": "145.7",
        "fixed_so_far": "0.0433",
        "fixed_so_far_jpy": "0.0048",
    },
)


def _parts(position: Position, days: "Days") -> list[Part]:
    assert position.rate is not None
    assert position.spread is not None
    ends = _ends(position, days)
    if ends[-1] < 1:
        return []
    pair = pair_of(position)
    quoted = currency_of(pair.domestic)
    yen = -position.notional * position.rate  # the yen leg is paid
    payments = yen * (position.spread * np.diff(ends) / quoted.year_days - 1.0)
    payments[-1] += yen
    starts = np.maximum(ends[:-1], 0)
    compounded = np.full(starts.size, yen)
    compounded[0] *= growth(position.fixed_so_far_jpy, ends, pair.domestic)
    floats = FloatLeg(
        curve=quoted.curves.fx,
        projection=quoted.curves.swap,
        currency=pair.domestic,
        start_days=starts,
        days=ends[1:],
        amounts=compounded,
    )
    spots = days.spot_parts(pair)
    if ends[0] > 0:  # notionals are still to be exchanged: the dollars are worth nothing then
        return [exchange_leg(pair.domestic, ends, np.concatenate([[-yen], payments])), floats, *spots]
    dollars = position.notional
    if position.reset_rate is not None:
        dollars *= position.rate / position.reset_rate
    held = dollars * growth(position.fixed_so_far, ends, pair.foreign)
    paid = exchange_leg(pair.foreign, np.zeros(1, np.int64), np.array([held]))
    return [exchange_leg(pair.domestic, ends[1:], payments), paid, floats, *spots]


def _last_day(position: Position, days: "Days") -> int:
    return int(_ends(position, days)[-1])


def _faults(position: Position, days: "Days") -> Iterator[Fault]:
    yield from fixing_faults(position, _ends(position, days), "fixed_so_far", "fixed_so_far_jpy")
    if position.kind is XCCY_MTM_SWAP and position.reset_rate is None and _has_reset(position, days):
        yield fault(position, "reset_rate", "has reset its dollars; give the rate of the last reset")


def _has_reset(position: Position, days: "Days") -> bool:
    """Return whether a period after the first is running, whose dollars were reset when it began."""
    assert position.start_date is not None
    start = np.array([days.day(position.start_date)])
    first = int(_ends(position, days)[0])
    return int(_calendar(position, days).all_modified_following(start)[0]) < first <= 0


def _cautions(position: Position, days: "Days") -> Iterator[str]:
    if (position.fixed_so_far or position.fixed_so_far_jpy) and not running_days(_ends(position, days)):
        yield NOT_RUNNING


def _ends(position: Position, days: "Days") -> I64:
    assert position.start_date is not None
    assert position.maturity is not None
    return days.period_ends(_calendar(position, days), position.start_date, position.maturity, _MONTHS)


def _calendar(position: Position, days: "Days") -> "Calendar":
    return days.pair(pair_of(position)).payable


CROSS_CURRENCY_SWAPS = Family(
    name="cross_currency_swaps",
    kinds=(XCCY_SWAP, XCCY_MTM_SWAP),
    parts=_parts,
    last_day=_last_day,
    faults=_faults,
    cautions=_cautions,
    market_cautions=off_market,
)
