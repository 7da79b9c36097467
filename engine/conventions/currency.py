"""What a currency's markets agree on: calendars, day counts, curves, bonds, swaps, its exchange rate."""

from dataclasses import dataclass
from enum import StrEnum

Range = tuple[float, float]  # low < high


class Accrual(StrEnum):
    """How a bond's interest grows between two coupon days."""

    ACTUAL_365 = "actual/365"  # days over 365, at most a whole coupon
    ACTUAL_ACTUAL_ICMA = "actual/actual-icma"  # days over those of the coupon's period


class FirstCoupon(StrEnum):
    """What a bond pays on its first coupon day when it was issued within a period."""

    FULL = "full"
    PRO_RATA = "pro-rata"


class SwapAccrual(StrEnum):
    """How the fixed interest of a swap of the kind SWAP counts days."""

    ACTUAL = "actual"  # Actual over the currency's `year_days`
    THIRTY_360 = "30/360"  # bond basis


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreNames:
    """Centre whose holidays move payments, by what pays."""

    bond: str  # bonds and loans
    swap: str
    fx: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveNames:
    """Curve of a market, by what it is for."""

    bond: str  # discounts bonds, bills, loans, deposits; cash grows on it
    repo: str  # carries a bond to a future's delivery
    swap: str  # projects and discounts swaps
    fx: str  # discounts what is paid against another currency


@dataclass(frozen=True, slots=True, kw_only=True)
class BondConvention:
    """How a government's bonds pay and settle."""

    coupons_per_year: int  # 1, 2 or 4; par yields of the currency's curves compound as often
    accrual: Accrual
    end_of_month: bool  # a bond that matures on the last day of a month pays on last days of months
    first_coupon: FirstCoupon
    settlement_days: int  # business days after the valuation date

    @property
    def period_months(self) -> int:
        """Return the months between coupons."""
        return 12 // self.coupons_per_year


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapConvention:
    """Fixed leg of the kind SWAP; that of an OIS is yearly, Actual over `year_days`, in every currency."""

    months: int  # between payments
    accrual: SwapAccrual


@dataclass(frozen=True, slots=True, kw_only=True)
class FxQuote:
    """How the home currency is exchanged for this one."""

    factor: str  # "USDJPY": home units for one unit
    spot_days: int  # business days to delivery against the dollar; of the dollar, against the home currency
    level_range: Range  # of a market's level; beyond it a unit is mistaken
    contract_range: Range  # of the rate of a position
    small_move: float  # home units; a smaller absolute shock is more often a fraction meant to be relative
    waits: bool = False  # a holiday of the centre of all exchanges, between trade and spot date, delays it


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestRanges:
    """Beyond these a unit is mistaken: per cent for a decimal."""

    yields: Range  # of a market's par yields, decimal per year
    contract: Range  # of the rate of a position, decimal per year


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """One currency, and the conventions of its markets."""

    code: str  # "USD"
    name: str  # "US dollar"
    unit: str  # "dollar"
    written: tuple[str, ...]  # what people write in place of the code, in capitals: "US$"
    year_days: float  # of simple interest: 360 or 365
    calendars: CentreNames
    curves: CurveNames
    bonds: BondConvention
    swaps: SwapConvention
    interest: InterestRanges
    fx: FxQuote | None = None  # None: the home currency
