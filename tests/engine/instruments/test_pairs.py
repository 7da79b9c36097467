from dataclasses import replace
from datetime import date

import pytest

from engine.book.value import book_warnings
from engine.conventions.currencies import CURRENCIES, currency_of, fx_quote
from engine.errors import FileFaults
from engine.inputs.book.load import load_book
from engine.instruments.pairs import Pair, pair_of, pair_of_fields, quoted_pair
from engine.payoffs.exchanges import ExchangeLeg
from engine.payoffs.fx_options import OptionPart
from tests.engine.five_currencies import five_currencies
from tests.engine.hand_made import parts_of


def test_the_other_currency_is_the_home_currency_unless_it_is_named(make_positions):
    rows = [
        {"kind": "FX_SPOT", "currency": "EUR", "rate": 163.0},
        {"kind": "FX_SPOT", "currency": "EUR", "rate": 1.13, "against": "USD"},
        {"kind": "FX_DIGITAL_CALL", "currency": "JPY", "strike": 150.0, "maturity": "2025-08-27"},
        {"kind": "FX_DIGITAL_CALL", "currency": "JPY", "strike": 165.0, "against": "EUR", "maturity": "2025-08-27"},
    ]
    assert [pair_of(position).label for position in make_positions(*rows)] == [
        "EUR/JPY",
        "EUR/USD",
        "USD/JPY",
        "EUR/JPY",
    ]


def test_a_rate_is_sane_where_the_home_currency_s_rates_allow_it():
    usdjpy, eurusd = pair_of_fields("USD", None), pair_of_fields("EUR", "USD")
    assert (usdjpy.rates, usdjpy.strikes, usdjpy.words) == ((50.0, 500.0), (10.0, 1000.0), "yen for one dollar")
    assert eurusd.rates == (50.0 / 500.0, 500.0 / 50.0)
    assert eurusd.words == "dollar for one euro"


def test_two_currencies_are_quoted_with_the_home_currency_or_the_dollar_second():
    found = [quoted_pair(*two).label for two in (("JPY", "EUR"), ("EUR", "JPY"), ("USD", "EUR"), ("MXN", "USD"))]
    assert found == ["EUR/JPY", "EUR/JPY", "EUR/USD", "MXN/USD"]
    assert quoted_pair("USD", "JPY") == Pair(foreign="USD", domestic="JPY")


def test_euros_are_exchanged_for_dollars_on_days_of_target_and_new_york(make_positions):
    row = {"kind": "FX_FORWARD", "currency": "EUR", "notional": 2e6, "rate": 1.14, "against": "USD"}
    labour_day, memorial_day = make_positions(row | {"maturity": "2026-05-01"}, row | {"maturity": "2026-05-25"})
    day = make_positions(row | {"maturity": "2026-05-04"})[0].maturity
    dollars, euros = parts_of(labour_day, day.replace(year=2025, month=5, day=28), ExchangeLeg)
    assert (dollars.currency, dollars.curve, dollars.amounts.tolist()) == ("USD", "SOFR", [-2e6 * 1.14])
    assert (euros.currency, euros.curve, euros.amounts.tolist()) == ("EUR", "XCCY_EUR", [2e6])
    assert dollars.days.tolist() == [341]  # Monday 4 May 2026, though Tokyo is closed then
    held = parts_of(memorial_day, day.replace(year=2025, month=5, day=28), ExchangeLeg)
    assert held[0].days.tolist() == [363]  # Tuesday


def test_delivery_follows_the_currencies_spot_days(make_positions):
    aud = currency_of("AUD")
    slow = replace(aud, fx=replace(fx_quote("AUD"), spot_days=4))
    row = {"kind": "FX_CALL", "currency": "AUD", "strike": 93.0, "maturity": "2025-06-30"}
    ndf = {"kind": "NDF", "currency": "AUD", "rate": 93.0, "maturity": "2025-07-10"}
    dealt = [row, ndf, row | {"strike": 0.65, "against": "USD"}]
    usual = [parts_of(each, DATE, OptionPart)[0] for each in make_positions(*dealt)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CURRENCIES, "AUD", slow)
        later = [parts_of(each, DATE, OptionPart)[0] for each in make_positions(*dealt)]
    assert [(each.expiry_day, each.delivery_day) for each in usual] == [(33, 35), (41, 43), (33, 35)]
    # Friday 4 July, day 37, is a holiday of dollars: a clear day, and one to fix on, but none to deliver on
    assert [(each.expiry_day, each.delivery_day) for each in later] == [(33, 40), (37, 43), (33, 40)]


def test_spot_is_two_payments(make_positions):
    (spot,) = make_positions({"kind": "FX_SPOT", "currency": "AUD", "notional": 10.0, "rate": 0.65, "against": "USD"})
    paid = [(leg.currency, leg.days.tolist(), leg.amounts.tolist()) for leg in parts_of(spot, DATE, ExchangeLeg)]
    assert paid == [("USD", [2], [-6.5]), ("AUD", [2], [10.0])]


DATE = date(2025, 5, 28)
HEADER = "position_id,kind,currency,notional,rate,maturity,strike,against\n"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("P,FX_FORWARD,EUR,1000,1.14,2025-08-29,,", r"rate: must be at least 50 and below 500, got 1.14"),
        ("P,FX_FORWARD,EUR,1000,0.006,2025-08-29,,", r"got 0.006; is 166.667 meant\? The rate is yen for one euro"),
        ("P,FX_FORWARD,EUR,1000,163,2025-08-29,,USD", r"rate: must be at least 0.1 and below 10, got 163"),
        ("P,FX_CALL,EUR,1000,,2025-08-29,163,USD", r"strike: must be at least 0.02 and below 20, got 163"),
        ("P,FX_FORWARD,EUR,1000,1,2025-08-29,,EUR", r"against: is 'EUR', the currency itself; name the other one"),
        ("P,FX_FORWARD,JPY,1000,1,2025-08-29,,", r"currency: FX_FORWARD is in USD or EUR or AUD.*, got 'JPY'"),
        ("P,CASH,EUR,1000,,,,USD", r"against: CASH takes no `against`; leave the field empty"),
        ("P,BUND,USD,1000,,2035-02-15,,", r"currency: BUND is in EUR, got 'USD'"),
        ("P,FX_FORWARD,EUR,1000,1,2025-08-29,,EURO", r"against: unknown currency 'EURO'; did you mean EUR\?"),
    ],
)
def test_a_row_that_is_no_trade_is_refused(row, message, tmp_path, make_market):
    path = tmp_path / "book.csv"
    path.write_text(HEADER + row + "\n")
    with pytest.raises(FileFaults, match=message):
        load_book(path, make_market().valuation_date)


def test_a_rate_far_from_the_cross_is_pointed_out(make_book, make_market):
    market = five_currencies(make_market())
    rows = [
        {"kind": "FX_FORWARD", "currency": "EUR", "rate": 1.6, "maturity": "2025-08-29", "against": "USD"},
        {"kind": "FX_FORWARD", "currency": "EUR", "rate": 163.0, "maturity": "2025-08-29"},
        {"kind": "FX_CALL", "currency": "EUR", "strike": 0.7, "maturity": "2025-08-29", "against": "USD"},
        {"kind": "FX_FORWARD", "currency": "MXN", "rate": 12.0, "maturity": "2025-08-29"},
    ]
    told = [line for line in book_warnings(make_book(*rows), market) if "check it" in line]
    assert told == [
        "positions 'P0', 'P2': the rate or strike is over 30% from EUR/USD at 1.129; check it",
        "position 'P3': the rate or strike is over 30% from MXN/JPY at 7.47; check it",
    ]
