"""Swaptions: premiums and vols given back."""

import pytest

from engine.book.fit import fit, fit_warnings
from engine.book.value import position_values


def test_a_swaption_s_premium_is_given_back(make_book, make_market):
    row = {"kind": "SWAPTION_PAYER", "currency": "JPY", "rate": 0.014, "maturity": "2026-05-28", "tenor": "10Y"}
    book, market = make_book(row | {"premium": 0.03, "notional": -1e9}), make_market()
    assert position_values(book, market)[0] == pytest.approx(-1e9 * 0.03, rel=1e-12)
    again = make_book(row | {"vol": float(fit(book, market).normal_vol[0]), "notional": -1e9})
    assert position_values(again, market)[0] == pytest.approx(-1e9 * 0.03, rel=1e-12)


@pytest.mark.parametrize(
    ("market_price", "is_odd"), [({"premium": 0.5}, True), ({"vol": 0.06}, True), ({"vol": 0.006}, False)]
)
def test_a_vol_that_no_market_has_is_pointed_out(market_price, is_odd, make_book, make_market):
    row = {"kind": "SWAPTION_PAYER", "currency": "JPY", "rate": 0.0125, "maturity": "2026-05-28", "tenor": "10Y"}
    book, market = make_book(row | market_price), make_market()
    said = fit_warnings(book, fit(book, market))
    assert any("a normal vol under 1 or over 300 bp" in text for text in said) == is_odd
