"""Bond futures from their deliverable baskets: delivery days, accrued interest, and the flows that a delivery buys.

JPX: delivery on the 20th (following, Tokyo), trading ends five business days before. CME: the last day on which the
short may deliver is taken: the last business day of the month, trading ending seven before (TY, TN, US, WN); or the
third business day after that, trading ending on it (TU, FV). The short's choice of day is not valued.
"""

from datetime import date

import numpy as np

from engine.conventions.calendars import Calendars, coupon_days
from engine.conventions.contracts import Contract, parse_contract
from engine.conventions.currencies import BOND_CURVES, REPO_CURVES
from engine.instruments.position import Deliverable, Position
from engine.payoffs.parts import Basket, FuturePart
from kernels.types import F64, I64

_JPX_LAST_TRADING, _CME_LAST_TRADING, _CME_SHORT_DELIVERY = -5, -7, 3  # business days


class Baskets:
    """Turns bond futures into baskets, for one valuation date. Keeps those it has made."""

    def __init__(self, calendars: Calendars) -> None:
        self.calendars = calendars
        self._baskets: dict[tuple[str, tuple[Deliverable, ...]], Basket] = {}

    def last_trading_day(self, position: Position) -> int:
        """Days from the valuation date."""
        assert position.contract is not None
        return self._days(parse_contract(position.contract))[1]

    def part(self, position: Position) -> FuturePart:
        """The future, with the basket that all futures with the same deliverables share."""
        assert position.contract is not None
        assert position.deliverables is not None
        key = (position.contract, position.deliverables)
        contract = parse_contract(position.contract)
        if key not in self._baskets:
            self._baskets[key] = self._basket(contract, position.deliverables)
        return FuturePart(
            basket=self._baskets[key],
            currency=position.currency,
            contract_value=position.notional * contract.spec.face,
            market_price=np.nan if position.price is None else position.price / 100.0,
        )

    def _days(self, contract: Contract) -> tuple[int, int]:
        """Delivery and last trading day."""
        origin = self.calendars.valuation_date
        calendar = self.calendars.of(contract.spec.currency)
        if contract.spec.currency == "JPY":
            delivery = int(calendar.following((contract.nominal_day - origin).days))
            return delivery, calendar.shifted(delivery, _JPX_LAST_TRADING)
        next_month = date(contract.year + contract.month // 12, contract.month % 12 + 1, 1)
        last = calendar.shifted((next_month - origin).days, -1)
        if contract.spec.keeps_months:
            return calendar.shifted(last, _CME_SHORT_DELIVERY), last
        return last, calendar.shifted(last, _CME_LAST_TRADING)

    def _basket(self, contract: Contract, deliverables: tuple[Deliverable, ...]) -> Basket:
        delivery, last_trading = self._days(contract)
        bonds = [self._bond(contract, coupon, maturity, delivery) for coupon, maturity in deliverables]
        currency = contract.spec.currency
        return Basket(
            delivery_day=delivery,
            last_trading_day=last_trading,
            curve=BOND_CURVES[currency],
            repo_curve=REPO_CURVES[currency],
            factors=np.array([contract.factor(coupon, maturity) for coupon, maturity in deliverables]),
            accrued=np.array([accrued for accrued, _, _ in bonds]),
            days=tuple(days for _, days, _ in bonds),
            amounts=tuple(amounts for _, _, amounts in bonds),
        )

    def _bond(self, contract: Contract, coupon: float, maturity: date, delivery: int) -> tuple[float, I64, F64]:
        """Accrued interest at delivery, per 1 of face; days and amounts of the flows after it."""
        is_ust = contract.spec.currency == "USD"
        calendar = self.calendars.of(contract.spec.currency)
        regular = coupon_days(self.calendars.valuation_date, maturity, end_of_month=is_ust)
        after = int(np.searchsorted(regular, delivery, side="right"))
        before, first = int(regular[after - 1]), int(regular[after])
        elapsed = delivery - before
        years = 0.5 * elapsed / (first - before) if is_ust else min(elapsed / 365.0, 0.5)
        amounts = np.full(regular.size - after, coupon / 2.0)
        amounts[-1] += 1.0
        return coupon * years, calendar.following(regular[after:]), amounts
