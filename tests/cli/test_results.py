import json
from dataclasses import replace

import pytest

from cli import results
from cli.output.formats import Format
from engine.errors import RiskError
from engine.risk.results import RunResult
from tests.cli.made_run import estimate, made_result


@pytest.fixture
def result() -> RunResult:
    return made_result()


def test_the_last_line_says_paths_scenarios_time_and_machine(result):
    assert results.last_line(result) == "100,000 paths · 2 scenarios · 3.5 s · numba, 2 cores"


def test_json_stands_alone_on_stdout(result, capsys):
    results.show(result, form=Format.JSON)
    out, err = capsys.readouterr()
    assert json.loads(out)["run"]["n_paths"] == 100_000
    assert out.count("\n") == 1
    assert "2 cores" in err


def test_a_rough_tail_is_warned_of_once_with_its_places(result, capsys):
    sound = result.results[0].measures[1]
    open_ended = {**sound.estimates, "value_at_risk": estimate(3e9, float("inf"))}
    rough = replace(sound, rough=True, tail_paths=5, estimates=open_ended)
    rows = tuple(replace(row, measures=(row.measures[0], rough)) for row in result.results)
    results.show(replace(result, results=rows), form=Format.TABLE)
    out, err = capsys.readouterr()
    assert "±?" in out
    assert err.count("warning:") == 2
    assert "one thing to know" in err
    assert "base total and 3 more" in err


def test_a_written_result_is_whole_and_leaves_nothing_beside_it(result, tmp_path):
    out = tmp_path / "result.json"
    out.write_text("old")
    results.write(result, out)
    assert json.loads(out.read_text(encoding="utf-8"))["schema"] == 1
    assert list(tmp_path.iterdir()) == [out]


def test_a_failed_write_leaves_the_earlier_result(result, tmp_path, monkeypatch):
    out = tmp_path / "result.json"
    out.write_text("old")

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(RiskError, match="No space left"):
        results.write(result, out)
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_a_file_that_cannot_be_written_in_the_end_is_named_as_it_was_given(result, tmp_path):
    out = tmp_path / "gone" / "r.json"
    with pytest.raises(RiskError, match=r"^'.*gone/r.json' cannot be written: No such file or directory$"):
        results.write(result, out)
