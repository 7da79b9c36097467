"""Several book files are one: nothing of the first is lost for the second."""

from datetime import date

import numpy as np
import pytest

from engine.book.value import position_values
from engine.errors import InputError
from engine.inputs.book.load import load_book
from engine.inputs.book.several import load_books
from engine.inputs.market.load import bundled_market_path, load_market
from engine.workbook import SheetTable, workbook_bytes

DAY = date(2025, 5, 28)
HEAD = "position_id,kind,currency,notional,coupon,maturity"
JGB = "P1,JGB,JPY,1000000000,0.014,2035-03-20"
CASH = "P1,CASH,USD,5000000,,"


@pytest.fixture
def write(tmp_path):
    def write(name, head, *rows):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
        return path

    return write


def test_the_total_of_two_files_is_the_sum_of_both(write):
    one, two = write("rates.csv", HEAD, JGB), write("cash.csv", HEAD, CASH)
    market = load_market(bundled_market_path())
    values = [float(position_values(load_book(path, DAY), market)[0]) for path in (one, two)]
    both = load_books([one, two], DAY)
    assert both.books == ("rates", "cash")  # neither names its book: each is that of its file
    assert both.position_ids == ("rates/P1", "cash/P1")
    np.testing.assert_array_equal(position_values(both, market), values)  # the same tables, row by row
    assert both.sha256 != load_books([two, one], DAY).sha256


def test_one_file_is_as_it_was(write):
    book = load_books([write("rates.csv", HEAD, JGB)], DAY)
    assert (book.books, book.position_ids) == (("rates",), ("P1",))


def test_files_of_one_name_in_two_folders_are_told_apart(write):
    one, two = write("tokyo/rates.csv", HEAD, JGB), write("london/rates.csv", HEAD, CASH)
    both = load_books([one, two], DAY)
    assert both.books == ("tokyo_rates", "london_rates")  # names that results, limits and metrics can hold
    assert both.position_ids == ("tokyo/rates/P1", "london/rates/P1")
    same = write("tokyo/rates.CSV", HEAD, CASH)
    assert load_books([one, same], DAY).books == ("rates.csv", "rates.CSV")


def test_a_book_that_two_files_name_is_refused_with_both(write):
    head = HEAD + ",book"
    one, two = write("a.csv", head, JGB + ",macro"), write("b.csv", head, CASH + ",macro")
    with pytest.raises(InputError, match="files 'a' and 'b' both hold a book called 'macro'"):
        load_books([one, two], DAY)


def test_a_file_given_twice_is_refused(write):
    path = write("rates.csv", HEAD, JGB)
    with pytest.raises(InputError, match="is given twice"):
        load_books([path, path.parent / "." / path.name], DAY)


def test_sheets_of_one_file_are_books_of_their_own(tmp_path):
    path = tmp_path / "books.xlsx"
    rows = [("P1", "JGB", "JPY", face, 0.014, date(2035, 3, 20)) for face in (1e9, 3e9)]
    named = zip(("円債", "ALM"), rows, strict=True)
    tables = [SheetTable(name=name, columns=HEAD.split(","), rows=[row]) for name, row in named]
    path.write_bytes(workbook_bytes(tables))
    one, two = (tmp_path / f"books.xlsx#{each.name}" for each in tables)
    both, again = load_books([one, two], DAY), load_books([one, two], DAY)  # compiled, and recalled
    for book in (both, again):
        assert (book.books, book.position_ids) == (("円債", "ALM"), ("円債/P1", "ALM/P1"))
        amounts = [book.flows.amount[book.flows.position == i].sum() for i in range(2)]
        assert amounts[1] == pytest.approx(3.0 * amounts[0], rel=1e-12)  # each sheet's own, though the file is one
    assert load_book(one, DAY).sha256 != load_book(two, DAY).sha256
    for twice in ([one, one], [path, one]):
        with pytest.raises(InputError, match="is given twice"):
            load_books(twice, DAY)
