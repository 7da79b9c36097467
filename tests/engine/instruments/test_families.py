"""Payments by market convention, against dates and amounts worked out by hand or printed."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.errors import FileFaults
from engine.instruments.families import Instruments

CASES = json.loads((Path(__file__).parents[2] / "data" / "bonds.json").read_text())["cases"]
PLAIN_UST = [c for c in CASES if "w" in c["expected"] and c["id"] != "BND-S009"]  # S009 settles on a Sunday
JGB = [c for c in CASES if "remaining_years_no_leap" in c["expected"]]


def _day_before(settlement: date, closed: set[date]) -> date:
    day = settlement - timedelta(days=1)
    while day.weekday() >= 5 or day in closed:
        day -= timedelta(days=1)
    return day


def _dates(leg, valuation_date: date) -> list[date]:
    return [valuation_date + timedelta(days=int(day)) for day in leg.days]


@pytest.mark.parametrize("case", PLAIN_UST, ids=lambda case: case["id"])
def test_treasuries_accrue_by_the_coupon_period(case, make_positions):
    given = case["inputs"]
    row = {"kind": "UST", "coupon": given["coupon"], "maturity": given["maturity"], "issue_date": given.get("dated")}
    valuation_date = _day_before(date.fromisoformat(given["settlement"]), set())
    (bond,) = make_positions(row)
    terms = Instruments(valuation_date).bond_terms(bond)
    assert terms.accrued == pytest.approx(case["expected"]["accrued"], abs=1e-13)
    assert terms.period_fraction == pytest.approx(case["expected"]["w"], rel=1e-15)
    assert terms.coupons_left == case["expected"]["n_coupons"]


@pytest.mark.parametrize("case", JGB, ids=lambda case: case["id"])
def test_jgbs_accrue_by_the_day(case, make_positions):
    given = case["inputs"]
    closed = {date(2026, 11, 23), date(2020, 11, 23)}  # Labour Thanksgiving Day, a Monday in both years
    valuation_date = _day_before(date.fromisoformat(given["settlement"]), closed)
    (bond,) = make_positions({"kind": "JGB", "coupon": given["coupon"], "maturity": given["maturity"]})
    assert Instruments(valuation_date).bond_terms(bond).accrued == pytest.approx(case["expected"]["accrued"], abs=1e-13)


def test_a_jgb_pays_exactly_half_its_rate_on_tokyo_business_days(make_positions):
    valuation_date = date(2025, 5, 28)
    (bond,) = make_positions({"kind": "JGB", "coupon": 0.014, "maturity": "2027-03-20"})
    (leg,) = Instruments(valuation_date).parts(bond).legs
    # Saturday 20 Sep 2025 -> Monday 22nd; Friday 20 Mar 2026 and Saturday 20 Mar 2027 are the equinox and a weekend,
    # Sunday 20 Sep 2026 runs into Respect-for-the-Aged Day, a bridge holiday and the equinox
    assert _dates(leg, valuation_date) == [
        date(2025, 9, 22), date(2026, 3, 23), date(2026, 9, 24), date(2027, 3, 23)
    ]  # fmt: skip
    assert leg.amounts.tolist() == pytest.approx([0.7, 0.7, 0.7, 100.7], rel=1e-15)


def test_a_treasury_pays_on_ends_of_months_where_it_matures_on_one(make_positions):
    valuation_date = date(2025, 5, 28)
    (bond,) = make_positions({"kind": "UST", "coupon": 0.04, "maturity": "2026-02-28"})
    (leg,) = Instruments(valuation_date).parts(bond).legs
    assert _dates(leg, valuation_date) == [date(2025, 9, 2), date(2026, 3, 2)]  # Sunday 31 Aug and Labor Day; Saturday


def test_a_treasury_s_first_coupon_is_pro_rata_and_a_jgb_s_is_not(make_positions):
    rows = [
        {"kind": "UST", "coupon": 0.0475, "maturity": "2045-05-15", "issue_date": "2025-05-28"},
        {"kind": "JGB", "coupon": 0.014, "maturity": "2035-03-20", "issue_date": "2025-04-03"},
    ]
    ust, jgb = (Instruments(date(2025, 5, 28)).parts(bond).legs[0] for bond in make_positions(*rows))
    assert ust.amounts[0] == pytest.approx(4.75 / 2 * 171 / 184, rel=1e-15)  # 28 May to 15 Nov of 15 May to 15 Nov
    assert ust.amounts[1] == pytest.approx(4.75 / 2, rel=1e-15)
    assert jgb.amounts[0] == pytest.approx(0.7, rel=1e-15)


def test_a_coupon_due_on_a_holiday_is_still_owed_on_that_day(make_positions):
    # Sunday 15 Feb 2026, then Presidents' Day: paid on Tuesday 17th
    (bond,) = make_positions({"kind": "UST", "coupon": 0.04, "maturity": "2026-02-15"})
    (leg,) = Instruments(date(2026, 2, 16)).parts(bond).legs
    assert (leg.days.tolist(), leg.amounts.tolist()) == ([1], [102.0])
    assert Instruments(date(2026, 2, 16)).bond_terms(bond) is None


@pytest.mark.parametrize(
    ("kind", "valuation_date", "settlement"),
    [
        ("JGB", date(2025, 5, 28), date(2025, 5, 29)),
        ("JGB", date(2025, 5, 2), date(2025, 5, 7)),  # Golden Week
        ("UST", date(2025, 5, 23), date(2025, 5, 27)),  # Memorial Day
        ("UST_BILL", date(2025, 7, 3), date(2025, 7, 7)),  # Independence Day, then a weekend
    ],
)
def test_settlement_is_the_next_business_day_of_the_bond_s_own_centre(kind, valuation_date, settlement, make_positions):
    (bond,) = make_positions({"kind": kind, "coupon": 0.01, "maturity": "2026-06-18"})
    assert Instruments(valuation_date).bond_terms(bond).settlement_day == (settlement - valuation_date).days


def test_loans_pay_simple_interest_by_currency(make_positions):
    rows = [
        {"kind": "REPO", "currency": "JPY", "notional": -1e9, "rate": 0.0049}
        | {"start_date": "2025-05-14", "maturity": "2025-06-13"},
        {"kind": "REPO", "currency": "USD", "notional": -1e6, "rate": 0.0437}
        | {"start_date": "2025-05-27", "maturity": "2025-06-27"},
        {"kind": "DEPOSIT", "currency": "JPY", "notional": 1e9, "rate": 0.006}
        | {"start_date": "2025-06-02", "maturity": "2025-08-29"},
    ]
    instruments = Instruments(date(2025, 5, 28))
    (yen,), (dollars,), (ahead,) = (instruments.parts(position).legs for position in make_positions(*rows))
    assert yen.amounts == pytest.approx([-1e9 * (1 + 0.0049 * 30 / 365)], rel=1e-15)
    assert dollars.amounts == pytest.approx([-1e6 * (1 + 0.0437 * 31 / 360)], rel=1e-15)
    assert ahead.days.tolist() == [5, 93]
    assert ahead.amounts == pytest.approx([-1e9, 1e9 * (1 + 0.006 * 88 / 365)], rel=1e-15)


def test_a_forward_exchanges_dollars_for_yen(make_positions):
    (forward,) = make_positions({"kind": "FX_FORWARD", "notional": 2e6, "maturity": "2025-08-29", "rate": 143.5})
    yen, dollars = Instruments(date(2025, 5, 28)).parts(forward).legs
    assert (yen.currency, yen.days.tolist(), yen.amounts.tolist()) == ("JPY", [93], [-2e6 * 143.5])
    assert (dollars.currency, dollars.days.tolist(), dollars.amounts.tolist()) == ("USD", [93], [2e6])


def test_an_ndf_is_a_forward_with_a_fixing_two_business_days_before(make_book):
    row = {"kind": "NDF", "notional": 2e6, "maturity": "2025-07-07", "rate": 143.5}  # Friday 4 July is a holiday
    book = make_book(row)
    (fixing,) = book.options.expiry_day.tolist()
    assert date(2025, 5, 28) + timedelta(days=fixing) == date(2025, 7, 2)
    assert book.options.amount.tolist() == [0.0]
    assert sorted(book.flows.amount.tolist()) == [-2e6 * 143.5, 2e6]


@pytest.mark.parametrize("maturity", ["2025-05-29", "2025-05-30"])
def test_an_ndf_that_has_been_fixed_is_refused(maturity, make_book):
    with pytest.raises(FileFaults, match=r"'P0' was fixed on 2025-05-2[78], not after the valuation date"):
        make_book({"kind": "NDF", "notional": 2e6, "maturity": maturity, "rate": 143.5})


def test_a_forward_for_a_holiday_in_either_centre_pays_within_the_month(make_positions):
    rows = [
        {"kind": "FX_FORWARD", "maturity": "2025-07-04", "rate": 143.5},  # Independence Day, a Friday
        {"kind": "FX_FORWARD", "maturity": "2025-08-31", "rate": 143.5},  # Sunday; 1 Sep is Labor Day and another month
    ]
    instruments = Instruments(date(2025, 5, 28))
    days = [int(instruments.parts(forward).legs[0].days[0]) for forward in make_positions(*rows)]
    wanted = [(day - date(2025, 5, 28)).days for day in (date(2025, 7, 7), date(2025, 8, 29))]
    assert days == wanted


def test_spot_and_cash_are_held_now(make_positions):
    rows = [{"kind": "FX_SPOT", "notional": 10.0, "rate": 145.0}, {"kind": "CASH", "currency": "JPY", "notional": -7.0}]
    instruments = Instruments(date(2025, 5, 28))
    spot, cash = (instruments.parts(position).units for position in make_positions(*rows))
    assert spot == [("USD", 10.0), ("JPY", -1450.0)]
    assert cash == [("JPY", -7.0)]


def test_joint_business_days_skip_the_holidays_of_both_centres():
    origin = date(2025, 5, 28)
    days = Instruments(origin).calendars.steps.coming(400)
    dates = {origin + timedelta(days=int(day)) for day in days}
    assert days.size == 400
    assert days[:3].tolist() == [1, 2, 5]  # Thursday, Friday, Monday
    assert dates.isdisjoint({date(2025, 7, 4), date(2025, 7, 21), date(2025, 11, 24), date(2025, 11, 27)})
    assert np.diff(days).max() <= 7
