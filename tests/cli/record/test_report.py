"""`unwind report`: which night, and where the file may be written."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.batch.night_files import reports
from cli.record.report import report
from engine.errors import InputError
from engine.record.atomic import write_json


def closed(folder, *days):
    """A record of nights without runs, as far as the command looks before it reads one."""
    for day in days:
        home = folder / f"valuation_date={day}"
        home.mkdir(parents=True)
        night = {
            "schema": 1, "valuation_date": day, "exit_code": 4, "runs": [], "faults": [], "limits": [],
            "realised": None, "batch": {"path": "nightly.toml", "sha256": "0"}, "finished": "then",
        }  # fmt: skip
        write_json(home / "night.json", night)
    return folder


def test_the_last_night_is_written_unless_another_is_named(unwind, tmp_path):
    pytest.importorskip("jinja2", reason="needs the extra `report`")
    record = closed(tmp_path / "record", "2025-05-27", "2025-05-28")
    out = tmp_path / "report.html"
    done = unwind("report", record, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "the night of 2025-05-28" in done.stderr
    assert "<title>Market risk on 2025-05-28</title>" in out.read_text(encoding="utf-8")
    report(record, out=out, day="last")
    assert "<title>Market risk on 2025-05-28</title>" in out.read_text(encoding="utf-8")
    report(record, out=out, day="2025-05-28", language="ja")
    assert "<title>市場リスク 2025年5月28日</title>" in out.read_text(encoding="utf-8")
    with pytest.raises(InputError, match="there is no language 'jp'; there are en, ja"):
        report(record, out=out, language="jp")
    report(record, out=out, day="2025-05-27")
    assert "<title>Market risk on 2025-05-27</title>" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("out", "day", "said"),
    [
        ("r.html", "2025-05-26", "has no night of 2025-05-26; the nearest are 2025-05-27, 2025-05-28"),
        ("r.html", "2025-06-31", "got '2025-06-31': there is no such day"),
        ("r.html", "26 May", "must be a date such as 2025-05-28, got '26 May'"),
        ("record/valuation_date=2025-05-28/r.html", None, "among the record's own files"),
        ("record", None, "is a folder"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(tmp_path, monkeypatch, out, day, said):
    monkeypatch.chdir(tmp_path)
    record = closed(tmp_path / "record", "2025-05-27", "2025-05-28")
    with pytest.raises(InputError, match=said):
        report(record, out=Path(out), day=day)
    assert list(tmp_path.rglob("r.html")) == []


def test_a_folder_without_a_night_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no closed night"):
        report(tmp_path, out=tmp_path / "r.html")


class Heard:
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.say = self.said.append
        self.progress = lambda done, total: None


def test_a_batch_leaves_the_report_of_every_night_that_is_closed(tmp_path):
    pytest.importorskip("jinja2", reason="needs the extra `report`")
    record = closed(tmp_path / "record", "2025-05-28")
    nights = [SimpleNamespace(valuation_date=date(2025, 5, day), runs=("ten-days",)) for day in (27, 28)]
    log = Heard()
    for wanted in (False, True):
        batch = SimpleNamespace(out=record, report=wanted, explain=wanted, backtest=None, language="ja")
        faults = list(reports(SimpleNamespace(batch=batch, nights=nights), log, {}))
    assert [path.name for path in (record / "reports").iterdir()] == ["2025-05-28.html"]
    assert '<html lang="ja">' in (record / "reports" / "2025-05-28.html").read_text(encoding="utf-8")
    assert [(each.kind, each.subject) for each in faults] == [("report", "2025-05-27")]  # the record stands as it is


def test_a_report_of_a_night_without_one_before_has_no_change_to_explain(tmp_path):
    pytest.importorskip("jinja2", reason="needs the extra `report`")
    record = closed(tmp_path / "record", "2025-05-28")
    report(record, tmp_path / "report.html", explain=True)
    assert "What changed since" not in (tmp_path / "report.html").read_text()
