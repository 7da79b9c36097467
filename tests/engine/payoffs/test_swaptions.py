"""Swaptions: premiums and vols given back."""

import numpy as np
import pytest

from engine.book.fit import fit, fit_warnings
from engine.book.value import position_values
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.moved_market import moved
from engine.payoffs.swaptions import Swaptions, float_and_annuity
from tests.engine.basis_market import basis_market


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


@pytest.mark.parametrize("side", ["PAYER", "RECEIVER"])
def test_quantlib_prices_a_swaption_alike_under_moved_vols(side, make_book):
    ql = pytest.importorskip("QuantLib")
    market = basis_market(load_market(bundled_market_path()))
    row = {"kind": f"SWAPTION_{side}", "currency": "JPY", "rate": 0.013, "maturity": "2026-05-28", "tenor": "10Y"}
    book = make_book(row | {"vol": 0.006, "notional": 1e9})
    fits, names = fit(book, market), [factor.name for factor in market.factors]
    for move in (np.log(1.25), np.log(0.5)):
        after = moved(market, [move * (name == "SWAPTION_JPY_VOL") for name in names])
        (floating,), (annuity,) = float_and_annuity(book.table(Swaptions), after)
        kind = ql.Option.Call if side == "PAYER" else ql.Option.Put
        std = 0.006 * np.exp(move)  # a year to expiry
        wanted = 1e9 * annuity * ql.bachelierBlackFormula(kind, 0.013, floating / annuity, std)
        assert position_values(book, after, fits)[0] == pytest.approx(wanted, rel=1e-12)
    other = moved(market, [0.3 * (name == "SWAPTION_USD_VOL") for name in names])
    assert position_values(book, other, fits)[0] == position_values(book, market, fits)[0]
