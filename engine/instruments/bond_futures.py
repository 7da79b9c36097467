"""Bond futures from their deliverable baskets: delivery days, accrued interest, and the flows that a delivery buys.

JPX: delivery on the 20th (following, Tokyo), trading ends five business days before. CME: the last day on which the
short may deliver is taken: the last business day of the month, trading ending seven before (TY, TN, US, WN); or the
third business day after that, trading ending on it (TU, FV). The short's choice of day is not valued.

From the close of the last trading day a future is in delivery: the cheapest bond is bought for the delivery day, and
what it is worth moves with that bond until then.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from engine.conventions.contracts import CONTRACTS, Contract, Exchange, parse_contract
from engine.conventions.currencies import currency_of
from engine.instruments.bonds import accrued_years
from engine.instruments.family import Family, Part
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Deliverable, Position
from engine.instruments.rows.rule import KindRule
from engine.payoffs.futures import Basket, FuturePart
from kernels.types import F64, I64

if TYPE_CHECKING:
    from engine.instruments.days import Days

MAX_CONTRACT_YEARS = 3  # to the delivery of a bond future
_JPX_LAST_TRADING, _CME_LAST_TRADING, _CME_SHORT_DELIVERY = -5, -7, 3  # business days


def _rule(exchange: Exchange) -> KindRule:
    return KindRule(
        currencies=tuple(dict.fromkeys(spec.currency for spec in CONTRACTS.values() if spec.exchange == exchange)),
        required=("contract", "deliverables"),
        optional=("price",),
        ranges={"price": (40.0, 250.0)},
    )


JGB_FUTURE = Kind(
    name="JGB_FUTURE",
    meaning="JGB future: JGB10, JGB5 or JGB20 (mini), from its deliverable basket; `notional` is contracts",
    rule=_rule("JPX"),
    example={
        "notional": "-50",
        "contract": "JGB10-2509",
        "deliverables": "0.002@2032-09-20 0.005@2032-12-20 0.005@2033-03-20 0.004@2033-06-20 0.008@2033-09-20"
        " 0.006@2033-12-20",
        "price": "138.45",
    },
)
UST_FUTURE = Kind(
    name="UST_FUTURE",
    meaning="Treasury future: TU, FV, TY, TN, US or WN, from its deliverable basket; `notional` is contracts",
    rule=_rule("CME"),
    example={
        "notional": "-200",
        "contract": "TY-2509",
        "deliverables": "0.04125@2032-03-31 0.04@2032-04-30 0.02875@2032-05-15 0.04125@2032-05-31",
        "price": "110.046875",
    },
)


def _parts(position: Position, days: "Days") -> list[Part]:
    """Return the future, with the basket that all futures with the same deliverables share."""
    assert position.contract is not None
    assert position.deliverables is not None
    contract, deliverables = parse_contract(position.contract), position.deliverables
    basket = days.kept(("bond_futures", position.contract, deliverables), lambda: _basket(contract, deliverables, days))
    return [
        FuturePart(
            basket=basket,
            currency=position.currency,
            contract_value=position.notional * contract.spec.face,
            market_price=np.nan if position.price is None else position.price / 100.0,
        )
    ]


def _last_day(position: Position, days: "Days") -> int:
    assert position.contract is not None
    return _delivery_and_last_trading(parse_contract(position.contract), days)[0]


def _cautions(position: Position, days: "Days") -> Iterator[str]:
    assert position.contract is not None
    if _delivery_and_last_trading(parse_contract(position.contract), days)[1] < 1:
        yield "no more trading: in delivery, worth the profit on the cheapest bond until it is delivered"


def _row_errors(values: Mapping[str, object], valuation_date: date) -> Iterator[tuple[str, str]]:
    label, kind, deliverables = values.get("contract"), values["kind"], values.get("deliverables")
    if not isinstance(label, str) or not isinstance(kind, Kind):
        return
    contract = parse_contract(label)
    if contract.spec.currency not in kind.rule.currencies:
        yield "contract", f"{label} is no {kind}"
    elif contract.year > valuation_date.year + MAX_CONTRACT_YEARS:
        yield "contract", f"delivers more than {MAX_CONTRACT_YEARS} years after the valuation date, got {label}"
    elif isinstance(deliverables, tuple):
        refused = [message for _, maturity in deliverables if (message := contract.refusal(maturity))]
        if refused:
            yield "deliverables", "; ".join(refused)


def _delivery_and_last_trading(contract: Contract, days: "Days") -> tuple[int, int]:
    return _EXCHANGES[contract.spec.exchange](contract, days)


def _jpx_days(contract: Contract, days: "Days") -> tuple[int, int]:
    calendar = days.centre(contract.spec.currency)
    delivery = int(calendar.following(days.day(contract.nominal_day)))
    return delivery, calendar.shifted(delivery, _JPX_LAST_TRADING)


def _cme_days(contract: Contract, days: "Days") -> tuple[int, int]:
    calendar = days.centre(contract.spec.currency)
    next_month = date(contract.year + contract.month // 12, contract.month % 12 + 1, 1)
    last = calendar.shifted(days.day(next_month), -1)
    if contract.spec.keeps_months:
        return calendar.shifted(last, _CME_SHORT_DELIVERY), last
    return last, calendar.shifted(last, _CME_LAST_TRADING)


_EXCHANGES = {"JPX": _jpx_days, "CME": _cme_days}


def _basket(contract: Contract, deliverables: tuple[Deliverable, ...], days: "Days") -> Basket:
    delivery, last_trading = _delivery_and_last_trading(contract, days)
    bonds = [_bond(contract, coupon, maturity, delivery, days) for coupon, maturity in deliverables]
    curves = currency_of(contract.spec.currency).curves
    return Basket(
        delivery_day=delivery,
        last_trading_day=last_trading if last_trading > 0 else delivery,
        curve=curves.bond,
        repo_curve=curves.repo,
        conversion_factors=np.array(
            [contract.conversion_factor(coupon, maturity) for coupon, maturity in deliverables]
        ),
        accrued=np.array([accrued for accrued, _, _ in bonds]),
        days=tuple(paid for _, paid, _ in bonds),
        amounts=tuple(amounts for _, _, amounts in bonds),
    )


def _bond(contract: Contract, coupon: float, maturity: date, delivery: int, days: "Days") -> tuple[float, I64, F64]:
    """Return accrued interest at delivery, per 1 of face; days and amounts of the flows after it."""
    bonds = currency_of(contract.spec.currency).bonds
    regular = days.coupon_days(maturity, bonds)
    after = int(np.searchsorted(regular, delivery, side="right"))
    before, first = int(regular[after - 1]), int(regular[after])
    years = accrued_years(bonds, delivery - before, first - before)
    amounts = np.full(regular.size - after, coupon / bonds.coupons_per_year)
    amounts[-1] += 1.0
    return coupon * years, days.centre(contract.spec.currency).following(regular[after:]), amounts


def _family(name: str, kind: Kind) -> Family:
    return Family(
        name=name, kinds=(kind,), parts=_parts, last_day=_last_day, row_errors=_row_errors, cautions=_cautions
    )


JGB_FUTURES = _family("jgb_futures", JGB_FUTURE)
TREASURY_FUTURES = _family("treasury_futures", UST_FUTURE)
