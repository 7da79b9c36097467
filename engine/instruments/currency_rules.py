"""What follows from a position's currency: calendar, curves, day count. The only place where instruments choose one."""

from typing import TYPE_CHECKING

from engine.conventions.currencies import BOND_CURVES, FX_CURVES, REPO_CURVES, SWAP_CURVES, currency_of

if TYPE_CHECKING:
    from engine.conventions.calendars import Calendar, Calendars

FX_RATE_RANGE = (50.0, 500.0)  # of the quoted currency for one unit of the traded one


def centre(calendars: "Calendars", currency: str) -> "Calendar":
    """Return the business days of a currency's own centre."""
    return calendars.of(currency)


def both_centres(calendars: "Calendars", pair: tuple[str, str]) -> "Calendar":
    """Return the business days that both currencies of a pair have."""
    return calendars.joint(*pair)


def every_centre(calendars: "Calendars") -> "Calendar":
    """Return the business days on which all centres are open: the steps of a simulation."""
    return calendars.steps


def pair_of(currency: str) -> tuple[str, str]:
    """Return the pair in which FX instruments on `currency` are dealt: (traded, quoted)."""
    return ("USD" if currency == "JPY" else currency), "JPY"


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
    return currency_of(currency).year_days


def counts_months(currency: str) -> bool:
    """Return whether the fixed leg of a half-yearly swap counts 30/360 rather than days over `year_days`."""
    return currency == "USD"
