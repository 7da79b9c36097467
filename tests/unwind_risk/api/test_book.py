"""Books of files, frames and constructors: one checker, one digest."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import unwind_risk as uw
from unwind_risk import positions

DAY = date(2025, 5, 28)


@pytest.fixture(scope="module")
def table():
    return pd.read_csv(uw.Book.bundled("sample").paths[0], dtype=str)


def test_a_frame_says_what_its_file_says(table):
    book = uw.Book.from_frame(table)
    assert book == uw.Book.bundled("sample")
    compiled, again = book.compiled(DAY), uw.Book.bundled("sample").compiled(DAY)
    assert compiled.position_ids == again.position_ids
    assert np.array_equal(compiled.flows.amount, again.flows.amount)


def test_numbers_and_dates_of_a_frame_are_taken_as_they_are(table):
    typed = table.assign(notional=table["notional"].astype(float), maturity=pd.to_datetime(table["maturity"]))
    days = [date.fromisoformat(each) if isinstance(each, str) else None for each in table["maturity"]]
    objects = table.assign(maturity=pd.Series(days, table.index, object))
    assert uw.Book.from_frame(typed) == uw.Book.from_frame(objects) == uw.Book.bundled("sample")


def test_errors_of_a_frame_name_row_and_column(table):
    bad = table.head(3).set_axis(["x", "y", "z"]).copy()
    bad.loc["x", "coupon"] = "2.5"
    bad.loc["z", "position_id"] = bad.loc["y", "position_id"]
    with pytest.raises(uw.InputError) as refusal:
        uw.Book.from_frame(bad, name="desk")
    assert str(refusal.value).splitlines() == [
        "book 'desk': row 'x', coupon: must be at least 0 and below 0.1, got 2.5; is 0.025 meant? Rates are decimals"
        " per year",
        f"book 'desk': row 'z', position_id: {bad.loc['y', 'position_id']!r} already stands in row 'y'; ids are unique"
        " in a file",
    ]


def test_what_depends_on_the_date_is_found_by_the_run_and_names_the_row():
    late = positions.OIS("swap", 1e9, currency="JPY", start_date="2024-03-29", maturity="2034-03-29", rate=0.01)
    book = uw.Book.of(late)
    with pytest.raises(uw.InputError, match="book 'book': row 'swap', fixed_so_far: "):
        uw.run(book, paths=200)


@pytest.mark.parametrize("value", [True, [1], b"1"])
def test_a_value_that_no_file_holds_is_refused(table, value):
    bad = table.astype(object).copy()
    bad["notional"] = [value, *bad["notional"][1:]]
    with pytest.raises(uw.InputError, match="row '0', notional: must be a number, a date or text, got"):
        uw.Book.from_frame(bad)


def test_a_book_of_constructors_is_the_frame_of_their_fields():
    bond = positions.JGB("bond", 1e9, coupon=0.012, maturity="2035-03-20", price=98.5)
    basket = positions.JGB_FUTURE(
        "future", 10, contract="JGB10-2509", deliverables=((0.008, date(2033, 12, 20)), (0.011, date(2034, 6, 20)))
    )
    frame = pd.DataFrame(
        {
            "position_id": ["bond", "future"],
            "kind": ["JGB", "JGB_FUTURE"],
            "currency": "JPY",
            "notional": [1e9, 10],
            "coupon": [0.012, None],
            "maturity": ["2035-03-20", None],
            "price": [98.5, None],
            "contract": [None, "JGB10-2509"],
            "deliverables": [None, "0.008@2033-12-20 0.011@2034-06-20"],
        }
    )
    assert uw.Book.of(bond, basket, name="desk") == uw.Book.from_frame(frame, name="desk")
    assert set(uw.Book.of(bond, name="desk").compiled(DAY).books) == {"desk"}


def test_a_book_without_rows_and_one_without_a_name_are_refused():
    with pytest.raises(uw.InputError, match="a book has at least one position"):
        uw.Book.of()
    with pytest.raises(uw.InputError, match="name: a book's name has"):
        uw.Book.of(positions.CASH("a", 1.0, currency="JPY"), name="a b")


def test_a_file_is_checked_when_it_is_read(tmp_path):
    file = tmp_path / "book.csv"
    file.write_text("position_id,kind,currency,notional\na,CASH,JPY,many\n")
    with pytest.raises(uw.InputError, match="line 2, notional: must be a number in plain digits"):
        uw.Book.read(file)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: uw.Book.from_frame([1, 2]), "must stand in a DataFrame of pandas, a row each, got list"),
        (
            lambda: uw.Book.from_frame(pd.DataFrame({"notional": [1 + 2j]})),
            "notional: must hold numbers, dates or texts",
        ),
        (lambda: uw.Book.from_frame(pd.DataFrame(), name=None), "name: must be text, got None"),
        (lambda: uw.Book.of("sample"), "a book is made of positions, Book.of(one, two) or Book.of(*several), got str"),
        (lambda: uw.Book.read(), "there is no file to read"),
        (lambda: uw.run([], paths=200), "book: an empty list holds no book"),
    ],
)
def test_what_is_no_book_is_refused_in_words(make, words):
    with pytest.raises(uw.InputError) as refusal:
        make()
    assert words in str(refusal.value)


def test_two_books_in_memory_of_one_name_are_told_to_have_two():
    cash = [uw.Book.of(positions.CASH(name, 1e6, currency="USD")) for name in ("a", "b")]
    with pytest.raises(uw.InputError, match="two books made in memory are called 'book'; give one another name"):
        uw.stress(cash, scenarios="base")


def test_errors_that_come_after_the_rows_are_read_name_a_frames_row_by_its_label():
    rows = {"position_id": ["a", "b"], "kind": "CASH", "currency": "USD", "notional": 1e6}
    frame = pd.DataFrame(rows, index=["x", "y"])
    compiled = uw.Book.from_frame(frame, name="desk").compiled(DAY)
    assert (compiled.source, compiled.labels) == ("book 'desk'", ("x", "y"))
    assert compiled.row_name(1) == "row 'y'"
    assert uw.Book.bundled("carry-fund").compiled(DAY).row_name(0) == "line 2"


def test_a_book_becomes_the_frame_that_makes_it_again(table):
    bundled = uw.Book.bundled("sample")
    assert uw.Book.from_frame(bundled.to_frame()) == bundled
    assert [*bundled.to_frame()["position_id"]] == [*table["position_id"]]
    future = positions.JGB_FUTURE("f", 1, contract="JGB10-2509", deliverables=["0.008@2033-12-20", "0.011@2034-06-20"])
    of_one = uw.Book.of(future, name="desk").to_frame()
    assert of_one.loc[0, "deliverables"] == "0.008@2033-12-20 0.011@2034-06-20"
    assert "coupon" not in of_one
    two = uw.Book(sources=(uw.Book.of(future, name="a").sources[0], uw.Book.of(future, name="b").sources[0]))
    assert [*two.to_frame()["book"]] == ["a", "b"]


def test_a_book_is_priced_position_by_position_as_the_command_checks_it():
    quoted = positions.JGB("quoted", 1e9, coupon=0.014, maturity="2034-12-20", price=98.5)
    table = (
        uw.Book.of(quoted, positions.CASH("cash", 1e6, currency="USD"), name="desk").table().set_index("position_id")
    )
    assert table.loc["quoted", "clean_price"] == pytest.approx(98.5, abs=1e-9)  # the price is met, but for rounding
    assert table.loc["cash", "value"] == pytest.approx(145.04e6, rel=1e-12)
    assert np.isnan(table.loc["cash", "clean_price"])
    # a year's duration of some nine: 1 bp is some 0.09 % of the value
    assert table.loc["quoted", "dv01_JGB"] / table.loc["quoted", "value"] == pytest.approx(9e-4, rel=0.05)
    assert table.attrs["units"]["dv01_JGB"].startswith("JPY, lost when")


def test_a_book_shows_its_rows_in_a_notebook():
    shown = uw.Book.of(positions.CASH("<a>", 1e6, currency="JPY"), name="desk")._repr_html_()
    assert "Book of desk: 1 row<" in shown
    assert "&lt;a&gt;" in shown


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (pd.Timestamp("2034-12-20 15:00"), "row 'x', maturity: has a time of day, 2034-12-20 15:00:00; give the day"),
        (
            pd.Timestamp("2034-12-20", tz="Asia/Tokyo"),
            "maturity: holds times of the zone Asia/Tokyo, and a day",
        ),
    ],
)
def test_a_moment_is_no_day_and_what_makes_it_one_is_said(table, moment, words):
    bad = table.head(1).set_axis(["x"]).assign(maturity=moment)
    with pytest.raises(uw.InputError, match=words):
        uw.Book.from_frame(bad)


def test_rows_of_one_label_are_told_by_their_number():
    cash = positions.CASH("a", 1.0, currency="JPY")
    with pytest.raises(uw.InputError, match=r"row 'a \(number 2\)', .* already stands in row 'a \(number 1\)'"):
        uw.Book.of(cash, cash)
