"""What a position pays and when, by the market conventions of its kind.

| kind | payments | moved for holidays | interest |
|---|---|---|---|
| JGB | coupons of exactly half the annual rate; face | following, Tokyo | accrues days/365 with 29 Feb |
| UST | the same, the first pro rata from `issue_date` | following, New York | accrues Act/Act (ICMA) |
| bills | face at maturity | following, by currency | none |
| REPO, DEPOSIT | out on `start_date`, back with interest | modified following | JPY Act/365F, USD Act/360 |
| FX_FORWARD | dollars against yen at `rate` | modified following, both centres | none |
| FX_SPOT, CASH | held now: units, not flows | | |

Bonds settle one business day after the valuation date in their own centre. Nothing is ex-coupon: who holds the bond
at the close before a coupon day gets the coupon, so a purchase that settles on that day does not. A payment due on the
valuation date counts as made. A repo is its cash leg only; the bond behind it is a position of its own.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from engine.book.calendars import Calendar, Calendars, coupon_days
from engine.book.position import Kind, Position

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_BASIS = {"JPY": 365.0, "USD": 360.0}  # days in a year of simple interest
_BONDS = (Kind.JGB, Kind.UST, Kind.JGB_BILL, Kind.UST_BILL)
_DATED = (*_BONDS, Kind.FX_FORWARD, Kind.REPO, Kind.DEPOSIT)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leg:
    """Payments of one position in one currency."""

    currency: str
    days: I64  # (n,) from the valuation date, >= 1, ascending
    amounts: F64  # (n,) in `currency`, received positive


@dataclass(frozen=True, slots=True, kw_only=True)
class BondTerms:
    """A bond or bill as bought for settlement. Fields as in `compiled.Bonds`."""

    settlement_day: int
    maturity_day: int
    accrued: float  # per 100 of face
    period_fraction: float
    coupons_left: int
    first_coupon: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Schedule:
    """What all bonds with the same kind, issue date and maturity share."""

    days: I64  # (n,) payment days after the valuation date
    coupons: F64  # (n,) as parts of a full half-yearly coupon; 0 for a bill
    settlement_day: int
    maturity_day: int
    accrued_years: float  # annual coupon rate x this = interest accrued at settlement
    period_fraction: float
    coupons_left: int
    first_coupon: float


class Instruments:
    """Turns positions into payments, for one valuation date. Keeps the schedules it has made."""

    def __init__(self, valuation_date: date) -> None:
        self.valuation_date = valuation_date
        self.calendars = Calendars(valuation_date)
        self._schedules: dict[tuple[Kind, date, date | None], _Schedule] = {}
        self._paid: dict[tuple[str, date], int] = {}

    def legs(self, position: Position) -> list[Leg]:
        """Payments after the valuation date, at most one leg a currency."""
        match position.kind:
            case Kind.JGB | Kind.UST | Kind.JGB_BILL | Kind.UST_BILL:
                return self._bond_legs(position)
            case Kind.REPO | Kind.DEPOSIT:
                return self._loan_legs(position)
            case Kind.FX_FORWARD:
                return self._forward_legs(position)
            case Kind.FX_SPOT | Kind.CASH:
                return []

    def units(self, position: Position) -> list[tuple[str, float]]:
        """Currency held now: (currency, amount)."""
        match position.kind:
            case Kind.FX_SPOT:
                assert position.rate is not None
                return [("USD", position.notional), ("JPY", -position.notional * position.rate)]
            case Kind.CASH:
                return [(position.currency, position.notional)]
            case _:
                return []

    def bond_terms(self, position: Position) -> BondTerms | None:
        """Terms for settlement; None when the position is no bond or bill, or pays nothing after settlement."""
        if position.kind not in _BONDS:
            return None
        schedule = self._schedule(position)
        if schedule.settlement_day >= schedule.maturity_day:
            return None
        return BondTerms(
            settlement_day=schedule.settlement_day,
            maturity_day=schedule.maturity_day,
            accrued=100.0 * (position.coupon or 0.0) * schedule.accrued_years,
            period_fraction=schedule.period_fraction,
            coupons_left=schedule.coupons_left,
            first_coupon=schedule.first_coupon,
        )

    def last_payment_day(self, position: Position) -> int | None:
        """Day of the last payment, past ones included; None for cash and spot FX."""
        if position.kind not in _DATED:
            return None
        assert position.maturity is not None
        if position.kind in _BONDS:
            return int(self._calendar(position).following(self.day(position.maturity)))
        return self._payment_day(position, position.maturity)

    def is_moved(self, position: Position) -> bool:
        """Whether a loan's or a forward's own dates are not business days, so that it is paid on others."""
        if position.kind not in (Kind.FX_FORWARD, Kind.REPO, Kind.DEPOSIT):
            return False
        dates = (position.maturity, position.start_date)
        return any(given is not None and self._payment_day(position, given) != self.day(given) for given in dates)

    def day(self, when: date) -> int:
        """Calendar days from the valuation date."""
        return (when - self.valuation_date).days

    def _calendar(self, position: Position) -> Calendar:
        if position.kind is Kind.FX_FORWARD:
            return self.calendars.joint
        return self.calendars.tokyo if position.currency == "JPY" else self.calendars.new_york

    def _payment_day(self, position: Position, when: date) -> int:
        """Day on which a loan or a forward that names `when` pays. Long past dates stay as they are."""
        calendar = self._calendar(position)
        key = (calendar.name, when)
        if key not in self._paid:
            day = self.day(when)
            self._paid[key] = calendar.modified_following(day) if day > calendar.days[0] else day
        return self._paid[key]

    def _bond_legs(self, position: Position) -> list[Leg]:
        schedule = self._schedule(position)
        if not schedule.days.size:
            return []
        amounts = position.notional * (position.coupon or 0.0) / 2.0 * schedule.coupons
        amounts[-1] += position.notional
        return [Leg(currency=position.currency, days=schedule.days, amounts=amounts)]

    def _loan_legs(self, position: Position) -> list[Leg]:
        assert position.start_date is not None
        assert position.maturity is not None
        assert position.rate is not None
        start, end = (self._payment_day(position, when) for when in (position.start_date, position.maturity))
        interest = position.rate * (end - start) / _BASIS[position.currency]
        days = np.array([start, end])
        amounts = np.array([-position.notional, position.notional * (1.0 + interest)])
        ahead = days >= 1
        if not ahead.any():
            return []
        return [Leg(currency=position.currency, days=days[ahead], amounts=amounts[ahead])]

    def _forward_legs(self, position: Position) -> list[Leg]:
        assert position.maturity is not None
        assert position.rate is not None
        days = np.array([self._payment_day(position, position.maturity)])
        if days[0] < 1:
            return []
        yen = np.array([-position.notional * position.rate])
        return [
            Leg(currency="JPY", days=days, amounts=yen),
            Leg(currency="USD", days=days, amounts=np.array([position.notional])),
        ]

    def _schedule(self, position: Position) -> _Schedule:
        assert position.maturity is not None
        key = (position.kind, position.maturity, position.issue_date)
        if key not in self._schedules:
            is_bill = position.kind in (Kind.JGB_BILL, Kind.UST_BILL)
            self._schedules[key] = self._bill(position) if is_bill else self._bond(position)
        return self._schedules[key]

    def _bill(self, position: Position) -> _Schedule:
        assert position.maturity is not None
        calendar, maturity_day = self._calendar(position), self.day(position.maturity)
        days = np.atleast_1d(calendar.following(maturity_day))
        days = days[days >= 1]
        return _Schedule(
            days=days,
            coupons=np.zeros(days.size),
            settlement_day=calendar.next_after(0),
            maturity_day=maturity_day,
            accrued_years=0.0,
            period_fraction=0.0,
            coupons_left=0,
            first_coupon=1.0,
        )

    def _bond(self, position: Position) -> _Schedule:
        assert position.maturity is not None
        calendar, is_ust = self._calendar(position), position.kind is Kind.UST
        regular = coupon_days(self.valuation_date, position.maturity, end_of_month=is_ust)
        issued = self.day(position.issue_date) if position.issue_date else int(regular[0]) - 1
        settlement_day = calendar.next_after(0)
        pays = calendar.following(regular)
        due = np.flatnonzero((pays >= 1) & (regular > issued))
        coupons = np.ones(due.size)
        if is_ust and due.size and due[0] > 0:
            before, first = regular[due[0] - 1], regular[due[0]]
            coupons[0] = min(1.0, (first - issued) / (first - before)) if issued > before else 1.0
        after = int(np.searchsorted(regular, settlement_day, side="right"))  # the coupon day after settlement
        if after == regular.size:
            accrued, fraction = 0.0, 0.0
        else:
            before, first = int(regular[after - 1]), int(regular[after])
            fraction = (first - settlement_day) / (first - before)
            if is_ust:
                accrued = 0.5 * (settlement_day - max(before, issued)) / (first - before)
            else:
                accrued = min((settlement_day - before) / 365.0, 0.5)
        left = regular.size - after
        return _Schedule(
            days=pays[due],
            coupons=coupons,
            settlement_day=settlement_day,
            maturity_day=self.day(position.maturity),
            accrued_years=accrued,
            period_fraction=fraction,
            coupons_left=left,
            first_coupon=float(coupons[-left]) if left else 1.0,
        )
