"""Prices and yields against printed and independently computed ones (tests/data/bonds.json)."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conventions.quotes import (
    bond_equivalent_yield,
    days_in_year_after,
    remaining_years,
    simple_yield,
    street_price,
    street_yield,
)

CASES = {
    case["id"]: case for case in json.loads((Path(__file__).parents[2] / "data" / "bonds.json").read_text())["cases"]
}
STREET = [case for case in CASES.values() if "w" in case["expected"]]
SIMPLE = [case for case in CASES.values() if "remaining_years_no_leap" in case["expected"]]


def _short_first(case):
    """A regular coupon, save in the cases with a dated date inside the first period."""
    if "dated" not in case["inputs"]:
        return 1.0
    dated, first = (date.fromisoformat(case["inputs"][key]) for key in ("dated", "first_coupon"))
    return (first - dated).days / 181  # days from 15 November to 15 May


@pytest.mark.parametrize("case", STREET, ids=lambda case: case["id"])
def test_street_price_and_yield_are_the_reference_ones(case):
    given_, wanted = case["inputs"], case["expected"]
    terms = (given_["coupon"], wanted["w"], int(wanted["n_coupons"]), _short_first(case))
    price = street_price(np.array([given_["yield"]]), *terms)
    assert price == pytest.approx([wanted["dirty"]], rel=1e-14)  # a sum of 60 terms, each to 1e-16
    # a price good to 1e-14 gives a yield good to 1e-14 / duration; a week before maturity that is 1e-12
    assert street_yield(np.array([wanted["dirty"]]), *terms) == pytest.approx([given_["yield"]], abs=2e-12)


@pytest.mark.parametrize(
    ("case", "terms"),
    [("BND-S016", "BND-S001"), ("BND-S017", "BND-S004"), ("BND-S018", "BND-S006")],
)
def test_street_yield_from_a_clean_price(case, terms):
    wanted = CASES[terms]["expected"]
    dirty = CASES[case]["inputs"]["clean"] + wanted["accrued"]
    found = street_yield(
        np.array([dirty]), CASES[terms]["inputs"]["coupon"], wanted["w"], int(wanted["n_coupons"]), 1.0
    )
    assert found == pytest.approx([CASES[case]["expected"]["yield"]], abs=1e-11)  # the reference's own tolerance


@pytest.mark.parametrize("case", SIMPLE, ids=lambda case: case["id"])
def test_simple_yield_leaves_29_february_out(case):
    given_, wanted = case["inputs"], case["expected"]
    settlement, maturity = (date.fromisoformat(given_[key]) for key in ("settlement", "maturity"))
    years = remaining_years(settlement, np.array([0]), np.array([(maturity - settlement).days]))
    assert years == pytest.approx([wanted["remaining_years_no_leap"]], rel=1e-15)
    found = simple_yield(np.array([wanted["clean"]]), np.array([given_["coupon"]]), years)
    assert found == pytest.approx([wanted["simple_yield"]], abs=1e-15)


def test_simple_yield_of_the_published_example():
    case = CASES["BND-S025"]
    settlement, maturity = (date.fromisoformat(case["inputs"][key]) for key in ("settlement", "maturity"))
    years = remaining_years(settlement, np.array([0]), np.array([(maturity - settlement).days]))
    assert years == pytest.approx([case["expected"]["remaining_years"]], rel=1e-15)
    found = simple_yield(np.array([99.3]), np.array([0.005]), years)
    assert found == pytest.approx([case["expected"]["simple_yield"]], abs=1e-15)


@pytest.mark.parametrize("name", ["BND-S035", "BND-S036"])
def test_simple_yield_of_a_given_life(name):
    given_ = CASES[name]["inputs"]
    found = simple_yield(given_["clean"], given_["coupon"], given_["remaining_years"])
    assert float(found) == pytest.approx(CASES[name]["expected"]["simple_yield"], abs=1e-15)


def test_29_february_counts_when_less_than_a_year_is_left():
    # 2027-09-20 to 2028-03-20 holds 29 February 2028: 182 days with it
    assert remaining_years(date(2027, 9, 20), np.array([0]), np.array([182])) == pytest.approx([182 / 365])


@pytest.mark.parametrize("name", ["BND-S022", "BND-S023"])
def test_bills_to_half_a_year(name):
    given_, wanted = CASES[name]["inputs"], CASES[name]["expected"]
    found = bond_equivalent_yield(wanted["price"], given_["days"], given_["year_basis_investment_rate"])
    assert float(found) == pytest.approx(wanted["investment_rate"], rel=1e-13)


def test_bills_beyond_half_a_year_solve_the_quadratic():
    found = bond_equivalent_yield(92.265, 364, 365)
    assert float(found) == pytest.approx(CASES["BND-S024"]["expected"]["investment_rate"], rel=1e-12)


def test_the_year_after_settlement_may_hold_a_29_february():
    assert days_in_year_after(date(2027, 5, 28), np.array([0, 400])).tolist() == [366, 365]


@given(
    y=st.floats(-0.02, 0.30),
    coupon=st.floats(0.0, 0.099),
    fraction=st.floats(0.02, 1.0),
    n=st.integers(1, 80),
    first=st.floats(0.01, 1.0),
)
def test_street_yield_inverts_street_price(y, coupon, fraction, n, first):
    price = street_price(np.array([y]), coupon, fraction, n, first)
    found = street_price(street_yield(price, coupon, fraction, n, first), coupon, fraction, n, first)
    assert found == pytest.approx(price, rel=1e-12)  # prices, because a week's yield is 50 times less exact
