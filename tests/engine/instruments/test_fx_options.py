"""FX options as calls and flows, by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.book.value import book_warnings
from engine.inputs.market.load import bundled_market_path, load_market
from engine.instruments.fx_options import OUTSIDE
from engine.market.fx_vols import DeltaKind, StrikeQuote
from engine.market.surface import fx_vols_of
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


def test_a_digital_that_a_w_shaped_smile_takes_beyond_its_payout_is_named(make_book):
    good = load_market(bundled_market_path())
    rows = [
        {"kind": "FX_DIGITAL_CALL", "currency": "JPY", "strike": strike, "maturity": "2026-05-28", "width": 0.5}
        | {"notional": 1e9, "position_id": f"D{strike:g}"}
        for strike in (115.0, 139.0, 160.0)
    ]
    book = make_book(*rows)
    assert not [warning for warning in book_warnings(book, good) if OUTSIDE in warning]
    # A digital is -dC/dK = N(d2) - vega dsigma/dK: where vols rise by a point a yen, 0.2 x 140 x 0.01, the second part
    # takes the first, near 0 or 1 so far from the forward, out of [0, 1].
    quotes = {1.0: StrikeQuote(strikes=(120.0, 130.0, 139.0, 148.0, 158.0), vols=(0.16, 0.10, 0.15, 0.10, 0.16))}
    curves = {"domestic": "XCCY_JPY", "foreign": "SOFR"}
    bent = fx_vols_of(
        "USDJPY",
        quotes,
        spot=good.usdjpy,
        curves=good.curves,
        **curves,
        delta=DeltaKind.SPOT,
        reference=1.0,
        source="w",
    )
    wild = replace(good, fx_vols={"USDJPY": bent}, levels={"USDJPY_VOL": bent.level})
    (warning,) = [warning for warning in book_warnings(book, wild) if OUTSIDE in warning]
    assert "'D115', 'D160'" in warning
