"""Values, spreads and DV01 against closed forms."""

from datetime import date

import pytest

from engine.book.fit import fit
from engine.book.greeks import curve_dv01
from engine.book.value import book_warnings, position_values, values_on
from engine.errors import InputError

FORWARD_DAYS = (date(2025, 8, 29) - date(2025, 5, 28)).days


def _cip_rate(market):
    """Of the spot rate for Friday 30 May, two days ahead."""
    yen, dollars = (
        market.curves[name].discount(FORWARD_DAYS / 365.0) / market.curves[name].discount(2 / 365.0)
        for name in ("XCCY_JPY", "SOFR")
    )
    return float(market.usdjpy * dollars / yen)


def test_a_forward_at_the_covered_interest_rate_is_worth_nothing(make_book, make_market):
    market = make_market()
    row = {"kind": "FX_FORWARD", "notional": 1e8, "maturity": "2025-08-29"}
    book = make_book(row | {"rate": _cip_rate(market)}, row | {"rate": _cip_rate(market) - 1.0})
    at_par, cheap = position_values(book, market)
    assert at_par == pytest.approx(0.0, abs=1e-5)  # yen, of legs of 1.4e10 yen rounded to 1e-16
    wanted = 1e8 * float(market.curves["XCCY_JPY"].discount(FORWARD_DAYS / 365.0))  # a yen a dollar, at maturity
    assert cheap == pytest.approx(wanted, rel=1e-12)


def test_cash_is_worth_its_amount_and_grows_at_the_rate_of_its_exchanges(make_book, make_market):
    book, market = make_book({"kind": "CASH", "notional": -3.0}, {"kind": "CASH", "currency": "JPY"}), make_market()
    assert position_values(book, market) == pytest.approx([-3 * 145.04, 100.0], rel=1e-14)
    grown = values_on(book, market, fit(book, market), day=28, before=market)  # a Wednesday too: spot is two days on
    wanted = [
        -3 * 145.04 / market.curves["SOFR"].discount(28 / 365),
        100.0 / market.curves["XCCY_JPY"].discount(28 / 365),
    ]
    assert grown == pytest.approx(wanted, rel=1e-14)


def test_dv01_is_the_exact_loss_of_a_parallel_basis_point(make_book, make_market):
    book = make_book(
        {"kind": "JGB", "coupon": 0.014, "maturity": "2035-03-20", "notional": 1e9, "price": 97.0},
        {"kind": "FX_FORWARD", "notional": 1e8, "maturity": "2025-08-29", "rate": 143.0},
        {"kind": "UST", "coupon": 0.045, "maturity": "2054-11-15", "notional": -1e6},
        {"kind": "CASH", "currency": "JPY"},
    )
    market = make_market()
    fits = fit(book, market)
    base, found = position_values(book, market, fits), curve_dv01(book, market, fits)
    for name, moved in (("JGB", make_market(jgb_move=1e-4)), ("UST", make_market(ust_move=1e-4))):
        # two values of 1.4e10 yen, each rounded to 1e-16, are subtracted
        assert found[name] == pytest.approx(base - position_values(book, moved, fits), abs=2e-5)
    assert found["JGB"][0] > 0 > found["JGB"][1]
    assert found["UST"][1] > 0 > found["UST"][2]
    assert found["JGB"][3] == found["UST"][3] == 0.0


def test_a_notional_of_zero_is_worth_exactly_zero(make_book, make_market):
    bond = {"kind": "UST", "coupon": 0.04, "maturity": "2034-11-15", "notional": 0.0, "price": 98.0}
    book, market = make_book(bond), make_market()
    assert position_values(book, market).tolist() == [0.0]
    assert [lost.tolist() for lost in curve_dv01(book, market, fit(book, market)).values()] == [[0.0], [0.0]]
    assert any("notional of 0" in warning for warning in book.warnings)


def test_payments_beyond_the_curve_are_warned_of_with_the_rule(make_book, make_market):
    book = make_book({"kind": "JGB", "coupon": 0.022, "maturity": "2064-03-20", "position_id": "JGB-40"})
    assert book_warnings(book, make_market()) == ()
    (warning,) = book_warnings(book, make_market(last_node=10950))
    assert "'JGB-40' fall beyond the last node of curve 'JGB' (30 years): the zero rate is held flat" in warning


def test_a_market_of_another_date_or_without_the_curve_is_refused(make_book, make_market):
    book = make_book({"kind": "UST", "coupon": 0.04, "maturity": "2034-11-15"})
    with pytest.raises(InputError, match=r"compiled for 2025-05-28, the market is of 2025-05-29"):
        position_values(book, make_market(date(2025, 5, 29)))
    market = make_market()
    del market.curves["UST"]
    with pytest.raises(InputError, match=r"no curve 'UST', needed by position 'P0'; it has JGB"):
        position_values(book, market)


def test_rates_and_strikes_far_from_spot_are_pointed_out(make_book, make_market):
    rows = [
        {"kind": "FX_FORWARD", "maturity": "2025-08-29", "rate": 90.0, "position_id": "LOW"},
        {"kind": "FX_FORWARD", "maturity": "2025-08-29", "rate": 140.0, "position_id": "FAIR"},
        {"kind": "FX_CALL", "maturity": "2025-08-27", "strike": 200.0, "position_id": "HIGH"},
    ]
    (warning,) = book_warnings(make_book(*rows), make_market())
    assert "positions 'LOW', 'HIGH': the rate or strike is over 30% from USD/JPY at 145.04" in warning


def test_a_notional_far_beyond_the_others_is_pointed_out(make_book):
    row = {"kind": "JGB", "coupon": 0.01, "maturity": "2035-03-20"}
    rows = [row | {"notional": size} for size in (1e9, -2e9, 3e9, 5e12)]
    (warning,) = make_book(*rows).warnings
    assert "1 position ('P3') with a notional over 1,000 times the median of its kind" in warning
    assert make_book(*rows[1:3], rows[3]).warnings  # three of a kind have a median
    assert make_book(rows[0], rows[3]).warnings == ()


def test_swaps_far_off_market_are_pointed_out(make_book, make_market):
    row = {"kind": "OIS", "currency": "USD", "start_date": "2025-06-02", "maturity": "2035-06-02", "notional": 5e7}
    rows = [row | {"rate": rate, "position_id": name} for rate, name in ((0.041, "FAIR"), (0.2, "FIVE-FOLD"))]
    (warning,) = book_warnings(make_book(*rows), make_market())
    assert warning.startswith("position 'FIVE-FOLD': a swap worth over 3% of its notional per year of life")


def test_a_swaption_s_swap_beyond_the_curve_is_warned_of(make_book, make_market):
    row = {"kind": "SWAPTION_PAYER", "currency": "USD", "notional": 5e7, "rate": 0.04, "maturity": "2026-05-28"}
    book = make_book(row | {"tenor": "30Y", "vol": 0.008, "position_id": "LONG"})
    assert book_warnings(book, make_market()) == ()
    (warning,) = book_warnings(book, make_market(last_node=10950))
    assert "'LONG' fall beyond the last node of curve 'SOFR'" in warning
