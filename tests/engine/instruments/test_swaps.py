"""Swaps against reference answers, and what telescopes."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine.conventions.calendars import Calendar
from engine.errors import FileFaults
from engine.instruments.cross_currency_swaps import CROSS_CURRENCY_SWAPS, XCCY_SWAP
from engine.instruments.days import Days
from engine.instruments.position import Position
from engine.instruments.swaps import OIS, SWAPS
from engine.market.curve import ZeroCurve

CASES = json.loads((Path(__file__).parents[2] / "data" / "derivatives.json").read_text())["swaps"]
SINGLE = [case for case in CASES if "fixed_rate" in case["inputs"]]
CROSS = [case for case in CASES if "basis_spread_on_tona" in case["inputs"]]


def _every_day(valuation_date: date) -> SimpleNamespace:
    """Calendars on which every day is a business day: the reference cases are not adjusted for holidays."""
    calendar = Calendar("Tokyo", valuation_date)
    calendar.days = np.arange(-800, 15_000)
    return SimpleNamespace(valuation_date=valuation_date, of=lambda *_: calendar, joint=lambda *_: calendar)


def _curve(given, key, currency, spread=0.0) -> ZeroCurve:
    times = np.array(given["zero_node_days"][1:]) / 365.0
    first, *zeros = given[key]
    start = 1e-9  # the cases' node on the valuation date
    return ZeroCurve(
        name=key, currency=currency, times=np.append(start, times), zero_rates=np.append(first, zeros) + spread
    )


def _worth(leg, curve) -> float:
    return float((leg.amounts * curve.discount(leg.days / 365.0)).sum())


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
    (leg,) = SWAPS.parts(position, Days(valuation_date, _every_day(valuation_date)))
    wanted = case["expected"]["npv"]
    assert _worth(leg, _curve(given, "zero_rates_cc", currency)) == pytest.approx(wanted, abs=1e-10 * given["notional"])


@pytest.mark.parametrize("case", CROSS, ids=lambda case: case["id"])
def test_cross_currency_swaps_match_the_reference(case):
    given, wanted = case["inputs"], case["expected"]
    today = date.fromisoformat(given["valuation_and_effective_date"])
    position = Position(
        position_id="X",
        book="main",
        kind=XCCY_SWAP,
        currency="USD",
        notional=given["usd_notional"],
        rate=given["jpy_notional"] / given["usd_notional"],
        spread=given["basis_spread_on_tona"],
        start_date=today,
        maturity=today.replace(year=today.year + given["years"]),
    )
    yen, dollars, floats = CROSS_CURRENCY_SWAPS.parts(position, Days(today, _every_day(today)))
    tona = _curve(given, "zero_jpy_cc", "JPY")
    basis = _curve(given, "zero_jpy_cc", "JPY", given["basis_spread_on_tona"])
    start, end = floats.start_days / 365.0, floats.days / 365.0
    paid = _worth(yen, basis)
    paid += float((floats.amounts * tona.discount(start) / tona.discount(end) * basis.discount(end)).sum())
    assert _worth(dollars, _curve(given, "zero_usd_cc", "USD")) == pytest.approx(given["usd_notional"], rel=1e-14)
    tolerance = case["tolerance"]["rel_of_jpy_notional"] * abs(given["jpy_notional"])
    assert given["usd_notional"] * given["spot"] + paid == pytest.approx(wanted["npv_jpy"], abs=tolerance)


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


def test_a_swap_that_has_reset_its_dollars_needs_the_rate(make_book):
    row = {"kind": "XCCY_MTM_SWAP", "rate": 145.0, "spread": 0.0, "fixed_so_far": 0.04, "fixed_so_far_jpy": 0.005}
    row |= {"maturity": "2030-03-14"}
    first_period = make_book(row | {"start_date": "2025-03-14", "maturity": "2030-03-14"})
    assert first_period.flows.amount.size > 0
    with pytest.raises(FileFaults, match="reset_rate: position 'P0' has reset its dollars"):
        make_book(row | {"start_date": "2024-12-16", "maturity": "2029-12-14"})
    make_book(row | {"start_date": "2024-12-16", "maturity": "2029-12-14", "reset_rate": 149.0})


def test_interest_so_far_is_a_payment_on_the_valuation_date(make_book):
    row = {"kind": "OIS", "currency": "USD", "notional": -1e6, "rate": 0.04}
    row |= {"start_date": "2025-03-14", "maturity": "2026-03-14", "fixed_so_far": 0.043}  # a Saturday: Monday 16th
    flows = make_book(row).flows
    end = (date(2026, 3, 16) - date(2025, 5, 28)).days
    assert flows.day.tolist() == [0, end]
    fixed = 1e6 * 0.04 * (date(2026, 3, 16) - date(2025, 3, 14)).days / 360.0
    assert flows.amount == pytest.approx([1e6 * (1 + 0.043 * 75 / 360), -1e6 - fixed], rel=1e-14)


def test_a_swap_that_ends_is_refused_and_one_that_ends_today_is_worth_nothing(make_book):
    row = {"kind": "OIS", "currency": "JPY", "rate": 0.01, "start_date": "2024-05-28", "fixed_so_far": 0.0}
    assert make_book(row | {"maturity": "2025-05-28"}).flows.day.size == 0
    with pytest.raises(FileFaults, match="matured on 2025-05-27"):
        make_book(row | {"maturity": "2025-05-27"})
