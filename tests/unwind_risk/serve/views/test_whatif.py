"""What-if: the figures of `unwind whatif`, with and without script; hostile tables are refused in a desk's words."""

import json

import pytest

from tests.unwind_risk.serve.conftest import BASE, DATE, TRADES
from unwind_risk.api.analysis.whatif import whatif

OWN = {"Origin": BASE, "Accept": "text/html"}


def test_the_json_is_that_of_the_command(asked, night, tmp_path):
    (tmp_path / "trades.csv").write_text(TRADES)
    told = json.loads(
        whatif(night / "record" / f"valuation_date={DATE}" / "run=ten-days", tmp_path / "trades.csv").to_json()
    )
    found = asked.post("/api/whatif", json={"trades": TRADES}).json()
    assert found["scenarios"] == told["scenarios"]
    assert found["limits"] == told["limits"]
    rows = [{"position_id": "S", "kind": "JGB", "currency": "JPY", "notional": -5e9, "coupon": 0.02,
             "maturity": "2045-03-20"}]  # fmt: skip
    assert asked.post("/api/whatif", json={"trades": rows}).json()["scenarios"] == told["scenarios"]


def test_the_bond_sold_whole_leaves_the_other_book_alone_and_half_of_it_half(asked):
    """Of the two books' loss the bond is the larger part: without it VaR is less, with half of it in between."""
    whole, half, none = (
        asked.post("/api/whatif", json={"trades": TRADES, "sizes": {"S": size}}).json()["scenarios"][0]["changes"][0]
        for size in (100, 50, 1)
    )
    assert whole["after"]["value"] < half["after"]["value"] < none["after"]["value"] < none["before"]["value"]


def test_the_form_works_without_script(asked):
    begun = asked.get("/whatif", headers=OWN)
    assert "SELL-JGB-20Y" in begun.text
    shown = asked.post("/whatif", data={"trades": TRADES, "size:S": "50", "action": "try"}, headers=OWN)
    assert shown.status_code == 200
    assert "50 %" in shown.text
    assert "VaR of base" in shown.text
    assert "unwind whatif TRADES.csv --night" in shown.text


def test_trades_are_saved_under_work_and_nowhere_else(asked, copied, night):
    saved = asked.post("/whatif", data={"trades": TRADES, "action": "save"}, headers=OWN)
    assert saved.status_code == 303
    (path,) = (night / "work").glob("trades-*.csv")
    assert path.read_text() == TRADES
    refused = copied.post("/whatif", data={"trades": TRADES, "action": "save"}, headers=OWN)
    assert refused.status_code == 422
    assert "started without --work" in refused.text


@pytest.mark.parametrize(
    ("trades", "said"),
    [
        ("", "a CSV with a line of headings"),
        ("\0", "a CSV with a line of headings"),
        ("PK\x03\x04", "trades.csv"),
        ("a,b\n1,2\n", "position_id"),
        (TRADES.replace("-5000000000", "1e999"), "notional"),
        (TRADES.replace("-5000000000", "=1+1"), "notional"),
        (TRADES.replace("JGB,", "NOPE,"), "NOPE"),
        (TRADES.replace("S,", "<script>alert(1)</script>,").replace("JPY", "XXX"), "XXX"),
    ],
)
def test_a_hostile_table_is_refused_with_its_line(asked, trades, said):
    answered = asked.post("/api/whatif", json={"trades": trades})
    assert answered.status_code == 422
    assert answered.headers["content-type"] == "application/problem+json"
    assert said in answered.json()["detail"]
    page = asked.post("/whatif", data={"trades": trades or " "}, headers=OWN)
    assert page.status_code == 422
    assert "<script>alert" not in page.text
    assert "Traceback" not in page.text


def test_a_size_beyond_reason_and_an_endless_list_are_refused(asked):
    for sizes in ({"S": 10**9}, {"S": 0}):
        assert asked.post("/api/whatif", json={"trades": TRADES, "sizes": sizes}).status_code == 422
    assert asked.post("/api/whatif", json={"trades": [{"kind": "JGB"}] * 51}).status_code == 422
    assert asked.post("/api/whatif", content=b"[" * 5000).status_code == 422
