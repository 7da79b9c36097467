"""Swaptions: premiums and vols given back."""

import pytest

from engine.book.fit import fit
from engine.book.value import position_values


def test_a_swaption_s_premium_is_given_back(make_book, make_market):
    row = {"kind": "SWAPTION_PAYER", "currency": "JPY", "rate": 0.014, "maturity": "2026-05-28", "tenor": "10Y"}
    book, market = make_book(row | {"premium": 0.03, "notional": -1e9}), make_market()
    assert position_values(book, market)[0] == pytest.approx(-1e9 * 0.03, rel=1e-12)
    again = make_book(row | {"vol": float(fit(book, market).normal_vol[0]), "notional": -1e9})
    assert position_values(again, market)[0] == pytest.approx(-1e9 * 0.03, rel=1e-12)
