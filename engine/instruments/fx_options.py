"""USD/JPY options as calls and flows. A put is a call less the forward, exactly; a digital is a tight call spread.

Options expire on joint business days of Tokyo and New York (modified following) and deliver two of them later. A
digital on yen N struck at K is N / width calls at K - width / 2 less as many at K + width / 2: on expiry it pays in
full beyond the upper strike, in part between the two.
"""

from datetime import date

import numpy as np

from engine.conventions.calendars import Calendars
from engine.conventions.currencies import FX_CURVES
from engine.instruments.position import Kind, Position
from engine.payoffs.parts import Leg, OptionPart, Parts

DEFAULT_WIDTH = 0.5  # yen between the strikes of a digital's call spread
_DELIVERY_DAYS = 2  # business days after expiry
OPTION_KINDS = tuple(
    kind for kind in Kind if kind.startswith("FX_") and kind not in ("FX_SPOT", "FX_FORWARD", "FX_SWAP")
)
DIGITAL_KINDS = (Kind.FX_DIGITAL_CALL, Kind.FX_DIGITAL_PUT)


class FxOptionsMaker:
    """Turns option packages into calls and flows, for one valuation date."""

    def __init__(self, calendars: Calendars) -> None:
        self.calendars = calendars
        self._days: dict[date, tuple[int, int]] = {}

    def days(self, position: Position) -> tuple[int, int]:
        """Expiry and delivery."""
        assert position.maturity is not None
        if position.maturity not in self._days:
            joint = self.calendars.joint("JPY", "USD")
            expiry = joint.modified_following((position.maturity - self.calendars.valuation_date).days)
            self._days[position.maturity] = expiry, joint.shifted(expiry, _DELIVERY_DAYS)
        return self._days[position.maturity]

    def parts(self, position: Position) -> Parts:
        """Calls bought (positive) and the dollars and yen that make puts of some of them."""
        calls, dollars, yen = _calls(position)
        expiry, delivery = self.days(position)
        vol = np.nan if position.vol is None else position.vol
        return Parts(
            options=[
                OptionPart(expiry_day=expiry, delivery_day=delivery, strike=strike, amount=amount, market_vol=vol)
                for strike, amount in calls
            ],
            legs=[
                Leg(curve=FX_CURVES[currency], currency=currency, days=np.array([delivery]), amounts=np.array([amount]))
                for currency, amount in (("JPY", yen), ("USD", dollars))
                if amount
            ],
        )


def _calls(position: Position) -> tuple[list[tuple[float, float]], float, float]:
    """(strike, dollars) of each call, and dollars and yen received at delivery."""
    amount, low = position.notional, position.strike or 0.0
    high = position.strike_2 or low
    match position.kind:
        case Kind.FX_CALL:
            return [(low, amount)], 0.0, 0.0
        case Kind.FX_PUT:
            return [(low, amount)], -amount, amount * low
        case Kind.FX_STRADDLE:
            return [(low, 2.0 * amount)], -amount, amount * low
        case Kind.FX_STRANGLE:
            return [(low, amount), (high, amount)], -amount, amount * low
        case Kind.FX_RISK_REVERSAL:
            return [(low, -amount), (high, amount)], amount, -amount * low
        case _:
            width = position.width or DEFAULT_WIDTH
            sign = 1.0 if position.kind is Kind.FX_DIGITAL_CALL else -1.0
            dollars = sign * amount / width
            spread = [(low - width / 2.0, dollars), (low + width / 2.0, -dollars)]
            return spread, 0.0, 0.0 if sign > 0.0 else amount
