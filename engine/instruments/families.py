"""What a position pays and when, by the market conventions of its kind.

| kind | payments | moved for holidays | interest |
|---|---|---|---|
| JGB | coupons of exactly half the annual rate; face | following, Tokyo | accrues days/365 with 29 Feb |
| UST | the same, the first pro rata from `issue_date` | following, New York | accrues Act/Act (ICMA) |
| bills | face at maturity | following, by currency | none |
| REPO, DEPOSIT | out on `start_date`, back with interest | modified following | JPY Act/365F, USD Act/360 |
| strips | face at maturity | as their bonds | none |
| FX_FORWARD, NDF, FX_SWAP | dollars against yen at `rate` | modified following, both centres | none |
| ASSET, INDEX_FUTURE | a quantity of a factor's level | none | none |
| FX_SPOT, CASH | held now: units, not flows | | |

Bonds settle one business day after the valuation date in their own centre. Nothing is ex-coupon: who holds the bond
at the close before a coupon day gets the coupon, so a purchase that settles on that day does not. A payment due on the
valuation date counts as made. A repo is its cash leg only; the bond behind it is a position of its own. An NDF is worth
what the forward is worth until it is fixed, two business days before it settles, and its difference in yen from then
on: an option on no dollars stands for the fixing. Swaps, FX options and bond futures: `swaps`, `fx_options`, `baskets`.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from engine.conventions.calendars import Calendar, Calendars, coupon_days
from engine.conventions.currencies import BOND_CURVES, FX_CURVES, HOME
from engine.instruments.baskets import Baskets
from engine.instruments.fx_options import OPTION_KINDS, FxOptionsMaker
from engine.instruments.position import Kind, Position
from engine.instruments.swaps import BASIS, SWAP_KINDS, SWAPTION_KINDS, Swaps
from engine.payoffs.parts import BondTerms, HoldingPart, Leg, OptionPart, Parts
from kernels.types import F64, I64

_BILLS = (Kind.JGB_BILL, Kind.UST_BILL)
_STRIPS = (Kind.JGB_STRIP, Kind.UST_STRIP)
_BONDS = (Kind.JGB, Kind.UST, *_BILLS, *_STRIPS)
_FX = (Kind.FX_FORWARD, Kind.FX_SWAP, Kind.NDF)
_LOANS = (Kind.REPO, Kind.DEPOSIT)
_FUTURES = (Kind.JGB_FUTURE, Kind.UST_FUTURE)
_FIXING_DAYS = 2  # business days from an NDF's fixing to its settlement


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
        self.swaps = Swaps(self.calendars)
        self.fx_options = FxOptionsMaker(self.calendars)
        self.baskets = Baskets(self.calendars)
        self._schedules: dict[tuple[Kind, date, date | None], _Schedule] = {}
        self._paid: dict[tuple[str, date], int] = {}

    def parts(self, position: Position) -> Parts:
        """What the position pays after the valuation date, and what it holds."""
        kind = position.kind
        if kind in SWAP_KINDS:
            return self.swaps.parts(position)
        if kind in OPTION_KINDS:
            return self.fx_options.parts(position)
        if kind in SWAPTION_KINDS:
            return Parts(swaptions=[self.swaps.swaption(position)])
        if kind in _FUTURES:
            return Parts(futures=[self.baskets.part(position)])
        if kind in (Kind.ASSET, Kind.INDEX_FUTURE):
            return Parts(holdings=[self._holding(position)])
        fixing = [self._fixing(position)] if kind is Kind.NDF else []
        return Parts(legs=self._legs(position), units=_units(position), options=fixing)

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

    def is_bond(self, position: Position) -> bool:
        """Whether the position is a bond, a bill or a strip."""
        return position.kind in _BONDS

    def last_day(self, position: Position) -> int | None:
        """Day of the last payment, expiry or trading, past ones included; None for what is held."""
        kind = position.kind
        if kind in _FUTURES:
            return self.baskets.last_trading_day(position)
        if kind in OPTION_KINDS:
            return self.fx_options.days(position)[0]
        if kind in SWAPTION_KINDS:
            return self.swaps.expiry_day(position)
        if kind in SWAP_KINDS:
            return int(self.swaps.periods(position)[-1])
        if position.maturity is None:
            return None
        if kind in _BONDS:
            return int(self._calendar(position).following(self.day(position.maturity)))
        if kind is Kind.INDEX_FUTURE:
            return self.day(position.maturity)
        return self._payment_day(position, position.maturity)

    def running_days(self, position: Position) -> int:
        """Days since the running interest period of a swap began; 0 where none has."""
        return max(-int(self.swaps.periods(position)[0]), 0) if position.kind in SWAP_KINDS else 0

    def fixing_day(self, position: Position) -> int:
        """Day on which an NDF is fixed, two business days before it settles."""
        assert position.maturity is not None
        return self._calendar(position).shifted(self._payment_day(position, position.maturity), -_FIXING_DAYS)

    def is_moved(self, position: Position) -> bool:
        """Whether a loan's or a forward's own dates are not business days, so that it is paid on others."""
        if position.kind not in (*_FX, *_LOANS):
            return False
        dates = (position.maturity, position.start_date)
        return any(given is not None and self._payment_day(position, given) != self.day(given) for given in dates)

    def day(self, when: date) -> int:
        """Calendar days from the valuation date."""
        return (when - self.valuation_date).days

    def _calendar(self, position: Position) -> Calendar:
        if position.kind in _FX:
            return self.calendars.joint(HOME, position.currency)
        return self.calendars.of(position.currency)

    def _payment_day(self, position: Position, when: date) -> int:
        """Day on which a loan or a forward that names `when` pays. Long past dates stay as they are."""
        calendar = self._calendar(position)
        key = (calendar.name, when)
        if key not in self._paid:
            day = self.day(when)
            self._paid[key] = calendar.modified_following(day) if day > calendar.days[0] else day
        return self._paid[key]

    def _holding(self, position: Position) -> HoldingPart:
        assert position.factor is not None
        future = position.kind is Kind.INDEX_FUTURE
        return HoldingPart(
            factor=position.factor,
            currency=position.currency,
            quantity=position.notional * (position.multiplier or 1.0),
            expiry_day=self.day(position.maturity) if future and position.maturity else 0,
            market_price=np.nan if position.price is None else position.price,
        )

    def _fixing(self, position: Position) -> OptionPart:
        assert position.maturity is not None
        assert position.rate is not None
        return OptionPart(
            expiry_day=self.fixing_day(position),
            delivery_day=self._payment_day(position, position.maturity),
            strike=position.rate,
            amount=0.0,
            market_vol=np.nan,
        )

    def _legs(self, position: Position) -> list[Leg]:
        if position.kind in _BONDS:
            return self._bond_legs(position)
        if position.kind in _LOANS:
            return self._loan_legs(position)
        return self._exchanges(position) if position.kind in _FX else []

    def _bond_legs(self, position: Position) -> list[Leg]:
        schedule = self._schedule(position)
        if not schedule.days.size:
            return []
        amounts = position.notional * (position.coupon or 0.0) / 2.0 * schedule.coupons
        amounts[-1] += position.notional
        kept = slice(-1, None) if position.kind in _STRIPS else slice(None)
        return [_bond_curve_leg(position, schedule.days[kept], amounts[kept])]

    def _loan_legs(self, position: Position) -> list[Leg]:
        assert position.start_date is not None
        assert position.maturity is not None
        assert position.rate is not None
        start, end = (self._payment_day(position, when) for when in (position.start_date, position.maturity))
        interest = position.rate * (end - start) / BASIS[position.currency]
        days = np.array([start, end])
        amounts = np.array([-position.notional, position.notional * (1.0 + interest)])
        ahead = days >= 1
        if not ahead.any():
            return []
        return [_bond_curve_leg(position, days[ahead], amounts[ahead])]

    def _exchanges(self, position: Position) -> list[Leg]:
        """Dollars against yen, once or there and back."""
        assert position.maturity is not None
        assert position.rate is not None
        days, rates, dollars = [position.maturity], [position.rate], [position.notional]
        if position.kind is Kind.FX_SWAP:
            assert position.start_date is not None
            assert position.far_rate is not None
            days, rates = [position.start_date, position.maturity], [position.rate, position.far_rate]
            dollars = [position.notional, -position.notional]
        paid, bought = np.array([self._payment_day(position, day) for day in days]), np.array(dollars)
        ahead = paid >= 1
        if not ahead.any():
            return []
        yen = -bought * np.array(rates)
        return [
            Leg(curve=FX_CURVES[currency], currency=currency, days=paid[ahead], amounts=amounts[ahead])
            for currency, amounts in (("JPY", yen), ("USD", bought))
        ]

    def _schedule(self, position: Position) -> _Schedule:
        assert position.maturity is not None
        key = (position.kind, position.maturity, position.issue_date)
        if key not in self._schedules:
            self._schedules[key] = self._bill(position) if position.kind in _BILLS else self._bond(position)
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
        calendar, is_ust = self._calendar(position), position.kind in (Kind.UST, Kind.UST_STRIP)
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


def _bond_curve_leg(position: Position, days: I64, amounts: F64) -> Leg:
    return Leg(curve=BOND_CURVES[position.currency], currency=position.currency, days=days, amounts=amounts)


def _units(position: Position) -> list[tuple[str, float]]:
    """Currency held now: (currency, amount)."""
    if position.kind is Kind.CASH:
        return [(position.currency, position.notional)]
    if position.kind is Kind.FX_SPOT:
        assert position.rate is not None
        return [("USD", position.notional), ("JPY", -position.notional * position.rate)]
    return []
