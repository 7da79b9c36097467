"""Inflation-linked JGBs: the coupons and holidays of JGBs, on a principal that goes with consumer prices.

`index_ratio` is the Ministry of Finance's indexation coefficient of the settlement day; or it is worked out from
`base_index`, the reference index of the 10th of the issue month, and `cpi`, published indices of the months that the
settlement day needs (`engine.conventions.inflation`). What is quoted has no indexation in it: a buyer pays `price` and
the interest accrued, each times the index ratio; `market_yield` is real, compounded half-yearly. A price fixes the
break-even inflation (`engine.payoffs.notes.linkers`), which may be stated instead. From the settlement day on the
index grows by the break-even: consumer prices that are published already and not yet in the index are not looked at.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from engine.conventions.currencies import HOME, currency_of
from engine.conventions.inflation import FLOORED_FROM, indexation_coefficient, parse_cpi
from engine.errors import Fault, InputError
from engine.instruments.bonds import PRICE_RANGE, schedule_of
from engine.instruments.family import Family, Part, Values, fault
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position, number
from engine.instruments.rows.rule import KindRule
from engine.market.market import Market
from engine.payoffs.notes.linkers import LinkedFlows, LinkerPart
from engine.payoffs.payoff import Book, Caution
from engine.payoffs.quotations import REAL
from kernels.types import I64

if TYPE_CHECKING:
    from engine.instruments.days import Days

FLOORED = (
    "a principal floor: redemption is at least the face at the break-even; what the floor is worth beyond that is in"
    " the price and its break-even, and no factor moves it"
)
_INDEX = ("index_ratio", "base_index", "cpi")

JGBI = Kind(
    name="JGBI",
    meaning="inflation-linked JGB; `price` without indexation, real `market_yield` or `break_even`; `index_ratio` of"
    " the settlement day, or `base_index` and `cpi`",
    rule=KindRule(
        currencies=(HOME,),
        required=("coupon", "issue_date", "maturity"),
        optional=_INDEX,
        one_of=("price", "market_yield", "break_even"),
        ranges={"price": PRICE_RANGE},
    ),
    example={
        "notional": "3000000000",
        "coupon": "0.00005",
        "issue_date": "2024-05-10",
        "maturity": "2034-03-10",
        "index_ratio": "1.03361",
        "price": "101.85",
    },
    quotation=REAL,
)


def _parts(position: Position, days: "Days") -> list[Part]:
    schedule = schedule_of(position, days)
    if not schedule.days.size:
        return []
    ratio, notional, coupon = _index_ratio(position, days), position.notional, position.coupon or 0.0
    per_year = currency_of(position.currency).bonds.coupons_per_year
    coupons = ratio * notional * coupon / per_year * schedule.coupons
    return [
        LinkerPart(
            face=0.0 if schedule.is_over else ratio * notional,
            coupon=coupon,
            settlement_day=schedule.settlement_day,
            maturity_day=schedule.maturity_day,
            accrued=100.0 * coupon * schedule.accrued_years,
            period_fraction=schedule.period_fraction,
            coupons_left=schedule.coupons_left,
            first_coupon=schedule.first_coupon,
            market_price=number(position.price),
            market_yield=number(position.market_yield),
            quotation=REAL,
            curve=currency_of(position.currency).curves.bond,
            currency=position.currency,
            days=np.append(schedule.days, schedule.days[-1]),
            amounts=np.append(coupons, ratio * notional),
            floor=notional if _is_floored(position) else 0.0,
            index_ratio=ratio,
            market_growth=1.0 + number(position.break_even),
        )
    ]


def _is_floored(position: Position) -> bool:
    assert position.issue_date is not None
    return position.issue_date >= FLOORED_FROM


def _index_ratio(position: Position, days: "Days") -> float:
    """Return the coefficient of the settlement day. Raises InputError where the consumer prices do not reach."""
    if position.index_ratio is not None:
        return position.index_ratio
    assert position.cpi is not None
    assert position.base_index is not None
    assert position.issue_date is not None
    settled = days.date_of(schedule_of(position, days).settlement_day)
    return indexation_coefficient(parse_cpi(position.cpi), position.base_index, settled, position.issue_date)


def _last_day(position: Position, days: "Days") -> int:
    assert position.maturity is not None
    return int(days.centre(position.currency).following(days.day(position.maturity)))


def _faults(position: Position, days: "Days") -> Iterator[Fault]:
    try:
        _index_ratio(position, days)
    except InputError as error:
        yield fault(position, "cpi", f"settles on a day whose index ratio cannot be worked out: {error}")


def _row_errors(fields: Mapping[str, object], _: date) -> Iterator[tuple[str, str]]:
    ratio, base, cpi = (fields.get(name) for name in _INDEX)
    if ratio is None and (base is None or cpi is None):
        yield "index_ratio", "is empty, but JGBI needs it, or `base_index` and `cpi` together"
    if ratio is not None and (base is not None or cpi is not None):
        yield "index_ratio", "JGBI takes `index_ratio`, or `base_index` and `cpi`, got both; leave one empty"


def _market_cautions(book: Book, _: I64, __: Market, ___: Values) -> Iterator[Caution]:
    flows = book.table(LinkedFlows)
    yield FLOORED, np.unique(flows.position[flows.floor != 0.0])


LINKERS = Family(
    name="linkers",
    kinds=(JGBI,),
    parts=_parts,
    last_day=_last_day,
    faults=_faults,
    row_errors=_row_errors,
    market_cautions=_market_cautions,
)
