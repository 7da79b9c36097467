import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from engine import workbook
from engine.errors import InputError
from engine.workbook import SheetTable, workbook_bytes

TABLE = SheetTable(
    name="数値",
    columns=("名前", "amount", "day", "rough"),
    rows=(("=1+1", 1.5, date(2034, 12, 20), True), ("国債", float("inf"), None, False), ("x", 1e22, None, None)),
    formats={"amount": "#,##0.00"},
)


def test_every_field_comes_back_as_what_it_was():
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(workbook_bytes([TABLE]))).get_sheet_by_name("数値")
    assert sheet.to_python() == [
        ["名前", "amount", "day", "rough"],
        ["=1+1", 1.5, date(2034, 12, 20), True],
        ["国債", "inf", "", False],  # no number of a spreadsheet
        ["x", 1e22, "", ""],
    ]


def test_the_same_tables_make_the_same_bytes():
    assert workbook_bytes([TABLE]) == workbook_bytes([TABLE])


def test_more_rows_than_a_sheet_are_refused_before_anything_is_written(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(InputError, match=r"3 rows do not fit a sheet of 2; write \.csv or \.sqlite"):
        workbook_bytes([TABLE])
