"""A book that nobody named is called as its file, in words that any table can hold."""

import pytest

from engine.inputs.book.names import book_name, name_of_file, named


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("books/rates.csv", "rates"),
        ("my book (2).csv", "my_book__2_"),
        ("life.v2.parquet", "life.v2"),
        ("債券.csv", "債券"),
        ("bad\udcff.csv", "bad_"),  # a byte that is no UTF-8
        ("\x1b[31mred.csv", "__31mred"),
        ("x" * 200 + ".csv", "x" * 64),
    ],
)
def test_a_book_is_called_as_its_file(path, name):
    assert name_of_file(path) == name


def test_only_positions_without_a_book_take_the_name():
    assert named(("", "fx", ""), "rates") == ("rates", "fx", "rates")
    assert book_name("") == "_"


def test_a_book_of_a_sheet_is_called_as_the_sheet_and_letters_in_two_parts_are_one():
    assert name_of_file("books.xlsx#円債・短期") == "円債・短期"
    assert name_of_file("カ\u3099バナンス.csv") == "ガバナンス"  # as some file systems write ガ
