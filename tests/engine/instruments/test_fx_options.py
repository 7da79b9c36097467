"""FX options as calls and flows, by hand."""

from datetime import date, timedelta

import pytest

from engine.payoffs.flows import Leg
from engine.payoffs.fx_options import OptionPart
from engine.payoffs.quoted import PremiumPart
from tests.engine.hand_made import OPTION, parts_of

DATE = date(2025, 5, 28)


@pytest.mark.parametrize(
    ("terms", "calls", "paid"),
    [
        ({"kind": "FX_CALL", "strike": 148.0}, [(148.0, 1e7)], {}),
        ({"kind": "FX_PUT", "strike": 140.0}, [(140.0, 1e7)], {"JPY": 1.4e9, "USD": -1e7}),
        ({"kind": "FX_STRADDLE", "strike": 144.0}, [(144.0, 2e7)], {"JPY": 1.44e9, "USD": -1e7}),
        (
            {"kind": "FX_STRANGLE", "strike": 138.0, "strike_2": 150.0},
            [(138.0, 1e7), (150.0, 1e7)],
            {"JPY": 1.38e9, "USD": -1e7},
        ),
        (
            {"kind": "FX_RISK_REVERSAL", "strike": 138.0, "strike_2": 150.0},
            [(138.0, -1e7), (150.0, 1e7)],
            {"JPY": -1.38e9, "USD": 1e7},
        ),
        ({"kind": "FX_DIGITAL_CALL", "strike": 150.0}, [(149.75, 2e7), (150.25, -2e7)], {}),
        ({"kind": "FX_DIGITAL_PUT", "strike": 150.0}, [(149.75, -2e7), (150.25, 2e7)], {"JPY": 1e7}),
    ],
    ids=lambda value: value.get("kind", "") if isinstance(value, dict) else "",
)
def test_every_package_is_calls_and_what_makes_puts_of_them(terms, calls, paid, make_positions):
    (position,) = make_positions(OPTION | terms)
    options, legs = parts_of(position, DATE, OptionPart), parts_of(position, DATE, Leg)
    assert [(option.strike, option.amount) for option in options] == calls
    assert {leg.currency: float(leg.amounts[0]) for leg in legs} == paid


def test_an_option_delivers_two_business_days_of_both_centres_after_expiry(make_positions):
    (position,) = make_positions(OPTION | {"kind": "FX_CALL", "strike": 148.0, "maturity": "2025-07-02"})
    (option,) = parts_of(position, DATE, OptionPart)
    assert DATE + timedelta(days=option.expiry_day) == date(2025, 7, 2)
    assert DATE + timedelta(days=option.delivery_day) == date(2025, 7, 7)  # Friday the 4th is Independence Day


def test_a_premium_is_of_the_whole_position(make_positions):
    (position,) = make_positions(OPTION | {"kind": "FX_CALL", "strike": 148.0, "premium": 1.5, "notional": -1e6})
    assert [part.value for part in parts_of(position, DATE, PremiumPart)] == [-1.5e6]
