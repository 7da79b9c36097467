"""The factors that a book's value depends on."""

import pytest

from engine.book.used_factors import PRICES, VOLS, YIELDS, used_factors
from engine.inputs.book.load import bundled_book_path
from engine.inputs.book.several import load_books
from engine.inputs.market.load import bundled_market_path, load_market
from tests.engine.basis_market import basis_market

MARKET = load_market(bundled_market_path())


@pytest.fixture
def used(tmp_path):
    def of(*rows, market=MARKET):
        path = tmp_path / "book.csv"
        path.write_text("\n".join(rows) + "\n")
        return used_factors(load_books([path], market.valuation_date), market)

    return of


def test_a_bond_uses_its_curve_and_nothing_else(used):
    row = "position_id,book,kind,currency,notional,coupon,issue_date,maturity"
    found = used(row, "A,b,JGB,JPY,1e9,0.02,2024-12-20,2034-12-20")
    assert list(found) == [YIELDS]
    assert set(found[YIELDS]) >= {"JGB_1Y", "JGB_40Y"}
    assert all(name.startswith("JGB") for name in found[YIELDS])


def test_the_sample_books_use_both_curves_and_a_vol_where_they_hold_options():
    found = used_factors(load_books([bundled_book_path()], MARKET.valuation_date), MARKET)
    assert {name.split("_")[0] for name in found[YIELDS]} == {"JGB", "UST"}
    assert PRICES not in found
    assert found.get(VOLS, ("USDJPY_VOL",)) == ("USDJPY_VOL",)


def test_options_and_swaptions_use_the_vols_and_skews_that_the_market_moves(used):
    header = "position_id,book,kind,currency,notional,rate,maturity,tenor,vol,strike"
    rows = ("A,b,SWAPTION_PAYER,JPY,1e9,0.014,2026-05-28,10Y,0.006,", "B,b,FX_CALL,USD,1e6,,2025-08-27,,,150")
    found = used(header, *rows, market=basis_market(MARKET))
    assert found[VOLS] == ("USDJPY_VOL", "SWAPTION_JPY_VOL", "USDJPY_SKEW")
