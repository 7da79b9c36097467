from pathlib import Path

import pytest

from engine.sheet_path import file_of, line_word, path_of_sheet, sheet_of


@pytest.mark.parametrize(
    ("path", "file", "sheet"),
    [
        ("a/book.xlsx#建玉", "a/book.xlsx", "建玉"),
        ("book.XLS#a#b", "book.XLS", "a#b"),
        ("book.ods#x.xlsx#y", "book.ods", "x.xlsx#y"),
        ("book.xlsx", "book.xlsx", None),
        ("a#b/book.csv", "a#b/book.csv", None),
        ("book.csv#x", "book.csv#x", None),
        ("book.xlsx#", "book.xlsx#", None),
    ],
)
def test_a_sheet_stands_behind_the_file(path, file, sheet):
    assert (file_of(Path(path)), sheet_of(Path(path))) == (Path(file), sheet)
    assert sheet is None or path_of_sheet(file, sheet) == path


def test_a_spreadsheet_numbers_rows_and_another_file_lines():
    assert [line_word(name) for name in ("a.xlsx", "a.ods#s", "a.csv", "a.parquet")] == ["row", "row", "line", "line"]
