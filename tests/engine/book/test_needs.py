"""All that a market lacks for a book is said at once, each with the first position that needs it."""

from dataclasses import replace

import pytest

from engine.book.needs import check_needs
from engine.errors import InputError
from tests.engine.five_currencies import five_currencies


def test_all_lacking_currencies_and_curves_are_named_with_a_position(make_book, make_market):
    book = make_book(
        {"kind": "CASH", "currency": "JPY", "notional": 1.0},
        {"kind": "BUND", "currency": "EUR", "coupon": 0.025, "maturity": "2034-08-15"},
        {"kind": "CASH", "currency": "EUR"},
        {"kind": "CASH", "currency": "AUD"},
        {"kind": "FX_FORWARD", "currency": "EUR", "maturity": "2025-08-29", "rate": 163.0},
    )
    with pytest.raises(InputError) as caught:
        check_needs(book, make_market())
    aud, eur, bund, cash, forward = str(caught.value).splitlines()
    assert aud.startswith("the market has no exchange rate of AUD, the currency of position 'P3'; it has JPY, USD;")
    assert "no exchange rate of EUR, the currency of position 'P1' and 2 more;" in eur
    assert "[fx.rates.EUR] table with `level` and `source`, EURJPY among `names` of [factors], and [curves.BUND]" in eur
    assert bund.startswith("the market has no curve 'BUND', needed by position 'P1'; it has ")
    assert bund.endswith("give it a [curves.BUND] table, the par yields of bonds")
    assert "no curve 'XCCY_AUD', needed by position 'P3'" in cash
    assert "no curve 'XCCY_EUR', needed by position 'P2' and 1 more" in forward
    assert forward.endswith("give it a [spreads.XCCY_EUR] table, spreads over another curve")
    check_needs(book, five_currencies(make_market()))


def test_lacking_vols_name_the_option_and_not_a_fixing(make_book, make_market):
    market = replace(five_currencies(make_market()), fx_vols={})
    ndf = {"kind": "NDF", "currency": "EUR", "maturity": "2025-08-29", "rate": 163.0}
    check_needs(make_book(ndf), market)
    call = {"kind": "FX_CALL", "currency": "EUR", "against": "USD", "strike": 1.1, "maturity": "2025-08-29"}
    with pytest.raises(InputError, match=r"no vols of 'EURUSD', needed by position 'P1'; give it a \[fx_vols.EURUSD\]"):
        check_needs(make_book(ndf, call), market)
    bare = {name: curve for name, curve in market.curves.items() if name != "XCCY_EUR"}
    with pytest.raises(InputError, match=r"no curve 'XCCY_EUR', needed by position 'P0'; .* \[spreads.XCCY_EUR\]"):
        check_needs(make_book(call), replace(market, curves=bare))
