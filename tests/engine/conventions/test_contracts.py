"""Conversion factors against printed ones, and what cannot be delivered."""

import json
from datetime import date
from pathlib import Path

import pytest

from engine.conventions.contracts import (
    CONTRACTS,
    Contract,
    cme_conversion_factor,
    jpx_conversion_factor,
    parse_contract,
    truncated,
)
from engine.errors import InputError

DATA = json.loads((Path(__file__).parents[2] / "data" / "derivatives.json").read_text())
CASES = DATA["factors"]
CME = [case for case in CASES if "contract" in case["inputs"]]
JPX = [case for case in CASES if "coupon_pct" in case["inputs"]]
PRINTED = [case for case in CASES if "bonds" in case["inputs"]]
NAMES = {"UB": "WN"}  # one contract, the exchange's code and the terminals'


@pytest.mark.parametrize("case", CME, ids=lambda case: case["id"])
def test_cme_factors_are_rounded_to_4_decimals(case):
    given, wanted = case["inputs"], case["expected"]
    first = date.fromisoformat(given["delivery_month_first_day"])
    spec = CONTRACTS[NAMES.get(given["contract"], given["contract"])]
    contract, maturity = Contract(spec=spec, year=first.year, month=first.month), date.fromisoformat(given["maturity"])
    exact = cme_conversion_factor(given["coupon"], contract.months_to(maturity), spec.coupon, spec.keeps_months)
    assert exact == pytest.approx(wanted["factor_unrounded"], abs=1e-12)
    assert contract.conversion_factor(given["coupon"], maturity) == wanted["factor"]


@pytest.mark.parametrize("case", JPX, ids=lambda case: case["id"])
def test_osaka_s_factors_are_cut_to_6_decimals(case):
    given, wanted = case["inputs"], case["expected"]
    exact = jpx_conversion_factor(given["coupon_pct"] / 100.0, given["months_left_c"], given["notional_coupon"])
    assert exact == pytest.approx(wanted["factor_unrounded"], abs=1e-12)
    assert truncated(exact, 6) == wanted["factor_6dp_truncated"]


@pytest.mark.parametrize("case", PRINTED, ids=lambda case: case["id"])
def test_the_factors_that_osaka_printed(case):
    delivery = date.fromisoformat(case["inputs"]["delivery_date"])
    contract = Contract(spec=CONTRACTS["JGB10"], year=delivery.year, month=delivery.month)
    rows = case["expected"]["rows"]
    found = [contract.conversion_factor(row["coupon_pct"] / 100.0, date.fromisoformat(row["maturity"])) for row in rows]
    assert found == [row["published_factor"] for row in rows]


@pytest.mark.parametrize("line", DATA["basket_factors"], ids=lambda line: f"{line['id']} {line['maturity']}")
def test_factors_of_baskets_worked_in_full(line):
    """Of FUT-S023 to S026 the factors alone: implied repo, gross basis, invoices and a DV01 by the bond's own yield are
    the desk's figures; the engine revalues baskets by discounting and reports none of them."""
    assert (
        parse_contract(line["contract"]).conversion_factor(line["coupon"], date.fromisoformat(line["maturity"]))
        == line["factor"]
    )


def test_a_bond_with_the_notional_coupon_on_a_coupon_day_has_factor_1():
    assert parse_contract("JGB10-2506").conversion_factor(0.06, date(2034, 12, 20)) == pytest.approx(
        0.999889, abs=1.2e-4
    )
    assert parse_contract("JGB10-2506").conversion_factor(0.06, date(2034, 6, 20)) == 1.0
    assert parse_contract("JGB5-2506").conversion_factor(0.03, date(2030, 6, 20)) == 1.0


@pytest.mark.parametrize("label", ["JGB-2506", "TY2509", "TY-2508", "TY-209", "ZN-2509", "", "JGB10-2613"])
def test_an_unknown_contract_is_refused_with_the_form(label):
    with pytest.raises(InputError, match=r"such as JGB10-2506 or TY-2509"):
        parse_contract(label)


@pytest.mark.parametrize(
    ("label", "maturity", "wanted"),
    [
        ("JGB10-2506", date(2032, 3, 20), "takes bonds with 84 to 132 months left on 2025-06-20"),
        ("JGB10-2506", date(2036, 6, 20), "has 132"),
        ("JGB10-2506", date(2034, 5, 20), "20th of March, June, September or December"),
        ("JGB20-2506", date(2043, 6, 20), "231 to 252 months"),
        ("TY-2509", date(2031, 11, 15), "has 74"),
        ("TU-2509", date(2027, 10, 15), "21 to 24 months left on 2025-09-01"),  # over 2 years from 30 September
        ("US-2509", date(2050, 9, 15), "has 300"),  # 25 years or more: WN's
        ("TN-2509", date(2035, 10, 15), "has 121"),
        ("WN-2509", date(2045, 5, 15), "300 to 361"),
    ],
)
def test_what_cannot_be_delivered_is_refused(label, maturity, wanted):
    assert wanted in parse_contract(label).refusal(maturity)
    with pytest.raises(InputError):
        parse_contract(label).conversion_factor(0.01, maturity)


def test_a_label_names_its_contract():
    for label in ("JGB10-2506", "TU-2512", "WN-2603"):
        assert parse_contract(label).label == label
