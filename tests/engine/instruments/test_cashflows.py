"""Liabilities: payments worked out by hand, what is refused of them, and how much hangs on the last zero rate."""

from datetime import date
from math import exp

import pytest

from engine.backtest.walk.rolled_book import rolled_book
from engine.book.check import check_book
from engine.book.fit import fit
from engine.book.static_inputs import static_input_warnings
from engine.book.value import book_warnings, position_values
from engine.errors import FileFaults, InputError
from engine.inputs.book.load import load_book, read_positions

DATE = date(2025, 5, 28)
HEADER = "position_id,book,kind,currency,notional,maturity,curve"
RUN_OFF = ("L,main,CASHFLOW,JPY,-60,2030-05-27,", "L,main,CASHFLOW,JPY,-40,2095-05-28,")  # 1,825 and 25,567 days


def loaded(tmp_path, *rows, header=HEADER):
    path = tmp_path / "book.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return load_book(path, DATE)


def test_a_run_off_is_one_position_and_its_last_zero_rate_holds_beyond_the_curve(tmp_path, make_market):
    book, market = loaded(tmp_path, *RUN_OFF), make_market()
    # By hand: the zero rates of the market's JGB curve are 1.05 % at 5 years, and 3.45 % from 50 years on.
    by_hand = -60.0 * exp(-0.0105 * 5.0) - 40.0 * exp(-0.0345 * 25567 / 365)
    assert position_values(book, market) == pytest.approx([by_hand], rel=1e-14)
    beyond = 40.0 * exp(-0.0345 * 25567 / 365) / -by_hand
    assert any(f"beyond the last node of their curve, {beyond:.1%} of" in each for each in book_warnings(book, market))
    row = check_book(book, market).rows[0]
    assert (row.clean_price, row.market_yield) == (None, None)
    assert row.dv01["JGB"] == pytest.approx(-1e-4 * (60 * 5 * exp(-0.0525) + 40 * 70.05 * exp(-2.4166)), rel=5e-3)


def test_a_payment_is_discounted_on_the_curve_that_it_names(tmp_path, make_market):
    market = make_market()
    book = loaded(tmp_path, "L,main,CASHFLOW,USD,-100,2030-05-27,SOFR", "M,main,CASHFLOW,USD,-100,2030-05-27,")
    five = [float(market.curves[name].zero_rate(5.0)) for name in ("SOFR", "UST")]
    assert position_values(book, market) == pytest.approx([-100 * 145.04 * exp(-5.0 * rate) for rate in five])
    big = loaded(tmp_path, "L,main,CASHFLOW,USD,-1e9,2030-05-27,SOFR")
    told = static_input_warnings(big, market, fit(big, market))
    assert told[0].startswith("spreads of SOFR over UST: no factor moves them, so their risk is in no figure")


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("L,main,CASHFLOW,JPY,-1,2030-05-27,SOFR", "SOFR is a curve of USD, the payment is in JPY: JGB or TONA, say"),
        ("L,main,CASHFLOW,JPY,-1,2126-01-01,", "the largest maturity is 2125-12-31, got 2126-01-01"),
        ("P,main,CASHFLOW,JPY,-1,2031-05-27,TONA", "'P' stands on line 2 with `curve` empty: payments of one"),
        ("P,other,CASHFLOW,JPY,-1,2031-05-27,", "'P' stands on line 2 with `book` main"),
        ("L,main,CASHFLOW,JPY,-1,2030-05-27,my curve", "a curve's name has 1 to 32 capitals"),
        ("Q,main,JGB_BILL,JPY,1,2025-08-25,", "'Q' already stands on line 3; ids are unique in a file"),
    ],
)
def test_what_is_no_payment_of_a_liability_is_refused_with_its_line(tmp_path, row, wanted):
    with pytest.raises(FileFaults, match="line 4") as refused:
        loaded(tmp_path, "P,main,CASHFLOW,JPY,-1,2030-05-27,", "Q,main,JGB_BILL,JPY,1,2025-08-25,", row)
    assert wanted in str(refused.value)


def test_a_curve_of_another_currency_in_the_market_is_refused(tmp_path, make_market):
    book = loaded(tmp_path, "L,main,CASHFLOW,USD,-1,2030-05-27,XCCY_JPY")
    with pytest.raises(InputError, match=r"curve 'XCCY_JPY' is of JPY, payments of position 'L' .* are in USD"):
        position_values(book, make_market())


def test_a_file_without_books_and_positions_built_in_python_add_up_too(tmp_path, make_market, make_book):
    header = HEADER.replace("book,", "")
    rows = [row.replace("main,", "") for row in RUN_OFF]
    whole = position_values(loaded(tmp_path, *RUN_OFF), make_market())
    assert position_values(loaded(tmp_path, *rows, header=header), make_market()) == pytest.approx(whole)
    one = {"position_id": "L", "kind": "CASHFLOW", "currency": "JPY"}
    paid = ({"notional": -60.0, "maturity": "2030-05-27"}, {"notional": -40.0, "maturity": "2095-05-28"})
    assert position_values(make_book(*(one | each for each in paid)), make_market()) == pytest.approx(whole)
    with pytest.raises(FileFaults, match="'L' stands in the book with `currency` JPY"):
        make_book(one | paid[0], one | paid[1] | {"currency": "USD"})


def test_a_run_off_keeps_its_amounts_on_the_dates_of_a_backtest(tmp_path, make_market):
    loaded(tmp_path, *RUN_OFF)
    market = make_market()
    rolled = rolled_book(read_positions(tmp_path / "book.csv", DATE), market, sha256="")
    later = make_market(date(2025, 8, 28))
    expected = position_values(rolled.one, market)
    assert position_values(rolled.on(later.valuation_date, later), later) == pytest.approx(expected)


def test_a_payment_of_the_valuation_date_counts_as_made(make_book, make_market):
    book = make_book(*positions_on("2025-05-28", "2025-05-29"))
    assert position_values(book, make_market())[0] == 0.0
    assert book.warnings == (
        "1 position ('P0') with its last payment on the valuation date 2025-05-28: counts as paid, worth 0",
    )


def positions_on(*days):
    return [{"kind": "CASHFLOW", "currency": "JPY", "notional": -1.0, "maturity": day} for day in days]
