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
from kernels.types import F64


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


def _street_price(bonds: Bonds, market_yield: F64, _: date) -> F64:
    dirty = street_price(market_yield, bonds.coupon, bonds.period_fraction, bonds.coupons_left, bonds.first_coupon)
    return dirty - bonds.accrued


def _street_yield(bonds: Bonds, clean: F64, _: date) -> F64:
    dirty = clean + bonds.accrued
    return street_yield(dirty, bonds.coupon, bonds.period_fraction, bonds.coupons_left, bonds.first_coupon)


def _equivalent_price(bonds: Bonds, market_yield: F64, valuation_date: date) -> F64:
    year_days = days_in_year_after(valuation_date, bonds.settlement_day).astype(np.float64)
    return bond_equivalent_price(market_yield, _days_left(bonds), year_days)


def _equivalent_yield(bonds: Bonds, clean: F64, valuation_date: date) -> F64:
    year_days = days_in_year_after(valuation_date, bonds.settlement_day).astype(np.float64)
    return bond_equivalent_yield(clean, _days_left(bonds), year_days)


SIMPLE = Quotation(name="simple", clean_price=_simple_price, market_yield=_simple_yield)  # JGBs
SIMPLE_BILL = Quotation(name="simple", clean_price=_bill_price, market_yield=_bill_yield)  # every day counts 1 / 365
STREET = Quotation(name="street", clean_price=_street_price, market_yield=_street_yield)  # Treasuries
HALF_YEARLY = Quotation(name="half-yearly compound", clean_price=_street_price, market_yield=_street_yield)
BOND_EQUIVALENT = Quotation(name="bond-equivalent", clean_price=_equivalent_price, market_yield=_equivalent_yield)
