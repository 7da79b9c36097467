"""What a desk compares of FX positions, on the terminal and as JSON."""

import json

import pytest

NOTE = "what no factor moves holds risk reversals of USDJPY"  # of the bundled market the skew stands still
BOOK = """position_id,kind,currency,notional,maturity,rate,strike,vol
forward,FX_FORWARD,USD,100000000,2025-06-06,145.04,,
call,FX_CALL,USD,20000000,2025-08-27,,148,0.12
bond,UST_BILL,USD,1000000,2025-08-28,,,
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "book.csv"
    path.write_text(BOOK)
    return path


@pytest.mark.parametrize("command", ["check", "show"])
def test_fx_positions_have_a_table_of_their_own(command, path, unwind):
    done = unwind("book", command, path)
    assert done.returncode == 0
    assert NOTE in done.stderr
    rows = done.stdout[done.stdout.index("FX positions on 2025-05-28") :].splitlines()
    forward, call = (next(line.split() for line in rows if line.startswith(name)) for name in ("forward", "call"))
    assert forward[:3] == ["forward", "USD/JPY", "2025-05-30"]
    assert forward[3:] == ["2025-06-06", "145.04", "144.9249", "-0.1151", "99.9"]  # seven days of carry
    assert call[2:5] == ["2025-05-30", "2025-08-27", "2025-08-29"]
    assert call[8:10] == ["12.00", "%"]
    assert not any(line.startswith("bond") for line in rows[: rows.index("") if "" in rows else len(rows)])


def test_a_check_in_json_has_values_and_terms(path, unwind):
    done = unwind("book", "check", path, "--json")
    assert done.returncode == 0
    assert NOTE in done.stderr
    checked = json.loads(done.stdout)
    assert (checked["schema"], checked["currency"], len(checked["positions"])) == (1, "JPY", 3)
    assert checked["positions"][0]["value"] == pytest.approx(-11_504_816, abs=1.0)
    assert [terms["position_id"] for terms in checked["fx"]] == ["forward", "call"]
    assert checked["fx"][1]["vols"] == [{"strike": 148.0, "vol": pytest.approx(0.12, rel=1e-12)}]


def test_a_book_without_fx_has_no_such_table(path, unwind):
    path.write_text("\n".join(line for line in BOOK.splitlines() if line.startswith(("position_id", "bond"))))
    assert "FX positions" not in unwind("book", "check", path).stdout
