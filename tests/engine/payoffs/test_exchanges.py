"""Forwards, swaps and options from the spot date on: figures by hand, and bookings of one trade that agree."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.special import ndtr

from engine.book.fit import fit
from engine.book.value import position_values, values_on
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.moved_market import moved
from tests.engine.five_currencies import five_currencies

LEGS = 2 * 145.04e8  # yen of both legs of 100 mn dollars
ROUNDING = 2e-15  # of the legs: discount factors, a product or two


def on(valuation_date):
    """The bundled market as if it were of another day."""
    return replace(load_market(bundled_market_path()), valuation_date=valuation_date)


def discount(market, curve, days):
    return float(market.curves[curve].discount(days / 365))


def forward(market, days, spot_days=2):
    """145.04 on the spot date, carried on both curves from there."""
    dollars, yen = (discount(market, name, days) / discount(market, name, spot_days) for name in ("SOFR", "XCCY_JPY"))
    return 145.04 * dollars / yen


def test_spot_is_worth_nothing_and_a_week_from_it_seven_days_of_carry(make_book):
    """100 mn dollars at 145.04 for Friday 30 May, the spot date of Wednesday 28 May, and a week later."""
    market = on(date(2025, 5, 28))
    row = {"kind": "FX_FORWARD", "notional": 1e8, "rate": 145.04}
    spot, week = position_values(make_book(row | {"maturity": "2025-05-30"}, row | {"maturity": "2025-06-06"}), market)
    assert spot == pytest.approx(0.0, abs=ROUNDING * LEGS)
    wanted = 1e8 * discount(market, "XCCY_JPY", 9) * (forward(market, 9) - 145.04)
    assert week == pytest.approx(wanted, abs=ROUNDING * LEGS)
    assert week == pytest.approx(-11_504_816, abs=1.0)


def test_a_forward_for_good_friday_is_paid_on_it(make_book):
    """Monday 14 April 2025, spot date Wednesday 16; 18 April is a holiday of bond dealers alone.

    With the rate taken for today's they would be worth 47,422,968 and 42,492,391: two days of carry less, 0.033 yen.
    """
    today = date(2025, 4, 14)
    market, row = on(today), {"kind": "FX_FORWARD", "notional": 1e8, "rate": 144.5}
    book = make_book(row | {"maturity": "2025-04-18"}, row | {"maturity": "2025-04-21"}, valuation_date=today)
    assert book.warnings == ()
    carry = 145.04 * (discount(market, "XCCY_JPY", 2) / discount(market, "SOFR", 2) - 1.0)
    assert carry == pytest.approx(0.0329, abs=1e-4)
    cases = ((4, 50_710_359, 47_422_968), (7, 45_778_596, 42_492_391))
    for found, (days, known, without) in zip(position_values(book, market), cases, strict=True):
        wanted = 1e8 * discount(market, "XCCY_JPY", days) * (forward(market, days) - 144.5)
        assert found == pytest.approx(wanted, abs=ROUNDING * LEGS)
        assert found == pytest.approx(known, abs=1.0)
        assert found - 1e8 * carry * discount(market, "SOFR", days) == pytest.approx(without, abs=1.0)


def test_an_option_expires_on_a_holiday_of_tokyo(make_book):
    """Bought on Friday 18 July 2025 for Marine Day, the Monday: three days to expiry.

    Tokyo is closed on Monday, so that trade and expiry both have Wednesday 23 for their spot date: the forward is the
    spot rate. With the rate taken for today's, five days of carry below it, the option would be worth 60,833,627.
    """
    today = date(2025, 7, 18)
    market, row = on(today), {"kind": "FX_CALL", "notional": 1e8, "strike": 145.0, "vol": 0.12}
    book = make_book(row | {"maturity": "2025-07-21"}, row | {"maturity": "2025-07-22"}, valuation_date=today)
    assert book.options.expiry_day.tolist() == [3, 4]
    assert book.options.delivery_day.tolist() == [5, 6]

    def black(at, expiry, delivery):
        """100 mn of calls, undiscounted forward and days."""
        std = 0.12 * math.sqrt(expiry / 365)
        d1 = math.log(at / 145.0) / std + 0.5 * std
        return 1e8 * discount(market, "XCCY_JPY", delivery) * (at * ndtr(d1) - 145.0 * ndtr(d1 - std))

    assert black(forward(market, 5, spot_days=0), 3, 5) == pytest.approx(60_833_627, abs=1.0)
    cases = ((3, 5, 64_958_622), (4, 6, 73_854_257))
    for found, (expiry, delivery, known) in zip(position_values(book, market), cases, strict=True):
        assert found == pytest.approx(black(forward(market, delivery, spot_days=5), expiry, delivery), rel=1e-12)
        assert found == pytest.approx(known, abs=1.0)


def test_a_swap_is_its_two_outrights_on_every_day(make_book, make_market):
    terms = {"notional": 1e7, "maturity": "2025-08-29"}
    near = {"kind": "FX_FORWARD", "notional": 1e7, "rate": 145.2, "maturity": "2025-05-30"}
    swap = terms | {"kind": "FX_SWAP", "start_date": "2025-05-30", "rate": 145.2, "far_rate": 143.1}
    far = terms | {"kind": "FX_FORWARD", "notional": -1e7, "rate": 143.1}
    book, market = make_book(swap, near, far), make_market()
    fits = fit(book, market)
    for day in (0, 1, 2, 3, 14, 120):
        whole, first, second = values_on(book, market, fits, day=day, before=market)
        assert whole == pytest.approx(first + second, abs=ROUNDING * LEGS / 5)


def test_three_pairs_close_a_triangle_in_any_market(make_book, make_market):
    """Euros for dollars and these for yen are euros for yen, at any rates: no pair has a lag that another has not."""
    market = five_currencies(make_market())
    row = {"kind": "FX_FORWARD", "maturity": "2025-08-29"}
    book = make_book(
        row | {"currency": "EUR", "against": "USD", "notional": 1e7, "rate": 1.13},
        row | {"currency": "USD", "notional": 1.13e7, "rate": 144.0},
        row | {"currency": "EUR", "notional": 1e7, "rate": 1.13 * 144.0},
    )
    rng = np.random.default_rng(3)
    for _ in range(20):
        there = moved(market, rng.normal(0.0, np.where(market.vols > 0.05, 0.1, 0.01)))
        cross, dollars, euros = position_values(book, there)
        assert cross + dollars == pytest.approx(euros, abs=1e-14 * 6 * 163.75 * 1e7)


def test_put_call_parity_of_a_cross_is_that_of_its_forward(make_book, make_market):
    market = five_currencies(make_market())
    row = {"currency": "EUR", "against": "USD", "notional": 1e7}
    option = row | {"strike": 1.14, "maturity": "2025-08-27"}
    book = make_book(
        option | {"kind": "FX_CALL"},
        option | {"kind": "FX_PUT"},
        row | {"kind": "FX_FORWARD", "rate": 1.14, "maturity": "2025-08-29"},
    )
    call, put, outright = position_values(book, market)
    assert call - put == pytest.approx(outright, abs=1e-13 * 163.75 * 1e7)


def test_dollars_of_a_currency_swap_are_worth_their_forward_sale(make_book, make_market):
    """10 mn and their interest at the end of a year, sold forward: what is left of the swap are its yen."""
    market = make_market()
    swap = {"kind": "XCCY_SWAP", "notional": 1e7, "rate": 145.0, "spread": 0.0}
    book = make_book(swap | {"start_date": "2025-05-28", "maturity": "2026-05-28"})
    days = (date(2026, 5, 28) - date(2025, 5, 28)).days
    proceeds = 1e7 / discount(market, "SOFR", days) * forward(market, days) * discount(market, "XCCY_JPY", days)
    yen = book.flows.amount @ [discount(market, "XCCY_JPY", day) for day in book.flows.day]
    floats = book.floats
    compounded = [
        amount * discount(market, "TONA", start) / discount(market, "TONA", end) * discount(market, "XCCY_JPY", end)
        for amount, start, end in zip(floats.amount, floats.start_day, floats.day, strict=True)
    ]
    (held,) = position_values(book, market)
    assert held == pytest.approx(yen + sum(compounded) + proceeds, abs=1e-14 * LEGS)
