"""The tail path by path: pages that link to one another, the JSON of `unwind replay`, and what is refused."""

import json
import re

import pytest

from tests.unwind_risk.serve.conftest import DATE
from unwind_risk.api.analysis.replay import replay

PAGE = {"Accept": "text/html"}


def test_the_worst_paths_lead_to_their_days(asked):
    text = asked.get("/explain/tail", params={"scenario": "april-2025"}, headers=PAGE).text
    links = re.findall(r'href="(/explain/path\?[^"]*)"', text)
    assert len(links) == 20
    shown = asked.get(links[0].replace("&amp;", "&"), headers=PAGE)
    assert shown.status_code == 200
    assert re.search(r"<h1>Path [\d,]+ of april-2025: loses JPY", shown.text)
    assert "J20" in shown.text
    number = re.search(r"path=(\d+)", links[0])[1]
    assert f"unwind replay {number} " in shown.text


def test_explain_leads_to_the_worst_paths_and_its_words_to_typical_ones(asked):
    assert "/explain/tail?" in asked.get("/explain", headers=PAGE).text
    words = asked.get("/explain/words", headers=PAGE).text
    typical = re.findall(r'href="(/explain/path\?[^"]*)"', words)
    assert typical
    assert asked.get(typical[0].replace("&amp;", "&"), headers=PAGE).status_code == 200


def test_the_json_of_a_path_is_that_of_the_command(asked, night):
    folder = night / "record" / f"valuation_date={DATE}" / "run=ten-days"
    told = json.loads(replay(folder, 7, "base").to_json())
    assert asked.get("/api/replay", params={"path": 7, "scenario": "base"}).json() == told


def test_the_tail_as_json_has_paths_with_books_and_levels(asked):
    assert len(asked.get("/api/tail").json()["paths"]) == 41  # all, of which there are fewer than the usual hundred
    found = asked.get("/api/tail", params={"n": 3}).json()
    assert [sorted(each) for each in found["paths"]] == [["books", "levels", "path", "pnl"]] * 3
    told = asked.get("/api/replay", params={"path": found["paths"][0]["path"], "scenario": "base"}).json()
    assert told["scenarios"][0]["pnl"]["total"] == found["paths"][0]["pnl"]
    last = {name: each[-1] for name, each in told["scenarios"][0]["levels"].items()}
    assert found["paths"][0]["levels"] == pytest.approx(last, rel=1e-12)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/api/tail", {"n": 0}),
        ("/api/tail", {"n": 10**6}),
        ("/api/tail", {"n": 42}),  # of 4,000 paths the tail has 41
        ("/api/tail", {"n": "1e3"}),
        ("/api/tail", {"scenario": "../../etc/passwd"}),
        ("/api/replay", {"path": -1, "scenario": "base"}),
        ("/api/replay", {"path": 4000, "scenario": "base"}),
        ("/api/replay", {"path": 10**30, "scenario": "base"}),
        ("/api/replay", {"path": 1, "scenario": "<script>"}),
        ("/api/replay", {"path": 1}),
        ("/explain/path", {"path": "x", "scenario": "base"}),
        ("/explain/tail", {"scenario": "\x00"}),
    ],
)
def test_what_is_no_path_is_refused_and_shown_as_text(asked, path, params):
    answered = asked.get(path, params=params, headers=PAGE)
    assert answered.status_code == 422
    assert "<script>alert" not in answered.text
    assert "root:" not in answered.text
