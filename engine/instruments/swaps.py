"""Swaps and swaptions: fixed payments, and overnight interest that telescopes.

| kind | fixed leg | floating leg | calendar |
|---|---|---|---|
| OIS | yearly; JPY Act/365F, USD Act/360 | TONA, SOFR compounded | Tokyo, New York |
| SWAP | half-yearly; JPY Act/365F, USD 30/360 | the same | the same |
| XCCY_SWAP, XCCY_MTM_SWAP | none | quarterly, SOFR Act/360, TONA + spread Act/365F; notionals exchanged | both |
| SWAPTION_* | that of an OIS which starts two business days after expiry | TONA, SOFR | Tokyo, New York |

Periods run back from the maturity, a short one in front, and end on modified-following business days. Interest is
paid at its period's end: the market's two days of delay shift both legs alike and are left out. Overnight interest
compounded from s to e and discounted on its own curve is worth D(s) - D(e), whatever its periods; of a running period,
what has been fixed so far is worth itself, a payment on day 0.

A cross-currency swap's dollar leg pays SOFR flat and is discounted on SOFR: with its notional it is worth that
notional, and an exchange at a later reset (XCCY_MTM_SWAP) is worth nothing before it is made. The yen leg is projected
on TONA and discounted on the curve with the basis.
"""

from datetime import date

import numpy as np

from engine.conventions.calendars import Calendar, Calendars, add_tenor, swap_days, thirty_360
from engine.conventions.currencies import CURRENCIES, FX_CURVES, HOME, SWAP_CURVES
from engine.instruments.position import Kind, Position
from engine.market.factors import tenor_years
from engine.payoffs.parts import FloatLeg, Leg, Parts, SwaptionPart
from kernels.types import F64, I64

BASIS = {code: currency.year_days for code, currency in CURRENCIES.items()}  # days in a year of simple interest
_MONTHS = {Kind.OIS: 12, Kind.SWAP: 6, Kind.XCCY_SWAP: 3, Kind.XCCY_MTM_SWAP: 3}
_SPOT_DAYS = 2  # business days from a swaption's expiry to the start of its swap
XCCY_KINDS = (Kind.XCCY_SWAP, Kind.XCCY_MTM_SWAP)
SWAP_KINDS = (Kind.OIS, Kind.SWAP, *XCCY_KINDS)
SWAPTION_KINDS = (Kind.SWAPTION_PAYER, Kind.SWAPTION_RECEIVER)


class Swaps:
    """Turns swaps and swaptions into payments, for one valuation date. Keeps the periods it has made."""

    def __init__(self, calendars: Calendars) -> None:
        self.valuation_date = calendars.valuation_date
        self.calendars = calendars
        self._periods: dict[tuple[str, date, date, int], I64] = {}

    def periods(self, position: Position) -> I64:
        """Ends of the periods still running or to come, ascending, with the start of the first: (n + 1,) days."""
        assert position.start_date is not None
        assert position.maturity is not None
        return self._ends(self._calendar(position), position.start_date, position.maturity, _MONTHS[position.kind])

    def has_reset(self, position: Position) -> bool:
        """Whether a period after the first is running, whose dollars were reset (XCCY_MTM_SWAP) when it began."""
        assert position.start_date is not None
        start = np.array([(position.start_date - self.valuation_date).days])
        first = int(self.periods(position)[0])
        return int(self._calendar(position).all_modified_following(start)[0]) < first <= 0

    def parts(self, position: Position) -> Parts:
        """Payments of a swap that has not matured."""
        ends = self.periods(position)
        if ends[-1] < 1:
            return Parts()
        if position.kind in XCCY_KINDS:
            return self._cross_currency(position, ends)
        return Parts(legs=[self._fixed_against_overnight(position, ends)])

    def swaption(self, position: Position) -> SwaptionPart:
        """The option on a swap."""
        assert position.tenor is not None
        calendar = self._calendar(position)
        expiry = self.expiry_day(position)
        start = date.fromordinal(self.valuation_date.toordinal() + calendar.shifted(expiry, _SPOT_DAYS))
        end = add_tenor(start, round(12.0 * tenor_years(position.tenor)))
        ends = self._ends(calendar, start, end, _MONTHS[Kind.OIS])
        assert position.rate is not None
        return SwaptionPart(
            currency=position.currency,
            curve=SWAP_CURVES[position.currency],
            expiry_day=expiry,
            payer=1 if position.kind is Kind.SWAPTION_PAYER else -1,
            quantity=position.notional,
            strike=position.rate,
            market_vol=np.nan if position.vol is None else position.vol,
            days=np.concatenate([ends[[0, -1]], ends[1:]]),
            amounts=np.concatenate([[1.0, -1.0], np.diff(ends) / BASIS[position.currency]]),
        )

    def expiry_day(self, position: Position) -> int:
        """Expiry of a swaption, on a business day."""
        assert position.maturity is not None
        return self._calendar(position).modified_following((position.maturity - self.valuation_date).days)

    def _calendar(self, position: Position) -> Calendar:
        if position.kind in XCCY_KINDS:
            return self.calendars.joint(HOME, position.currency)
        return self.calendars.of(position.currency, "swap")

    def _ends(self, calendar: Calendar, start: date, end: date, months: int) -> I64:
        key = (calendar.name, start, end, months)
        if key not in self._periods:
            days = calendar.all_modified_following(swap_days(self.valuation_date, start, end, months))
            days = np.unique(days) if days[-1] > days[0] else days[[0, -1]]  # a holiday may leave a period empty
            current = max(int(np.searchsorted(days, 0, side="right")) - 1, 0)
            self._periods[key] = days[min(current, days.size - 2) :]
        return self._periods[key]

    def _fixed_against_overnight(self, position: Position, ends: I64) -> Leg:
        assert position.rate is not None
        notional, currency = position.notional, position.currency
        if position.kind is Kind.SWAP and currency == "USD":
            fractions = thirty_360(self.valuation_date, ends[:-1], ends[1:])
        else:
            fractions = np.diff(ends) / BASIS[currency]
        amounts = np.concatenate(
            [[-notional * _growth(position.fixed_so_far, ends, currency)], notional * position.rate * fractions]
        )
        amounts[-1] += notional
        days = ends.copy()
        days[0] = max(days[0], 0)
        return Leg(curve=SWAP_CURVES[currency], currency=currency, days=days, amounts=amounts)

    def _cross_currency(self, position: Position, ends: I64) -> Parts:
        assert position.rate is not None
        assert position.spread is not None
        yen = -position.notional * position.rate  # the yen leg is paid
        payments = yen * (position.spread * np.diff(ends) / BASIS["JPY"] - 1.0)
        payments[-1] += yen
        starts = np.maximum(ends[:-1], 0)
        compounded = np.full(starts.size, yen)
        compounded[0] *= _growth(position.fixed_so_far_jpy, ends, "JPY")
        floats = FloatLeg(
            curve=FX_CURVES["JPY"],
            projection=SWAP_CURVES["JPY"],
            currency="JPY",
            start_days=starts,
            days=ends[1:],
            amounts=compounded,
        )
        if ends[0] > 0:  # notionals are still to be exchanged: the dollars are worth nothing then
            days, amounts = np.concatenate([ends[:1], ends[1:]]), np.concatenate([[-yen], payments])
            return Parts(legs=[_leg("JPY", days, amounts)], floats=[floats])
        dollars = position.notional
        if position.reset_rate is not None:
            dollars *= position.rate / position.reset_rate
        held = dollars * _growth(position.fixed_so_far, ends, "USD")
        return Parts(
            legs=[_leg("JPY", ends[1:], payments), _leg("USD", np.zeros(1, np.int64), np.array([held]))],
            floats=[floats],
        )


def _leg(currency: str, days: I64, amounts: F64) -> Leg:
    return Leg(curve=FX_CURVES[currency], currency=currency, days=days, amounts=amounts)


def _growth(fixed_so_far: float | None, ends: I64, currency: str) -> float:
    """What 1 has become by the valuation date since the start of the running period."""
    return 1.0 + (fixed_so_far or 0.0) * max(-int(ends[0]), 0) / BASIS[currency]
