"""Dates, forwards, points, vols and deltas as a desk has them."""

import json
import math
from datetime import date

import numpy as np
import pytest
from scipy.special import ndtr

from engine.book.check import as_json, check_book
from engine.book.fit import fit
from engine.book.fx_terms import fx_terms
from engine.book.value import position_values
from engine.market.moved_market import moved
from tests.engine.five_currencies import five_currencies

CALL = {"kind": "FX_CALL", "notional": 1e7, "strike": 148.0, "vol": 0.12, "maturity": "2025-08-27"}


def terms_of(book, market):
    fits = fit(book, market)
    return fx_terms(book, market, fits, position_values(book, market, fits))


def discount(market, curve, days):
    return float(market.curves[curve].discount(days / 365))


def test_a_call_has_the_market_s_deltas_by_formula(make_book, make_market):
    market = make_market()
    (found,) = terms_of(make_book(CALL), market)
    dollars, yen = (discount(market, name, 93) / discount(market, name, 2) for name in ("SOFR", "XCCY_JPY"))
    forward, std = 145.04 * dollars / yen, 0.12 * math.sqrt(91 / 365)
    d1 = math.log(forward / 148.0) / std + 0.5 * std
    assert (found.pair, found.currency) == ("USD/JPY", "USD")
    assert (found.spot_date, found.expiry, found.delivery) == (date(2025, 5, 30), date(2025, 8, 27), date(2025, 8, 29))
    assert (found.spot, found.forward) == pytest.approx((145.04, forward), rel=1e-14)
    assert found.points == pytest.approx(forward - 145.04, abs=1e-12)
    assert found.vols == ((148.0, pytest.approx(0.12, rel=1e-14)),)
    assert found.delta == pytest.approx(1e7 * dollars * ndtr(d1), rel=1e-12)
    adjusted = 1e7 * dollars * 148.0 / forward * ndtr(d1 - std)  # Reiswich & Wystup (2010)
    assert found.premium_adjusted_delta == pytest.approx(adjusted, rel=1e-11)


@pytest.mark.parametrize("kind", ["FX_PUT", "FX_STRADDLE", "FX_CALL"])
def test_selling_the_delta_at_spot_hedges_a_small_move(kind, make_book, make_market):
    """A forward to the spot date of as many dollars loses what the option gains; by central differences of 1e-5."""
    market = make_market()
    row = CALL | {"kind": kind, "strike": 145.0}
    (found,) = terms_of(make_book(row), market)
    hedge = {"kind": "FX_FORWARD", "notional": -found.delta, "rate": 145.04, "maturity": "2025-05-30"}
    book = make_book(row, hedge)
    fits, place = fit(book, market), [factor.name for factor in market.factors].index("USDJPY")
    move = np.zeros(len(market.factors))
    move[place] = 1e-5
    gains = position_values(book, moved(market, move), fits) - position_values(book, moved(market, -move), fits)
    assert abs(gains[1]) > 300.0
    # the vol of a strike moves along the smile, which a delta at the strike's own vol leaves out
    assert gains.sum() == pytest.approx(0.0, abs=0.1 * 1e7 * 145.04 * 2e-5)


def test_outrights_and_swaps_have_a_row_for_each_delivery_and_an_ndf_its_fixing(make_book, make_market):
    swap = {"kind": "FX_SWAP", "notional": -1e7, "rate": 145.0, "far_rate": 143.0}
    swap |= {"start_date": "2025-05-30", "maturity": "2025-08-29"}
    ndf = {"kind": "NDF", "notional": 1e7, "rate": 144.0, "maturity": "2025-07-30"}
    near, far, fixed = terms_of(make_book(swap, ndf), make_market())
    assert [(each.delivery, each.expiry) for each in (near, far, fixed)] == [
        (date(2025, 5, 30), None),
        (date(2025, 8, 29), None),
        (date(2025, 7, 30), date(2025, 7, 28)),
    ]
    assert near.points == pytest.approx(0.0, abs=1e-12)
    assert near.delta == pytest.approx(-1e7, rel=1e-15)
    assert far.points < fixed.points < 0.0
    assert {each.premium_adjusted_delta for each in (near, far, fixed)} == {None}


def test_a_cross_has_its_own_spot_date_and_rate(make_book, make_market):
    """Dealt on Wednesday 2 July 2025: Friday is a holiday of dollars, so euros for yen wait as well."""
    market = five_currencies(make_market(date(2025, 7, 2)))
    row = {"kind": "FX_FORWARD", "currency": "EUR", "notional": 1e7, "maturity": "2025-08-29"}
    book = make_book(row | {"rate": 163.0}, row | {"rate": 1.13, "against": "USD"}, valuation_date=date(2025, 7, 2))
    yen, dollars = terms_of(book, market)
    assert (yen.pair, dollars.pair) == ("EUR/JPY", "EUR/USD")
    assert (yen.spot_date, dollars.spot_date) == (date(2025, 7, 7), date(2025, 7, 7))
    assert (yen.spot, dollars.spot) == pytest.approx((163.75, 163.75 / 145.04), rel=1e-14)


def test_what_is_fixed_and_not_settled_has_no_terms(make_book, make_market):
    """Its dollars are cash to come, and no delivery of USD/JPY."""
    fixed = {"kind": "NDF", "currency": "AUD", "against": "USD", "rate": 0.64, "maturity": "2025-05-30"}
    expired = {"kind": "FX_PUT", "currency": "EUR", "against": "USD", "strike": 1.2, "maturity": "2025-05-28"}
    assert terms_of(make_book(fixed, expired), five_currencies(make_market())) == ()


def test_vols_of_a_package_are_by_strike_and_other_kinds_have_no_terms(make_book, make_market):
    strangle = {"kind": "FX_STRANGLE", "notional": 1e7, "strike": 138.0, "strike_2": 150.0, "maturity": "2025-08-27"}
    swap = {"kind": "XCCY_SWAP", "notional": 1e7, "rate": 145.0, "spread": 0.0}
    swap |= {"start_date": "2025-05-30", "maturity": "2030-05-30"}
    book = make_book({"kind": "UST", "coupon": 0.04, "maturity": "2030-05-15"}, swap, strangle)
    (found,) = terms_of(book, make_market())
    assert found.position_id == "P2"
    assert [strike for strike, _ in found.vols] == [138.0, 150.0]


def test_a_check_is_json_with_the_terms(make_book, make_market):
    checked = json.loads(json.dumps(as_json(check_book(make_book(CALL), make_market())), allow_nan=False))
    (terms,) = checked["fx"]
    assert (terms["spot_date"], terms["delivery"], terms["vols"][0]["strike"]) == ("2025-05-30", "2025-08-29", 148.0)
    assert checked["positions"][0]["value"] == checked["total"]["value"]
