"""`unwind replay` as a user runs it."""

import json

import pytest

from cli.analysis.replay import replay
from engine.errors import InputError


def test_json_of_the_scenario_that_is_asked_for(capsys):
    replay("5", scenario=["base", "flight-2024"], paths="1000", only=["flight-2024"], backend="numba", as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["path"]) == (1, 5)
    assert [each["scenario"] for each in found["scenarios"]] == ["flight-2024"]


@pytest.mark.parametrize(("path", "message"), [
    ("1000", "path 1,000 is beyond the run, whose paths are 0 to 999"),
    ("-1", "PATH: must be a whole number from 0 to 1,000,000,000, got '-1'"),
])  # fmt: skip
def test_a_path_that_the_run_has_not_is_refused(path, message):
    with pytest.raises(InputError, match=message):
        replay(path, scenario=["base"], paths="1000", backend="numba")
