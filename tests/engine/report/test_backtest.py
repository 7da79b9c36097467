"""The part of a backtest on a night's page: its verdicts, a chart a book, exceptions ringed; nothing tampered with."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from engine.backtest.kept_backtest import read_backtest
from engine.backtest.walk.day_rows import rows_of
from engine.errors import InputError
from engine.report.write import write_report
from tests.engine.backtest.test_kept_backtest import folder as backtest_folder
from tests.engine.backtest.test_kept_backtest import result as result

pytest.importorskip("jinja2", reason="needs the extra `report`")

from engine.report.backtest import backtest_part
from engine.report.page import render
from engine.report.pictures.exceptions import MOST_POINTS

TODAY = date(2025, 5, 28)
folder = backtest_folder


def test_the_page_shows_verdicts_and_a_chart_with_its_exceptions_as_a_table(whole, folder, result):
    kept = read_backtest(folder)
    html = render(whole.folder, TODAY, None, kept)
    plain = render(whole.folder, TODAY)
    assert "Backtest of the laws" in html
    assert "Backtest of the laws" not in plain
    n = int(result.rows.of("a", "main", 1).failed_99.sum())
    said = "loss of main exceeds" if n == 1 else "losses of main exceed"
    assert f"{n} {said} the 99 % VaR of a on 50 dates, 0.5 are expected" in html
    part = backtest_part(kept)
    assert [row[0] for row in part.verdicts.rows] == ["a", "b"]
    assert part.of_books is None  # there is one book
    assert len(html) - len(plain) < 40_000  # beside runs, in a page of under 500 kB


def test_every_loss_is_seen_however_many_dates_a_chart_has(folder):
    kept = read_backtest(folder)
    n = 7 * MOST_POINTS
    rng = np.random.default_rng(3)
    rows = rows_of(
        (date(2010, 1, 1) + timedelta(days=k), 1, "main", law, 1e9 * x, 2.3e9, 2e9, 2.4e9, 0.5, 100, "", 0.0)
        for law in ("a", "b")
        for k, x in enumerate(rng.standard_normal(n))
    )
    chart = backtest_part(replace(kept, rows=rows)).chart
    assert chart.note.endswith("Of 7 dates in a row the worst and best P&L and the largest VaR are drawn.")
    failed = int(rows.of("a", "main", 1).failed_99.sum())
    assert len(chart.table.rows) == failed > 20
    assert chart.svg.count("<circle") == 2 * failed  # a dot each, at both widths
    assert len(chart.svg) < 120_000


def test_a_backtest_that_was_tampered_with_is_refused_and_no_report_written(whole, folder, tmp_path):
    path = folder / "2020-01.parquet"
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"2020-01\.parquet was changed since the verdicts were made of it"):
        write_report(whole.folder, TODAY, tmp_path / "report.html", backtest=folder)
    assert not (tmp_path / "report.html").exists()
