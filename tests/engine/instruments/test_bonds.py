"""Bonds and bills: payments and accrued interest against dates and amounts worked out by hand or printed."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.book.value import position_values
from engine.errors import InputError
from engine.instruments import bonds
from engine.payoffs.flows import Leg
from engine.payoffs.quoted import BondTerms
from tests.engine.hand_made import parts_of

CASES = json.loads((Path(__file__).parents[2] / "data" / "bonds.json").read_text())["cases"]
PLAIN_UST = [c for c in CASES if "w" in c["expected"] and c["id"] != "BND-S009"]  # S009 settles on a Sunday
JGB = [c for c in CASES if "remaining_years_no_leap" in c["expected"]]


def terms_of(bond, valuation_date):
    """Terms for settlement; None where the bond pays nothing after it."""
    return next(iter(parts_of(bond, valuation_date, BondTerms)), None)


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
    terms = terms_of(bond, valuation_date)
    assert terms.accrued == pytest.approx(case["expected"]["accrued"], abs=1e-13)
    assert terms.period_fraction == pytest.approx(case["expected"]["w"], rel=1e-15)
    assert terms.coupons_left == case["expected"]["n_coupons"]


@pytest.mark.parametrize("case", JGB, ids=lambda case: case["id"])
def test_jgbs_accrue_by_the_day(case, make_positions):
    given = case["inputs"]
    closed = {date(2026, 11, 23), date(2020, 11, 23)}  # Labour Thanksgiving Day, a Monday in both years
    valuation_date = _day_before(date.fromisoformat(given["settlement"]), closed)
    (bond,) = make_positions({"kind": "JGB", "coupon": given["coupon"], "maturity": given["maturity"]})
    assert terms_of(bond, valuation_date).accrued == pytest.approx(case["expected"]["accrued"], abs=1e-13)


def test_a_jgb_pays_exactly_half_its_rate_on_tokyo_business_days(make_positions):
    valuation_date = date(2025, 5, 28)
    (bond,) = make_positions({"kind": "JGB", "coupon": 0.014, "maturity": "2027-03-20"})
    (leg,) = parts_of(bond, valuation_date, Leg)
    # Saturday 20 Sep 2025 -> Monday 22nd; Friday 20 Mar 2026 and Saturday 20 Mar 2027 are the equinox and a weekend,
    # Sunday 20 Sep 2026 runs into Respect-for-the-Aged Day, a bridge holiday and the equinox
    assert _dates(leg, valuation_date) == [
        date(2025, 9, 22), date(2026, 3, 23), date(2026, 9, 24), date(2027, 3, 23)
    ]  # fmt: skip
    assert leg.amounts.tolist() == pytest.approx([0.7, 0.7, 0.7, 100.7], rel=1e-15)


def test_a_treasury_pays_on_ends_of_months_where_it_matures_on_one(make_positions):
    valuation_date = date(2025, 5, 28)
    (bond,) = make_positions({"kind": "UST", "coupon": 0.04, "maturity": "2026-02-28"})
    (leg,) = parts_of(bond, valuation_date, Leg)
    assert _dates(leg, valuation_date) == [date(2025, 9, 2), date(2026, 3, 2)]  # Sunday 31 Aug and Labor Day; Saturday


def test_a_treasury_s_first_coupon_is_pro_rata_and_a_jgb_s_is_not(make_positions):
    rows = [
        {"kind": "UST", "coupon": 0.0475, "maturity": "2045-05-15", "issue_date": "2025-05-28"},
        {"kind": "JGB", "coupon": 0.014, "maturity": "2035-03-20", "issue_date": "2025-04-03"},
    ]
    ust, jgb = (parts_of(bond, date(2025, 5, 28), Leg)[0] for bond in make_positions(*rows))
    assert ust.amounts[0] == pytest.approx(4.75 / 2 * 171 / 184, rel=1e-15)  # 28 May to 15 Nov of 15 May to 15 Nov
    assert ust.amounts[1] == pytest.approx(4.75 / 2, rel=1e-15)
    assert jgb.amounts[0] == pytest.approx(0.7, rel=1e-15)


def test_a_coupon_due_on_a_holiday_is_still_owed_on_that_day(make_positions):
    # Sunday 15 Feb 2026, then Presidents' Day: paid on Tuesday 17th
    (bond,) = make_positions({"kind": "UST", "coupon": 0.04, "maturity": "2026-02-15"})
    (leg,) = parts_of(bond, date(2026, 2, 16), Leg)
    assert (leg.days.tolist(), leg.amounts.tolist()) == ([1], [102.0])
    assert terms_of(bond, date(2026, 2, 16)) is None


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
    coupon = {} if kind == "UST_BILL" else {"coupon": 0.01}
    (bond,) = make_positions({"kind": kind, "maturity": "2026-06-18", **coupon})
    assert terms_of(bond, valuation_date).settlement_day == (settlement - valuation_date).days


def test_bonds_of_a_curve_that_no_currency_has_are_refused():
    with pytest.raises(InputError, match=r"no currency of .*currencies.toml has a curve 'BUNDS'"):
        bonds._rule("BUNDS")


def test_a_treasury_before_its_issue_settles_on_it_and_accrues_from_its_date(make_book, make_market):
    """Friday 30 May 2025: a two-year note dated Saturday 31 May, issued on Monday 2 June, the regular settlement."""
    valuation_date = date(2025, 5, 30)
    note = {"kind": "UST", "coupon": 0.03875, "issue_date": "2025-05-31", "maturity": "2027-05-31", "price": 99.95}
    book = make_book(note | {"notional": 1e8}, valuation_date=valuation_date)
    assert book.bonds.settlement_day.tolist() == [3]
    assert book.bonds.accrued == pytest.approx([3.875 / 2 * 2 / 183], rel=1e-14)  # 0.021175 per 100
    first = valuation_date + timedelta(days=int(book.flows.day[0]))
    assert (first, book.flows.amount[0]) == (date(2025, 12, 1), 1e8 * 0.03875 / 2)  # due Sunday 30 November, in full
    market = make_market(valuation_date)
    settled = 1e6 * (99.95 + 3.875 / 183) * market.usdjpy * market.curves["UST"].discount(3 / 365)
    assert position_values(book, market) == pytest.approx([settled], rel=1e-4)  # and its spread over three days


@pytest.mark.parametrize(
    ("row", "settlement", "accrued", "first"),
    [
        # issued in two weeks: a JGB's first coupon is full, so its buyer pays the interest since the last coupon day
        (
            {"kind": "JGB", "coupon": 0.014, "issue_date": "2025-06-13", "maturity": "2035-03-20"},
            date(2025, 6, 13),
            1.4 * 85 / 365,
            date(2025, 9, 22),
        ),
        # issued on a coupon day: nothing accrued, and the first coupon is half a year later
        (
            {"kind": "JGB", "coupon": 0.014, "issue_date": "2025-06-20", "maturity": "2035-06-20"},
            date(2025, 6, 20),
            0.0,
            date(2025, 12, 22),
        ),
        # issued within a period: the first coupon is pro rata, from the issue
        (
            {"kind": "BUND", "coupon": 0.026, "issue_date": "2025-07-11", "maturity": "2035-08-15"},
            date(2025, 7, 11),
            0.0,
            date(2025, 8, 15),
        ),
        ({"kind": "UST_BILL", "issue_date": "2025-06-03", "maturity": "2025-07-29"}, date(2025, 6, 3), 0.0, None),
    ],
)
def test_what_is_issued_later_settles_then(row, settlement, accrued, first, make_book):
    valuation_date = date(2025, 5, 28)
    book = make_book(row, valuation_date=valuation_date)
    assert valuation_date + timedelta(days=int(book.bonds.settlement_day[0])) == settlement
    assert book.bonds.accrued == pytest.approx([accrued], abs=1e-13)
    if first is not None:
        assert valuation_date + timedelta(days=int(book.flows.day[0])) == first
