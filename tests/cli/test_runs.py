"""`unwind runs` says by what runs were taken apart, and where that is."""

import csv
import io
from datetime import date

import pytest

from cli import runs
from tests.engine.record.test_query import one_table
from tests.engine.report.conftest import Record

pytest.importorskip("duckdb", reason="needs the extra `store`")


def test_what_runs_were_taken_apart_by_stands_below_their_figures(tmp_path, capsys):
    record = Record(tmp_path)
    record.run("plain")
    runs.show(tmp_path, where="measure = 'std'")
    assert "Taken apart" not in capsys.readouterr().out
    record.run("parted", contributions=[one_table()], config={"by": ["book"]})
    runs.show(tmp_path, where="measure = 'std'")
    assert "Taken apart: parted of 2025-05-28 by book. `unwind runs export --table contributions`" in " ".join(
        capsys.readouterr().out.split()
    )
    runs.export(tmp_path, tmp_path / "parts.csv", table="contributions")
    rows = (tmp_path / "parts.csv").read_text().splitlines()
    assert rows[0].startswith("valuation_date,run,scenario,grouping,group,")
    assert [row.split(",")[4] for row in rows[1:]] == ["life", "carry"]


def command(capsys, *words):
    """The command in this process: its exit code, and what it wrote to stdout and stderr."""
    from cli.main import app

    with pytest.raises(SystemExit) as ended:
        app(["runs", *map(str, words)], prog_name="unwind")
    return ended.value.code, *capsys.readouterr()


def test_diff_tells_what_differs_between_two_nights(tmp_path, capsys):
    """The book's VaR of one night and a tenth more."""
    record, nights = Record(tmp_path), (date(2025, 5, 27), date(2025, 5, 28))
    for night, size in zip(nights, (1.0, 1.1), strict=True):
        record.run("plain", night, books={"life": size * 4.7e9}, scenarios=["base"])
    code, out, err = command(capsys, "diff", tmp_path, *nights, "--format", "csv")
    assert code == 0, err
    keys = ("total", "value_at_risk", "0.99")
    rows = csv.DictReader(io.StringIO(out))
    (var,) = (row for row in rows if (row["scope"], row["measure"], row["confidence"]) == keys)
    assert float(var["change"]) == pytest.approx(0.1 * 0.8 * 4.7e9)  # conftest: the total is four fifths of the books'
    assert float(var["after"]) - float(var["before"]) == float(var["change"])
    code, out, _ = command(capsys, "diff", tmp_path, "2025-05-27", "last")
    assert (code, out.splitlines()[0]) == (0, f"{'From 2025-05-27 to last':<74}JPY bn")
    assert any(line.split()[:4] == ["plain", "base", "total", "VaR"] for line in out.splitlines())
    code, out, _ = command(capsys, "diff", tmp_path, "last", "last", "--all")
    assert "nothing differs" in out
    code, out, err = command(capsys, "diff", tmp_path, "2025-05-27", "2025-05-29")
    assert (code, out) == (2, "")
    assert "holds no recorded run of 2025-05-29" in err
