"""`uw.Record`: figures as frames and by SQL, what was changed, the folder of a run."""

import json
import shutil

import pytest

import unwind_risk as uw
from cli.runs import list_
from unwind_risk.api import frames


@pytest.fixture(scope="module")
def folder(night):
    return night.parent.parent


@pytest.fixture(scope="module")
def record(folder):
    return uw.Record(folder)


def test_the_headline_is_that_of_the_command(record, folder, capsys):
    list_(folder, as_json=True)
    assert json.loads(record.to_json()) == json.loads(capsys.readouterr().out)
    table = record.table()
    assert table["run"].tolist() == ["one-day"]
    assert table["confidence"].tolist() == [0.9]
    assert [str(each) for each in record.nights] == ["2025-05-27"]


def test_figures_and_questions_in_sql_see_the_same_rows(record):
    figures = record.figures(where="scope = 'total' AND measure = 'value_at_risk'")
    asked = record.query("SELECT max(value) AS most FROM results WHERE scope = 'total' AND measure = 'value_at_risk'")
    assert asked["most"].tolist() == [figures["value"].max()]
    assert record.query("SELECT run, n_paths FROM manifests")["n_paths"].tolist() == [4096]
    with pytest.raises(uw.InputError, match="a question is one SELECT"):
        record.query("SELECT 1; SELECT 2")
    with pytest.raises(uw.InputError):
        record.query("SELECT * FROM read_csv('book.csv')")


def test_what_a_record_lacks_is_said(record):
    with pytest.raises(uw.InputError, match="no such run holds contributions"):
        record.contributions()
    with pytest.raises(uw.InputError, match="has no night of 2025-05-20; the nearest are 2025-05-27"):
        record.limits("2025-05-20")
    with pytest.raises(uw.InputError, match="has no run 'two-days'; it has one-day"):
        record.run("two-days")
    assert record.limits().empty
    assert record.faults().empty
    assert record.warnings == ()


def test_a_changed_byte_is_found_and_never_read(record, folder, tmp_path):
    assert record.verify() == ()
    copy = uw.Record(shutil.copytree(folder, tmp_path / "record"))
    results = copy.run("one-day") / "results.parquet"
    results.write_bytes(results.read_bytes()[:-1] + b"x")
    assert any("results.parquet: was changed" in each for each in copy.verify())
    with pytest.raises(uw.InputError, match=r"results.parquet: was changed"):
        copy.figures()


def test_a_night_does_not_differ_from_itself(record):
    assert record.differences("2025-05-27", "2025-05-27").empty


def test_a_folder_without_a_night_is_no_record(tmp_path):
    with pytest.raises(uw.InputError, match="holds no closed night"):
        uw.Record(tmp_path)


@pytest.mark.slow  # matplotlib draws the charts
def test_a_night_is_written_as_a_page(record, tmp_path):
    assert record.report(tmp_path / "night.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_an_answer_that_memory_would_not_hold_is_refused(record, monkeypatch):
    monkeypatch.setattr(frames, "MOST_BYTES", 2**20)
    with pytest.raises(uw.InputError, match=r"the answer would take .*group its rows, or add LIMIT"):
        record.query("SELECT i FROM range(1000000000) t(i)")
