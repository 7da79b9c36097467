"""The model band in a report: each law's figures of all books, what its backtest says, and the ends."""

import json
import re

import pytest

from engine.record.atomic import write_json
from engine.record.read import run_folder
from engine.record.tables import MANIFEST

pytest.importorskip("jinja2", reason="needs the extra `report`")

from engine.report.page import render
from tests.engine.report.conftest import TODAY


def with_laws(record, *groups):
    """A night whose run knows which of its scenarios differ by their law alone; none: an older record."""
    results = [
        record.result("base", "total", 6.0e9),
        record.result("filtered", "total", 9.0e9, se=0.0),
        record.result("august-2024", "total", 20.0e9, shock=-3.0e9),
        record.result("august-2024/t", "total", 15.0e9, shock=-3.0e9),
    ]
    names = [each.scenario for each in results]
    record.run(books={}, scenarios=names, results=results)
    if groups:
        home = run_folder(record.folder, TODAY, "ten-days") / MANIFEST
        plain = json.loads(home.read_bytes())
        plain["facts"]["laws"] = list(groups)
        del plain["sha256"]
        write_json(home, plain)
    record.close()
    return render(record.folder, TODAY)


def rows_of(page, caption):
    table = page[page.index(caption) :].split("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [re.sub(r"<[^>]+>", "|", row) for row in rows]


def test_laws_stand_side_by_side_with_their_backtest_and_the_band(record):
    page = with_laws(record, {"gaussian": "base", "filtered": "filtered"}, {"t": "august-2024/t"})
    rows = rows_of(page, "Model band: all books under each law, in JPY bn")
    assert [re.findall(r"[\w-]+", row)[0] for row in rows[1:]] == ["gaussian", "filtered", "band"]
    assert "fails at 1 day: Kupiec 99, Z2, red zone; fails at 10 days: Kupiec 99, Z2" in rows[1]
    assert "passes at 1 and 10 days" in rows[2]
    assert "6.0 to 9.0" in rows[3]  # VaR 99 % by hand
    assert "of the sample books carry-fund, life-insurer" in page
    assert page.count("<caption>Model band") == 1
    assert "after the shock" not in page  # a law alone spans no band


def test_laws_after_a_shock_say_so(record):
    page = with_laws(record, {"gaussian": "august-2024", "t": "august-2024/t"})
    assert "Model band: all books under each law, after the shock of august-2024, in JPY bn" in page


def test_older_records_have_no_band(record):
    assert "Model band" not in with_laws(record)
