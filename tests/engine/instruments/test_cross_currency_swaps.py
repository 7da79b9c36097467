"""Cross-currency swaps against reference answers."""

from datetime import date

import pytest

from engine.errors import FileFaults
from engine.instruments.cross_currency_swaps import CROSS_CURRENCY_SWAPS, XCCY_SWAP
from engine.instruments.days import Days
from engine.instruments.rows.position import Position
from tests.engine.instruments.derivative_cases import CASES, curve_of, every_day, worth

CROSS = [case for case in CASES if "basis_spread_on_tona" in case["inputs"]]


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
    yen, dollars, floats, _ = CROSS_CURRENCY_SWAPS.parts(position, Days(today, every_day(today)))
    tona = curve_of(given, "zero_jpy_cc", "JPY")
    basis = curve_of(given, "zero_jpy_cc", "JPY", given["basis_spread_on_tona"])
    start, end = floats.start_days / 365.0, floats.days / 365.0
    paid = worth(yen, basis)
    paid += float((floats.amounts * tona.discount(start) / tona.discount(end) * basis.discount(end)).sum())
    assert worth(dollars, curve_of(given, "zero_usd_cc", "USD")) == pytest.approx(given["usd_notional"], rel=1e-14)
    tolerance = case["tolerance"]["rel_of_jpy_notional"] * abs(given["jpy_notional"])
    assert given["usd_notional"] * given["spot"] + paid == pytest.approx(wanted["npv_jpy"], abs=tolerance)


def test_a_swap_that_has_reset_its_dollars_needs_the_rate(make_book):
    row = {"kind": "XCCY_MTM_SWAP", "rate": 145.0, "spread": 0.0, "fixed_so_far": 0.04, "fixed_so_far_jpy": 0.005}
    row |= {"maturity": "2030-03-14"}
    first_period = make_book(row | {"start_date": "2025-03-14", "maturity": "2030-03-14"})
    assert first_period.flows.amount.size > 0
    with pytest.raises(FileFaults, match="reset_rate: position 'P0' has reset its dollars"):
        make_book(row | {"start_date": "2024-12-16", "maturity": "2029-12-14"})
    make_book(row | {"start_date": "2024-12-16", "maturity": "2029-12-14", "reset_rate": 149.0})
