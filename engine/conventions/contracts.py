"""Bond futures: what the exchanges deliver, and their conversion factors."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from engine.errors import InputError

JPX_DECIMALS, CME_DECIMALS = 6, 4

Exchange = Literal["JPX", "CME"]  # Osaka, Chicago


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSpec:
    """One bond future of an exchange. Remaining lives count from the delivery day (JPX) or its month's first (CME)."""

    name: str  # "JGB10"
    exchange: Exchange
    currency: str
    face: float  # of one contract, in the currency
    coupon: float  # of the notional bond, decimal per year
    shortest_months: int  # remaining life of a deliverable, at least
    longest_months: int  # below this (JPX), or at most (CME)
    keeps_months: bool = False  # CME: residual months are kept (TU, FV), not cut to quarters


def _jpx(name: str, *, face: float, coupon: float, months: tuple[int, int]) -> ContractSpec:
    shortest, longest = months
    return ContractSpec(
        name=name,
        exchange="JPX",
        currency="JPY",
        face=face,
        coupon=coupon,
        shortest_months=shortest,
        longest_months=longest,
    )


def _cme(name: str, *, face: float, months: tuple[int, int], keeps_months: bool = False) -> ContractSpec:
    shortest, longest = months
    return ContractSpec(
        name=name,
        exchange="CME",
        currency="USD",
        face=face,
        coupon=0.06,
        shortest_months=shortest,
        longest_months=longest,
        keeps_months=keeps_months,
    )


CONTRACTS: Mapping[str, ContractSpec] = {
    spec.name: spec
    for spec in (
        _jpx("JGB10", face=1e8, coupon=0.06, months=(7 * 12, 11 * 12)),
        _jpx("JGB5", face=1e8, coupon=0.03, months=(48, 63)),
        _jpx("JGB20", face=1e7, coupon=0.03, months=(231, 252)),
        _cme("TU", face=2e5, months=(21, 24), keeps_months=True),
        _cme("FV", face=1e5, months=(50, 63), keeps_months=True),
        _cme("TY", face=1e5, months=(78, 120)),
        _cme("TN", face=1e5, months=(113, 120)),
        _cme("US", face=1e5, months=(180, 299)),
        _cme("WN", face=1e5, months=(300, 361)),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One bond future for one delivery month."""

    spec: ContractSpec
    year: int
    month: int  # 3, 6, 9 or 12

    @property
    def label(self) -> str:
        """Return the name that a book has for it: "JGB10-2506"."""
        return f"{self.spec.name}-{self.year % 100:02d}{self.month:02d}"

    @property
    def nominal_day(self) -> date:
        """Return the day from which remaining lives count: the 20th (JPX), or the first of the month (CME)."""
        return date(self.year, self.month, 20 if self.spec.exchange == "JPX" else 1)

    def months_to(self, maturity: date) -> int:
        """Return the whole months from the nominal day to a maturity."""
        start = self.nominal_day
        whole = 12 * (maturity.year - start.year) + maturity.month - start.month
        return whole - (maturity.day < start.day)

    def conversion_factor(self, coupon: float, maturity: date) -> float:
        """Return the conversion factor of a bond, as the exchange prints it. Raises InputError if not deliverable."""
        if message := self.refusal(maturity):
            raise InputError(message)
        months = self.months_to(maturity)
        if self.spec.exchange == "JPX":
            return truncated(jpx_conversion_factor(coupon, months, self.spec.coupon), JPX_DECIMALS)
        return rounded(cme_conversion_factor(coupon, months, self.spec.coupon, self.spec.keeps_months), CME_DECIMALS)

    def refusal(self, maturity: date) -> str | None:
        """Return why a bond cannot be delivered, if so."""
        spec, months = self.spec, self.months_to(maturity)
        if spec.exchange == "JPX" and (maturity.day != 20 or maturity.month % 3):
            return f"a JGB for {self.label} matures on the 20th of March, June, September or December, got {maturity}"
        if not spec.shortest_months <= months < spec.longest_months + (spec.exchange == "CME"):
            return (
                f"{self.label} takes bonds with {spec.shortest_months} to {spec.longest_months} months left on"
                f" {self.nominal_day}; one that matures on {maturity} has {months}"
            )
        return None


def parse_contract(label: str) -> Contract:
    """Return the contract of a label, "JGB10-2506" or "TY-2509". Raises InputError for any other text."""
    match = re.fullmatch(r"([A-Z]+[0-9]*)-([0-9]{2})([0-9]{2})", label)
    if not match or match[1] not in CONTRACTS or match[3] not in ("03", "06", "09", "12"):
        raise InputError(
            f"a contract is one of {', '.join(CONTRACTS)}, a hyphen, year and month of delivery (03, 06, 09, 12),"
            f" such as JGB10-2506 or TY-2509; got {label!r}"
        )
    return Contract(spec=CONTRACTS[match[1]], year=2000 + int(match[2]), month=int(match[3]))


def jpx_conversion_factor(coupon: float, months: int, notional_coupon: float) -> float:
    """Return the conversion factor of the Osaka Exchange before it is cut to 6 decimals.

    ((a / x) ((1 + x/2)^b - 1) + 100) / ((1 + x/2)^(c/6) 100) - a (6 - d) / 1200, with a the coupon in per cent, x the
    notional coupon, b the coupons left, c the months left and d those to the next coupon. Ministry of Finance Japan,
    "Finance", January 2020, p. 79.

    Parameters
    ----------
    coupon, notional_coupon : decimal per year
    months : from delivery to maturity, > 0
    """
    left = -(-months // 6)
    to_next = months - 6 * (left - 1)
    percent, growth = 100.0 * coupon, 1.0 + notional_coupon / 2.0
    at_maturity = percent / notional_coupon * (growth**left - 1.0) + 100.0
    return float(at_maturity / (growth ** (months / 6.0) * 100.0) - percent * (6 - to_next) / 1200.0)


def cme_conversion_factor(coupon: float, months: int, notional_coupon: float, keeps_months: bool) -> float:
    """Return the conversion factor of the Chicago Board of Trade before it is rounded to 4 decimals.

    Parameters
    ----------
    coupon, notional_coupon : decimal per year
    months : whole months from the first of the delivery month to maturity
    keeps_months : the residual months are kept (2- to 5-year contracts), or else cut to quarters

    Notes
    -----
    CME, "Calculating U.S. Treasury Futures Conversion Factors".
    """
    years, z = divmod(months, 12)
    if not keeps_months:
        z -= z % 3
    late = z >= 7
    v = z if not late else (z - 6 if keeps_months else 3)
    half = 1.0 + notional_coupon / 2.0
    a = half ** -(v / 6.0)
    b = coupon / 2.0 * (6 - v) / 6.0
    c = half ** -(2.0 * years + late)
    d = coupon / notional_coupon * (1.0 - c)
    return float(a * (coupon / 2.0 + c + d) - b)


def truncated(value: float, decimals: int) -> float:
    """Cut, do not round. 1e-12 is added first: a conversion factor of exactly 1 may come out a bit below."""
    scale = 10.0**decimals
    return math.floor((value + 1e-12) * scale) / scale


def rounded(value: float, decimals: int) -> float:
    """Round, halves up, in decimal arithmetic."""
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))
