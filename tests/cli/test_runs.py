"""`unwind runs` says by what runs were taken apart, and where that is."""

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
