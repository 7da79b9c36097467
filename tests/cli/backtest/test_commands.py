"""`unwind backtest`: its table, its exit code, its picture."""

import json

import pytest

from cli.backtest.tables import verdict_table, year_table
from engine.backtest.run_backtest import BacktestResult
from engine.backtest.statistics.registry import TESTS, NullStatistics
from engine.backtest.verdicts import verdicts, years_of_exceptions
from engine.backtest.walk.day_rows import rows_of
from tests.engine.backtest.synthetic import frame_of, tidy_csv


@pytest.fixture(scope="module")
def result():
    """A law that foresees 1 and loses 2 on every fiftieth day, and one that foresees a gain."""
    rows = rows_of(
        (
            *(f"2020-{1 + k // 28:02d}-{1 + k % 28:02d}", 1, "main", law, -2e6 if k % 50 == 7 else 1e5),
            *(sign * 1e6, sign * 9e5, sign * 1.1e6, (k % 20 + 0.5) / 20.0, 1000),
            *("USDJPY" if k % 50 == 7 else "", -2e6),
        )
        for k in range(300)
        for law, sign in (("usual", 1.0), ("gain", -1.0))
    )
    found = verdicts(rows, NullStatistics(n_series=50))
    first, last = rows.date[0].astype(object), rows.date[-1].astype(object)
    years = years_of_exceptions(rows)
    return BacktestResult(
        first=first,
        last=last,
        laws=("usual", "gain"),
        n_paths=1000,
        seed=1,
        rows=rows,
        verdicts=found,
        years=years,
        notes=(),
    )


def test_a_row_says_counts_p_values_and_verdict(result):
    shown = verdict_table(result)
    assert shown.title == "Laws held to what came, forecasts from 2020-01-01 to 2020-11-20, seed 1"
    headings = [column.heading for column in shown.columns]
    assert headings[5 : 5 + len(TESTS)] == [test.label for test in TESTS]
    assert shown.sentence.startswith("1 of 2 verdicts pass. Most exceptions beyond what is expected: gain on main, 300")
    law, row, other, gains = shown.rows
    assert (law[0], other[0]) == ("usual", "gain")
    assert row[:5] == ["  main", "1", "300", "6 for 3.0", "6 for 7.5"]
    assert row[headings.index("zone")] == "AMBER 1.70"  # 5 of the last 250
    assert gains[headings.index("Z2")] == gains[headings.index("FZ0")] == "?"
    assert gains[-1].startswith("fails")


def test_exceptions_stand_by_year_with_their_factors(result):
    first, second = year_table(result).rows
    assert first == ["usual, main, 1", "2020", "300", "6", "6", "USDJPY 6"]
    assert second[:2] == ["gain, main, 1", "2020"]


@pytest.mark.slow  # a process of its own; tests/unwind_risk/api/analysis/test_backtest.py calls the command in this one
def test_the_command_ends_with_3_where_a_law_does_not_pass(unwind, tmp_path):
    path, plot = tmp_path / "history.csv", tmp_path / "days.png"
    path.write_text(tidy_csv(frame_of(420)), encoding="utf-8")
    done = unwind(
        *("backtest", "--history", path, "--from", "2015-03-01", "--to", "2015-06-30", "--law", "historical-250"),
        *("--horizon", 1, "--workers", 1, "--plot", plot, "--out", tmp_path / "out"),
    )
    assert done.returncode in (0, 3), done.stderr
    assert ("does not pass" in done.stderr) == (done.returncode == 3)
    assert "Exceptions by year" in done.stdout
    assert "without a history, and so still on every date: USDJPY_VOL" in done.stderr
    assert plot.read_bytes()[:4] == b"\x89PNG"
    kept = json.loads((tmp_path / "out" / "verdicts.json").read_text(encoding="utf-8"))
    assert kept["passes"] == (done.returncode == 0)
