import re
from datetime import date

from engine.book.check import check_book
from engine.inputs.book.load import load_book, parse_book
from engine.inputs.market.load import bundled_market_path, load_market
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


def test_the_template_of_the_page_is_checked_on_the_bundled_market(root, tmp_path):
    page = (root / "docs/how-to/excel.md").read_text("utf-8")
    (name,) = re.findall(r"^unwind book template --kind (\w+) --out book.xlsx", page, re.MULTILINE)
    book = tmp_path / "book.xlsx"
    book.write_bytes(template_workbook((KINDS[name],)))
    market = load_market(bundled_market_path())
    assert check_book(load_book(book, market.valuation_date), market).total.n_positions == 1
