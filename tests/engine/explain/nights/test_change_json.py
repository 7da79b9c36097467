"""The answer of two nights as JSON."""

import json

from engine.explain.nights.change_json import as_json


def test_the_answer_is_json_of_finite_figures(change):
    found = as_json(change)
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text) == found
    assert found["schema"] == 1
    assert found["nights"] == ["2025-05-27", "2025-05-28"]
    assert {part["key"] for part in found["changes"][0]["parts"]} == {each["key"] for each in found["movers"]}
    assert found["pnl"]["days"] == 1
    assert set(found["pnl"]["movers"]) == set(found["pnl"]["scopes"][0]["parts"])
