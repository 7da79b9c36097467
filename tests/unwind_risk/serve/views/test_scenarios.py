"""Scenarios: a text is checked by line, sliders move its numbers, fans follow; no file of the server's is reached."""

import pytest

from tests.unwind_risk.serve.conftest import BASE
from unwind_risk.serve import scenario_fans

OWN = {"Origin": BASE, "Accept": "text/html"}
HEAD = 'title = "T"\ndescription = "D"\nsource = "S"\n'
LOOP = HEAD + 'extends = ["unwind-loop"]\n\n[carry]\nstock_usd_bn = 300.0\nstop_loss = 0.25\n'


@pytest.fixture(autouse=True)
def _few_paths(monkeypatch):
    monkeypatch.setattr(scenario_fans, "N_PATHS", 1_000)


def test_fans_begin_at_the_market_and_the_worst_paths_end_where_the_book_loses(asked):
    """Both books are long bonds: where they lose most, yields have risen."""
    found = asked.post("/api/fan", content=LOOP).json()
    jgb = next(each for each in found["series"] if each["name"] == "JGB 10 years")
    assert jgb["q"]["0.5"][0] == pytest.approx(1.531)  # the ministry's par yield of the day, in percent
    assert jgb["worst"] > jgb["q"]["0.5"][-1]
    assert jgb["q"]["0.01"][-1] < jgb["q"]["0.99"][-1]
    assert len(jgb["days"]) == 11


def test_a_slider_moves_its_line_and_one_that_was_not_moved_nothing(asked):
    form = {"text": LOOP, "line:8": "0.5", "was:8": "0.25", "line:7": "300.0", "was:7": "300.0", "name": "mine"}
    shown = asked.post("/scenarios", data=form, headers=OWN).text
    assert "stop_loss = 0.5" in shown
    assert "stock_usd_bn = 300.0" in shown
    assert "carry.stop_loss" in shown
    assert 'class="fan"' in shown  # drawn by the server: no script is needed


def test_what_is_wrong_is_told_with_line_and_key(asked):
    found = asked.post("/api/scenario/check", content=LOOP.replace("stop_loss", "stop_los")).json()
    assert not found["ok"]
    assert (found["errors"][0]["line"], found["errors"][0]["key"]) == (8, "carry.stop_los")
    assert asked.post("/api/scenario/check", content=LOOP).json()["ok"]
    shown = asked.post("/scenarios", data={"text": LOOP.replace("stop_loss", "stop_los")}, headers=OWN)
    assert (shown.status_code, "1 error" in shown.text) == (200, True)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + 'extends = ["/etc/passwd.toml"]\n',
        HEAD + 'extends = ["../markets/2025-05-28.toml"]\n',
        HEAD + 'extends = "x.toml"\n',
        HEAD + "extends = [1]\n",
        "[" * 3000,
        "a = " + "9" * 9000,
        "x" * 200_000,
    ],
)
def test_a_hostile_text_is_refused_and_no_file_is_read(asked, text):
    found = asked.post("/api/scenario/check", content=text).json()
    assert not found["ok"]
    assert "root:" not in str(found)
    assert asked.post("/api/fan", content=text).status_code == 422


def test_a_scenario_s_name_is_none_of_a_path(asked, night):
    for name in ("../x", "/etc/x", "a/b", "%2e%2e"):
        refused = asked.post("/scenarios", data={"text": LOOP, "name": name, "action": "save"}, headers=OWN)
        assert refused.status_code == 422
        assert asked.get(f"/scenarios/{name}", headers=OWN).status_code in (404, 422)
    saved = asked.post("/scenarios", data={"text": LOOP, "name": "mine", "action": "save"}, headers=OWN)
    assert saved.status_code == 303
    assert [path.read_text() for path in (night / "work").glob("mine-*.toml")] == [LOOP]
