import pytest

from engine.book.warnings.odd_levels import odd_level_warnings

JGB = {"kind": "JGB", "maturity": "2035-03-20", "notional": 1e9}


@pytest.mark.parametrize(
    ("fields", "meant"),
    [
        ({"coupon": 0.014, "market_yield": 0.15}, "0.0015"),  # 0.15 % written in percent
        ({"coupon": 0.0999}, "0.000999"),
        ({"coupon": 0.014, "market_yield": 0.015}, None),
        ({"coupon": 0.05}, None),  # as JGB of the 1990s pay
        ({"coupon": 0.014, "price": 150.0}, None),  # a yield below the curve: no hundredth of it is nearer
    ],
)
def test_levels_in_percent_are_asked_about(make_book, make_market, fields, meant):
    said = odd_level_warnings(make_book({**JGB, **fields}), make_market())
    assert [f"is {meant} meant?" in text for text in said] == [True] * (meant is not None)


def test_a_treasury_of_eight_percent_is_an_old_one(make_book, make_market):
    old = {"kind": "UST", "currency": "USD", "maturity": "2035-05-15", "notional": 1e6, "coupon": 0.08}
    assert odd_level_warnings(make_book(old), make_market()) == ()
