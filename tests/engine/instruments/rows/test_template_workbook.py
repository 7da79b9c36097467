from datetime import date

from engine.inputs.book.load import parse_book
from engine.instruments.registry import KINDS
from engine.instruments.rows.template import template
from engine.instruments.rows.template_workbook import template_workbook
from tests.engine.inputs.sheets.workbooks import with_part


def test_the_spreadsheet_is_the_printed_book_with_lists_to_pick_from():
    kinds = tuple(KINDS.values())
    data, day = template_workbook(kinds), date(2025, 5, 28)
    sheet, plain = parse_book(data, "book.xlsx", day), parse_book(template(kinds).encode(), "book.csv", day)
    assert not sheet.faults
    assert sheet.positions == plain.positions  # rows are numbered like lines: both have the heading first
    found = []
    with_part(data, "xl/worksheets/sheet1.xml", lambda text: found.append(text) or text)
    assert f"'kinds'!$A$2:$A${len(kinds) + 1}" in found[0]
