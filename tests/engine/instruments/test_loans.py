"""Repos and deposits: interest worked out by hand."""

from datetime import date

import pytest

from engine.payoffs.flows import Leg
from tests.engine.hand_made import parts_of


def test_loans_pay_simple_interest_by_currency(make_positions):
    rows = [
        {"kind": "REPO", "currency": "JPY", "notional": -1e9, "rate": 0.0049}
        | {"start_date": "2025-05-14", "maturity": "2025-06-13"},
        {"kind": "REPO", "currency": "USD", "notional": -1e6, "rate": 0.0437}
        | {"start_date": "2025-05-27", "maturity": "2025-06-27"},
        {"kind": "DEPOSIT", "currency": "JPY", "notional": 1e9, "rate": 0.006}
        | {"start_date": "2025-06-02", "maturity": "2025-08-29"},
    ]
    (yen,), (dollars,), (ahead,) = (parts_of(loan, date(2025, 5, 28), Leg) for loan in make_positions(*rows))
    assert yen.amounts == pytest.approx([-1e9 * (1 + 0.0049 * 30 / 365)], rel=1e-15)
    assert dollars.amounts == pytest.approx([-1e6 * (1 + 0.0437 * 31 / 360)], rel=1e-15)
    assert ahead.days.tolist() == [5, 93]
    assert ahead.amounts == pytest.approx([-1e9, 1e9 * (1 + 0.006 * 88 / 365)], rel=1e-15)
