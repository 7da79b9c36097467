"""What follows from a position's currency: calendar, curves, day count. The only place where instruments choose one."""

from typing import TYPE_CHECKING

from engine.conventions.currencies import BOND_CURVES, FX_CURVES, REPO_CURVES, SWAP_CURVES
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.conventions.calendars import Calendar, Calendars

TRADED = ("USD",)  # what FX instruments buy and sell; `pair_of` has what for
QUOTED = ("JPY",)  # what a digital option pays
FX_RATE_RANGE = (50.0, 500.0)  # of the quoted currency for one unit of the traded one
_YEAR_DAYS = {"JPY": 365.0, "USD": 360.0}  # Actual/365F, Actual/360
_COUNTS_MONTHS = {"JPY": False, "USD": True}
_COUNTS_PERIODS = {"JPY": False, "USD": True}


def centre(calendars: "Calendars", currency: str) -> "Calendar":
    """Return the business days of a currency's own centre. Raises InputError for a currency without one."""
    match currency:
        case "JPY":
            return calendars.tokyo
        case "USD":
            return calendars.new_york
        case _:
            raise InputError(f"no calendar of {currency!r}; there are those of JPY and USD")


def both_centres(calendars: "Calendars", pair: tuple[str, str]) -> "Calendar":
    """Return the business days that both currencies of a pair have. Raises InputError for a pair without them."""
    if pair != ("USD", "JPY"):
        raise InputError(f"no calendar of the pair {'/'.join(pair)}; there is that of USD/JPY")
    return calendars.joint


def every_centre(calendars: "Calendars") -> "Calendar":
    """Return the business days on which all centres are open: the steps of a simulation."""
    return calendars.joint


def pair_of(currency: str) -> tuple[str, str]:
    """Return the pair in which FX instruments on `currency` are dealt: (traded, quoted)."""
    return TRADED[0] if currency in QUOTED else currency, QUOTED[0]


def bond_curve(currency: str) -> str:
    """Return the name of the curve that discounts bonds, bills, loans and deposits."""
    return BOND_CURVES[currency]


def repo_curve(currency: str) -> str:
    """Return the name of the curve that carries a bond to a future's delivery."""
    return REPO_CURVES[currency]


def swap_curve(currency: str) -> str:
    """Return the name of the overnight curve that projects and discounts swaps."""
    return SWAP_CURVES[currency]


def fx_curve(currency: str) -> str:
    """Return the name of the curve that discounts what is paid against another currency."""
    return FX_CURVES[currency]


def year_days(currency: str) -> float:
    """Return the days in a year of simple interest."""
    return _YEAR_DAYS[currency]


def counts_months(currency: str) -> bool:
    """Return whether the fixed leg of a half-yearly swap counts 30/360 rather than days over `year_days`."""
    return _COUNTS_MONTHS[currency]


def counts_periods(currency: str) -> bool:
    """Return whether a government's bonds accrue Act/Act (ICMA), pro rata at first and due on ends of months.

    Otherwise they accrue by days over 365, and every coupon is a full one.
    """
    return _COUNTS_PERIODS[currency]
