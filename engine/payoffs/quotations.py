"""The quotations of bond markets: how a yield becomes a clean price, and the inverse."""

from datetime import date

import numpy as np

from engine.conventions.quotes import (
    bond_equivalent_price,
    bond_equivalent_yield,
    days_in_year_after,
    remaining_years,
    simple_price,
    simple_yield,
    street_price,
    street_yield,
)
from engine.payoffs.quoted import Bonds, Quotation
from kernels.types import F64, I64


def _days_left(bonds: Bonds) -> F64:
    return (bonds.maturity_day - bonds.settlement_day).astype(np.float64)


def _simple_price(bonds: Bonds, market_yield: F64, valuation_date: date) -> F64:
    years = remaining_years(valuation_date, bonds.settlement_day, bonds.maturity_day)
    return simple_price(market_yield, bonds.coupon, years)


def _simple_yield(bonds: Bonds, clean: F64, valuation_date: date) -> F64:
    years = remaining_years(valuation_date, bonds.settlement_day, bonds.maturity_day)
    return simple_yield(clean, bonds.coupon, years)


def _bill_price(bonds: Bonds, market_yield: F64, _: date) -> F64:
    return simple_price(market_yield, bonds.coupon, _days_left(bonds) / 365.0)


def _bill_yield(bonds: Bonds, clean: F64, _: date) -> F64:
    return simple_yield(clean, bonds.coupon, _days_left(bonds) / 365.0)


def _compound(name: str, coupons_per_year: int) -> Quotation:
    """Return the quotation of a yield that compounds as often as coupons are paid."""

    def clean_price(bonds: Bonds, market_yield: F64, _: date) -> F64:
        """Return clean prices of yields (n_bonds,) decimal: (n_bonds,) per 100 of face."""
        return street_price(market_yield, *_terms(bonds), coupons_per_year) - bonds.accrued

    def market_yield(bonds: Bonds, clean: F64, _: date) -> F64:
        """Return yields of clean prices (n_bonds,) per 100 of face: (n_bonds,) decimal."""
        return street_yield(clean + bonds.accrued, *_terms(bonds), coupons_per_year)

    return Quotation(name=name, clean_price=clean_price, market_yield=market_yield)


def _terms(bonds: Bonds) -> tuple[F64, F64, I64, F64]:
    return bonds.coupon, bonds.period_fraction, bonds.coupons_left, bonds.first_coupon


def _equivalent_price(bonds: Bonds, market_yield: F64, valuation_date: date) -> F64:
    year_days = days_in_year_after(valuation_date, bonds.settlement_day).astype(np.float64)
    return bond_equivalent_price(market_yield, _days_left(bonds), year_days)


def _equivalent_yield(bonds: Bonds, clean: F64, valuation_date: date) -> F64:
    year_days = days_in_year_after(valuation_date, bonds.settlement_day).astype(np.float64)
    return bond_equivalent_yield(clean, _days_left(bonds), year_days)


SIMPLE = Quotation(name="simple", clean_price=_simple_price, market_yield=_simple_yield)  # JGBs
SIMPLE_BILL = Quotation(name="simple", clean_price=_bill_price, market_yield=_bill_yield)  # every day counts 1 / 365
STREET = _compound("street", 2)  # Treasuries
REAL = _compound("real half-yearly compound", 2)  # inflation-linked JGBs
HALF_YEARLY = _compound("half-yearly compound", 2)
YEARLY = _compound("yearly compound", 1)  # Bunds: ICMA, rule 803
BOND_EQUIVALENT = Quotation(name="bond-equivalent", clean_price=_equivalent_price, market_yield=_equivalent_yield)
