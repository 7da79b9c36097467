"""Swaps against reference answers, and what telescopes."""

from datetime import date

import pytest

from engine.errors import FileFaults
from engine.instruments.days import Days
from engine.instruments.rows.position import Position
from engine.instruments.swaps import OIS, SWAPS
from tests.engine.instruments.derivative_cases import CASES, curve_of, every_day, worth

SINGLE = [case for case in CASES if "fixed_rate" in case["inputs"]]


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case["id"])
def test_overnight_swaps_match_the_reference(case):
    given = case["inputs"]
    valuation_date, start = (date.fromisoformat(given[name]) for name in ("valuation_date", "effective_date"))
    currency = "USD" if "360" in given["day_count"] else "JPY"
    position = Position(
        position_id="S",
        book="main",
        kind=OIS,
        currency=currency,
        notional=given["notional"] * (-1.0 if given["pay_fixed"] else 1.0),
        rate=given["fixed_rate"],
        start_date=start,
        maturity=start.replace(year=start.year + given["years"]),
    )
    (leg,) = SWAPS.parts(position, Days(valuation_date, every_day(valuation_date)))
    wanted = case["expected"]["npv"]
    assert worth(leg, curve_of(given, "zero_rates_cc", currency)) == pytest.approx(
        wanted, abs=1e-10 * given["notional"]
    )


def test_a_running_period_needs_what_has_been_fixed(make_book):
    row = {"kind": "OIS", "rate": 0.01, "start_date": "2025-03-14", "maturity": "2030-03-14"}
    with pytest.raises(FileFaults, match=r"fixed_so_far: position 'P0' is 75 days into an interest period"):
        make_book(row)
    cross = {"kind": "XCCY_SWAP", "rate": 145.0, "spread": 0.0, "start_date": "2025-03-14", "maturity": "2030-03-14"}
    with pytest.raises(FileFaults) as refusal:
        make_book(cross)
    assert [fault.where for fault in refusal.value.faults] == ["fixed_so_far", "fixed_so_far_jpy"]


def test_fixings_of_a_swap_that_has_not_begun_are_pointed_out(make_book):
    row = {"kind": "OIS", "rate": 0.01, "start_date": "2025-06-02", "maturity": "2030-06-02", "fixed_so_far": 0.04}
    assert any("'P0') with `fixed_so_far` although no interest period runs" in said for said in make_book(row).warnings)


def test_interest_so_far_is_a_payment_on_the_valuation_date(make_book):
    row = {"kind": "OIS", "currency": "USD", "notional": -1e6, "rate": 0.04}
    row |= {"start_date": "2025-03-14", "maturity": "2026-03-14", "fixed_so_far": 0.043}  # a Saturday: Monday 16th
    flows = make_book(row).flows
    end = (date(2026, 3, 16) - date(2025, 5, 28)).days
    assert flows.day.tolist() == [0, end]
    fixed = 1e6 * 0.04 * (date(2026, 3, 16) - date(2025, 3, 14)).days / 360.0
    assert flows.amount == pytest.approx([1e6 * (1 + 0.043 * 75 / 360), -1e6 - fixed], rel=1e-14)


@pytest.mark.parametrize("maturity", ["2025-05-27", "2025-05-28"])
def test_a_swap_that_has_ended_or_ends_today_is_worth_nothing_and_needs_no_fixing(maturity, make_book):
    row = {"kind": "OIS", "currency": "JPY", "rate": 0.01, "start_date": "2024-05-28", "maturity": maturity}
    assert make_book(row).flows.day.size == 0
