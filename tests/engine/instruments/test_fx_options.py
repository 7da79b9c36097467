"""FX options as calls and flows, by hand."""

from datetime import date, timedelta

import pytest

from engine.payoffs.exchanges import ExchangeLeg
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
    options, legs = parts_of(position, DATE, OptionPart), parts_of(position, DATE, (Leg, ExchangeLeg))
    assert [(option.strike, option.amount) for option in options] == calls
    assert {leg.currency: float(leg.amounts[0]) for leg in legs} == paid


@pytest.mark.parametrize(
    ("named", "expires", "delivers"),
    [
        ("2025-07-02", "2025-07-02", "2025-07-07"),  # Friday 4 July is Independence Day
        ("2025-07-03", "2025-07-03", "2025-07-07"),  # which does not delay what is dealt on its eve
        ("2025-07-04", "2025-07-04", "2025-07-08"),  # and is a day to expire on
        ("2025-07-21", "2025-07-21", "2025-07-23"),  # Marine Day in Tokyo
        ("2026-01-02", "2026-01-02", "2026-01-06"),  # banks in Tokyo are closed to the 3rd; the 5th and 6th are clear
        ("2026-01-01", "2026-01-02", "2026-01-06"),  # nothing expires on 1 January
        ("2025-11-30", "2025-11-28", "2025-12-02"),  # a Sunday; the Monday is of another month
        ("2025-11-29", "2025-11-28", "2025-12-02"),
        ("2025-08-23", "2025-08-25", "2025-08-27"),  # a Saturday
    ],
)
def test_an_option_expires_on_its_day_and_delivers_on_the_spot_date_of_that(named, expires, delivers, make_positions):
    (position,) = make_positions(OPTION | {"kind": "FX_CALL", "strike": 148.0, "maturity": named})
    (option,) = parts_of(position, DATE, OptionPart)
    days = (DATE + timedelta(days=day) for day in (option.expiry_day, option.delivery_day))
    assert [day.isoformat() for day in days] == [expires, delivers]


def test_a_moved_expiry_is_said_once_a_book(make_book):
    row = OPTION | {"kind": "FX_CALL", "strike": 148.0}
    days = ("2025-11-29", "2025-07-21", "2026-01-01")
    (warning,) = make_book(*(row | {"maturity": day} for day in days)).warnings
    assert warning.startswith("2 positions ('P0', 'P2') with an expiry on a weekend or 1 January: moved to the next")


def test_a_premium_is_of_the_whole_position(make_positions):
    (position,) = make_positions(OPTION | {"kind": "FX_CALL", "strike": 148.0, "premium": 1.5, "notional": -1e6})
    assert [part.value for part in parts_of(position, DATE, PremiumPart)] == [-1.5e6]
