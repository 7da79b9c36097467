"""Warnings of what market prices fix."""

from engine.book.fit import fit, fit_warnings
from tests.engine.hand_made import FUTURE, OPTION


def test_prices_far_off_the_market_are_pointed_out(make_book, make_market):
    market = make_market()
    book = make_book(
        {"kind": "UST", "coupon": 0.04, "maturity": "2035-05-15", "price": 60.0, "position_id": "CHEAP"},
        OPTION | {"kind": "FX_CALL", "strike": 148.0, "vol": 0.4, "position_id": "RICH"},
        FUTURE | {"price": 120.0, "position_id": "FAR"},
    )
    said = fit_warnings(book, fit(book, market))
    assert [name for name in ("'CHEAP'", "'RICH'", "'FAR'") if any(name in text for text in said)] == [
        "'CHEAP'", "'RICH'", "'FAR'"
    ]  # fmt: skip
