"""Yen legs of cross-currency swaps as plain flows."""

from dataclasses import replace

import numpy as np
import pytest

from engine.market.moved_market import moved, shifted
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts, sums
from engine.payoffs.floats import float_amounts, float_flows

ROW = {"kind": "XCCY_SWAP", "notional": 1e7, "rate": 145.0, "spread": -0.005}
SEASONED = {"start_date": "2024-11-18", "maturity": "2031-11-18", "fixed_so_far": 0.04, "fixed_so_far_jpy": 0.005}
AHEAD = {"start_date": "2025-06-02", "maturity": "2030-06-02"}


def _worth(flows, market, day):
    tau = np.maximum(flows.day - day, 0) / DAYS_PER_TIME_YEAR
    return float((flows.amount * discounts(flows.curve, tau, market)).sum())


@pytest.mark.parametrize("day", [0, 14, 120])
@pytest.mark.parametrize("terms", [SEASONED, AHEAD], ids=["seasoned", "ahead"])
def test_flows_are_exact_while_the_basis_stays(terms, day, make_book, make_market):
    market = make_market()
    floats = make_book(ROW | terms).floats
    kept = floats.day > day  # what was paid has grown since, in a run by its own forwards
    flows = float_flows(replace_rows(floats, kept), market, day)
    rng = np.random.default_rng(1)
    for _ in range(10):
        there = moved(market, rng.normal(size=10) * 0.01)
        wanted = float_amounts(floats, there, day, market)[kept].sum()
        assert _worth(flows, there, day) == pytest.approx(wanted, rel=1e-12)


def test_flows_have_the_slope_of_a_moving_basis(make_book, make_market):
    market = make_market()
    floats = make_book(ROW | SEASONED).floats
    flows = float_flows(floats, market)
    up, down = (shifted(market, move, "XCCY_JPY") for move in (1e-6, -1e-6))
    wanted = float_amounts(floats, up, 0, market).sum() - float_amounts(floats, down, 0, market).sum()
    assert _worth(flows, up, 0) - _worth(flows, down, 0) == pytest.approx(wanted, rel=1e-6)  # differences of 2e-6


def test_what_was_paid_is_one_payment_on_its_day(make_book, make_market):
    market = make_market()
    floats = make_book(ROW | SEASONED).floats
    flows = float_flows(floats, market, 400)
    paid = floats.day <= 400
    grown = floats.amount * discounts(floats.projection, floats.start_day / 365.0, market)
    grown /= discounts(floats.projection, floats.day / 365.0, market)
    found = sums(flows.day, flows.amount, int(floats.day.max()) + 1)[floats.day[paid]]
    assert found == pytest.approx(grown[paid], rel=1e-12)


def replace_rows(floats, kept):
    return replace(floats, **{name: getattr(floats, name)[kept] for name in type(floats).__dataclass_fields__})
