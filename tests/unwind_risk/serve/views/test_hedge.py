"""Hedge: the mix of `unwind hedge` on a night's own settings; what is asked wrongly is refused in words."""

import json
import re

import pytest

from tests.unwind_risk.serve.conftest import BASE

OWN = {"Origin": BASE, "Accept": "text/html"}
HEDGES = (
    "position_id,kind,currency,notional,coupon,maturity,cost,most\n"
    "SHORT-20Y,JGB,JPY,-1000000000,0.02,2045-03-20,100000,5\n"
    "SHORT-10Y,JGB,JPY,-1000000000,0.01,2035-03-20,100000,5\n"
)


@pytest.mark.slow
def test_the_json_is_that_of_the_command_that_the_page_offers(asked, unwind, tmp_path):
    (tmp_path / "hedges.csv").write_text(HEDGES)
    page = asked.post("/hedge", data={"hedges": HEDGES, "budget": "4e5", "aim": "worst"}, headers=OWN).text
    words = re.search(r'id="command">([^<]*)<', page)[1].split()
    assert words[:3] == ["unwind", "hedge", "HEDGES.csv"]
    told = json.loads(unwind("hedge", tmp_path / "hedges.csv", *words[3:], "--json").stdout)
    found = asked.post("/api/hedge", json={"hedges": HEDGES, "budget": 4e5, "aim": "worst"}).json()
    assert found == told
    assert sum(each["lots"] for each in found["lines"]) == 4  # of 100,000 each


def test_the_bond_that_is_held_is_sold_and_the_tail_is_less(asked):
    found = asked.post("/api/hedge", json={"hedges": HEDGES}).json()
    lots = {each["name"]: each["lots"] for each in found["lines"]}
    assert lots["SHORT-20Y"] > 0
    es = next(each for each in found["scenarios"][0]["changes"] if each["measure"] == "expected_shortfall")
    assert es["value"] < -2.0 * es["se"]


def test_the_form_works_without_script_and_keeps_what_was_typed(asked):
    assert "Find the mix" in asked.get("/hedge", headers=OWN).text
    assert 'href="/hedge?' in asked.get("/whatif", headers=OWN).text
    shown = asked.post("/hedge", data={"hedges": HEDGES, "lots": "parts", "carry_least": "-5e6"}, headers=OWN)
    assert shown.status_code == 200
    assert "SHORT-20Y" in shown.text
    assert 'value="-5e6"' in shown.text
    assert "ES rises in" in shown.text
    assert "unwind hedge HEDGES.csv --confidence=0.99 --carry-least=-5000000 --fractional" in shown.text


@pytest.mark.parametrize(
    ("asked_for", "said"),
    [
        ({"hedges": "\0"}, "CSV with a line of headings"),
        ({"hedges": "a,b\n1,2\n"}, "hedges.csv: line 1, position_id"),
        ({"hedges": HEDGES.replace("cost", "coast")}, "the column 'cost' is missing"),
        ({"hedges": HEDGES.replace("100000,5", "=1+1,5")}, "cost"),
        ({"hedges": "../../etc/passwd"}, "hedges.csv: line 1, position_id"),
        ({"hedges": [{"cost": 1}] * 51}, "from 1 to 50"),
        ({"hedges": HEDGES + 60 * HEDGES.splitlines()[-1].join("\n\n")}, "50 are taken at once"),
        ({"es_most": 0.0}, "no mix of hedges fits"),
        ({"carry_least": 1e300}, "no mix of hedges fits"),
        ({"weights": {"budget": 1.0}, "aim": "mean"}, "budget"),
        ({"names": ["moon"]}, "moon"),
        ({"budget": -1.0}, "0 or more"),
        ({"budget": "a lot"}, "budget"),
        ({"aim": "sideways"}, "aim"),
        ({"aim": "mean", "weights": {"moon": 1.0}}, "moon"),
        ({"weights": {"base": 1.0}}, "--aim mean"),
        ({"score_seed": -1}, "score_seed"),
        ({"score_seed": 1}, "--score-seed"),
        ({"confidence": 0.5}, "the run has 0.99"),
        ({"night": "../x"}, "night"),
        ({"run": "../x"}, "no run"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_words(asked, asked_for, said):
    answered = asked.post("/api/hedge", json={"hedges": HEDGES} | asked_for)
    assert answered.status_code == 422
    assert said in answered.text
    assert "root:" not in answered.text


def test_amounts_that_are_no_numbers_are_refused(asked):
    headers = {"Content-Type": "application/json"}
    for text in ('{"budget": NaN}', '{"es_most": 1e999}', '{"weights": {"base": Infinity}, "aim": "mean"}', "[]", "{"):
        assert asked.post("/api/hedge", content=text, headers=headers).status_code == 422, text
    for fields in ({"budget": "1,5"}, {"es_most": "inf"}, {"aim": "<script>"}):
        refused = asked.post("/hedge", data=fields, headers=OWN)
        assert refused.status_code == 422
        assert "<script>" not in refused.text.split("<main", 1)[1]


def test_a_form_of_another_page_finds_no_hedge(stranger):
    assert stranger.post("/api/hedge", json={}).status_code == 401
    assert stranger.post("/hedge", data={}, headers={"Origin": "http://evil.example"}).status_code == 401
