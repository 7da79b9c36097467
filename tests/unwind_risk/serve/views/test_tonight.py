"""Tonight: the answer in words, limits, and a record that changes on disk."""

import json

from tests.unwind_risk.serve.conftest import DATE

PAGE = {"Accept": "text/html"}


def test_the_page_says_what_may_be_lost_and_what_is_breached(asked):
    text = asked.get("/", headers=PAGE).text
    assert "Ten-day loss, one time in a hundred" in text
    assert "1 limit breached" in text
    assert "unwind report" in text
    assert "april-2025" in text


def test_the_json_has_the_record_s_figures(asked):
    found = asked.get("/api/night/last").json()
    assert (found["valuation_date"], found["exit_code"]) == (DATE, 3)  # a hard limit is breached
    first = found["runs"][0]["scenarios"][0]
    assert first["expected_shortfall"]["value"] > first["value_at_risk"]["value"] > 0.0
    assert found["limits"][0]["use"] == first["value_at_risk"]["value"] / 1e6
    assert asked.get(f"/api/night/{DATE}").json() == found


def test_a_night_that_is_not_there_is_told_with_the_nearest(asked):
    answered = asked.get("/", params={"night": "2025-05-01"}, headers=PAGE)
    assert answered.status_code == 422
    assert f"the nearest are {DATE}" in answered.text


def test_a_record_that_is_changed_on_disk_is_noticed_at_the_next_request(copied):
    assert copied.get("/", headers=PAGE).status_code == 200
    path = copied.record / f"valuation_date={DATE}" / "night.json"
    found = json.loads(path.read_text())
    path.write_text(json.dumps(found | {"exit_code": 4}))
    answered = copied.get("/", headers=PAGE)
    assert answered.status_code == 422
    assert "night.json" in answered.text
