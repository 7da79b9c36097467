"""`unwind simulate --touch` as a user runs it."""

import json

import pytest

from cli.scenario.touch_tables import _rows
from engine.levels.touch import Barrier, Share, TouchRow


@pytest.mark.slow
def test_shares_by_level_and_date_with_their_intervals_and_as_json(unwind):
    common = ("simulate", "--touch", "USDJPY<=140", "--touch", "JGB_10Y>=5", "--paths", 500, "--backend", "numba")
    done = unwind(*common)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("filtered: probability to end beyond a level, and to touch it, from 2025-05-28\n")
    lines = done.stdout.splitlines()
    assert "sample books: passes at 1 and 10 days" in lines
    never = next(line for line in lines if line.startswith("JGB_10Y>=5 %"))
    assert never.endswith("0.000 % [0.000, 0.762]  0.000 % [0.000, 0.762]")  # 3.8415 / 503.8415
    found = json.loads(unwind(*common, "--json").stdout)
    assert (found["scenario"], found["stress"], len(found["touch"])) == ("filtered", False, 10)
    assert found["touch"][-1]["end_high"] == pytest.approx(0.0076244, rel=1e-4)


@pytest.mark.parametrize(("options", "message"), [
    (("--touch", "USDJPY<125"), "--touch must be a factor, <= or >=, and a level"),
    (("--touch", "USDJPY<=125", "--path", 1), "--touch counts paths and --path prints one"),
    (("--touch", "USDJPY<=125", "--out", "x.parquet"), "--touch prints probabilities and writes no file"),
])  # fmt: skip
def test_what_cannot_be_done_is_refused(unwind, options, message):
    done = unwind("simulate", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_regime_that_no_path_is_in_has_no_row():
    level = Barrier(factor="USDJPY", is_floor=True, level=125.0, text="USDJPY<=125")
    some = Share(value=0.5, se=0.0, low=0.5, high=0.5)
    facts = {"barrier": level, "day": 1, "date": "2025-05-29"}
    rows = [
        TouchRow(**facts, regime=None, n_paths=4, end=some, touch=some),
        TouchRow(**facts, regime="quiet", n_paths=0, end=None, touch=None),
        TouchRow(**facts, regime="busy", n_paths=4, end=some, touch=some),
    ]
    assert [(head, by, regime) for head, by, regime, *_ in _rows(rows, 4)] == [
        ("USDJPY<=125", "2025-05-29, day 1", "all"),
        ("", "", "busy"),
    ]
