"""Spreadsheets changed at random, within their parts too: each is refused in words, or read as rows of text."""

import random
from pathlib import Path

import pytest

from engine.errors import FileFaults
from engine.inputs.sheets.read import read_sheet
from tests.engine.inputs.sheets.workbooks import calculated, ods, ods_field, rows, with_part, xlsx
from tests.fuzz.mutations import mutated

XLS = (Path(__file__).parents[1] / "data" / "book.xls").read_bytes()
TABLE = [("id", "国債", "share"), ("a", 1.5, 0.05), ("b", 2e9, 0.1)]
XLSX = calculated(xlsx(("s", rows(TABLE, C="0.00%")), ("t", rows([("x",), (1,)]))))
ODS = ods(
    s="".join(f"<table:table-row>{ods_field(a)}{ods_field(b, 'float', 1)}</table:table-row>" for a, b, _ in TABLE)
)
PARTS = {
    XLSX: ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml",
           "xl/worksheets/sheet1.xml"),
    ODS: ("content.xml", "META-INF/manifest.xml"),
}  # fmt: skip


def changed(seed):
    """A spreadsheet of one of three kinds after one to three mutations."""
    random_ = random.Random(seed)
    data = random_.choice((XLS, XLSX, ODS))
    if data is XLS or random_.random() < 0.1:
        return mutated(random_, data)
    part = random_.choice(PARTS[data])
    return with_part(data, part, lambda text: mutated(random_, text.encode()).decode("utf-8", errors="replace"))


def check(seeds):
    n_read = 0
    for seed in seeds:
        try:
            sheet = read_sheet(changed(seed), "book.xlsx", lambda fields: "id" in fields, "the column id")
        except FileFaults:  # which names the file; anything else ends the test
            continue
        n_read += 1
        assert all(type(text) is str for _, row in sheet.rows for text in row), seed
    assert 0 < n_read < len(seeds)


def test_changed_spreadsheets_are_refused_in_words_or_read_as_text():
    check(range(150))


@pytest.mark.slow
def test_20_000_changed_spreadsheets_are_refused_in_words_or_read_as_text():
    check(range(1000, 21_000))
