import json

import pytest

from bench.comparison.command import main, read_result
from bench.records import as_json
from engine.errors import InputError
from tests.bench.comparison.test_results import QUIET, result


@pytest.fixture
def written(tmp_path):
    def _written(name, seconds):
        found = result(seconds)
        path = tmp_path / name
        path.write_text(json.dumps(as_json(found.machine, found.cases)), encoding="utf-8")
        return str(path)

    return _written


def test_a_regression_beyond_what_is_allowed_exits_with_one(written, capsys):
    before, after = written("a.json", QUIET), written("b.json", [1.1 * each for each in QUIET])
    assert main([before, after]) == 1
    said = capsys.readouterr().out
    assert "regression: case: walk takes 10.0 % longer; 5 % are allowed" in said
    assert "runs both in turns" in said.splitlines()[-1]
    assert main([before, after, "--regression", "15%"]) == 0
    assert main([after, before]) == 0


@pytest.mark.parametrize("text", ["5", "five%", "-1%", "nan%"])
def test_a_percentage_is_one(written, text, capsys):
    path = written("a.json", QUIET)
    with pytest.raises(SystemExit) as caught:
        main([path, path, f"--regression={text}"])
    assert caught.value.code == 2
    assert "is no percentage such as 5%" in capsys.readouterr().err


def test_a_file_that_is_no_result_is_refused(tmp_path):
    path = tmp_path / "a.json"
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_result(path)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="is no result of the bench"):
        read_result(path)
    path.write_text('{"schema": 9}', encoding="utf-8")
    with pytest.raises(InputError, match="has schema 9; this version reads 1"):
        read_result(path)


def test_a_folder_is_a_result_whose_rounds_are_its_files(written, tmp_path, capsys):
    for side, scale in (("before", 1.0), ("after", 1.2)):
        (tmp_path / side).mkdir()
        for i, wobble in enumerate(QUIET):
            written(f"{side}/{i}.json", [scale * wobble * each for each in QUIET])
    assert main([str(tmp_path / "before"), str(tmp_path / "after")]) == 1
    assert "case: walk takes 20.0 % longer" in capsys.readouterr().out
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="holds no result"):
        main([str(tmp_path / "none"), str(tmp_path / "after")])


def test_a_kept_result_without_rounds_can_be_compared(root):
    path = root / "bench" / "results" / "2026-11-22-znver4.json"
    assert main([str(path), str(path)]) == 0
