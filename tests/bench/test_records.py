import json
from dataclasses import replace

import pytest

from bench.records import CaseResult, Row, as_json, case_of_json

CASE = CaseResult(
    name="case",
    title="A case",
    clock="wall",
    rows=(Row(name="ours", unit="paths", work=8.0, median_s=2.0, best_s=1.0),),
    figures={"compile_s": 3.0},
    asserted=("equal",),
    absent=("cuda: no device",),
    seconds=4.0,
)
ROUNDS = replace(CASE, rows=(replace(CASE.rows[0], seconds=(2.0, 1.0, 3.0)),))


@pytest.mark.parametrize("case", [CASE, ROUNDS], ids=["one round", "rounds"])
def test_a_case_comes_back_from_its_json(case):
    (written,) = json.loads(json.dumps(as_json({}, (case,))))["cases"]
    assert case_of_json(written) == case


def test_the_json_states_each_rate():
    written = as_json({"cpu": "one"}, (CASE,), ["It was busy."])
    assert (written["schema"], written["machine"], written["notes"]) == (1, {"cpu": "one"}, ["It was busy."])
    assert written["cases"][0]["rows"][0]["rate"] == 4.0


def test_every_kept_result_can_be_read_and_names_its_machine(root):
    files = sorted((root / "bench" / "results").glob("*.json"))
    assert files
    for path in files:
        data = json.loads(path.read_text(encoding="utf-8"))
        cases = [case_of_json(case) for case in data["cases"]]
        assert data["schema"] == 1
        assert all(case.rows for case in cases)
        assert {"date", "commit", "cpu", "device", "cores", "versions"} <= data["machine"].keys()
        assert path.name.startswith(data["machine"]["date"])
