"""`unwind data`: histories in, market files out."""

import json

import pytest

from engine.inputs.market.load import load_market
from tests.engine.inputs.history.histories import made_table, written

HEADER = "date,jgb_10y,ust_10y,usdjpy\n"


@pytest.fixture
def history(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text(HEADER + "2025-05-27,1.5,4.4,144.0\n2025-05-28,1.531,4.47,145.04\n", encoding="utf-8")
    return path


def test_check_lists_series_and_says_where_values_are_wrong(unwind, history):
    done = unwind("data", "check", history)
    assert done.returncode == 0, done.stderr
    jgb = next(line.split() for line in done.stdout.splitlines() if line.startswith("JGB_10Y"))
    assert jgb == ["JGB_10Y", "2025-05-27", "2025-05-28", "2", "+3.1", "bp", "2025-05-28"]
    history.write_text(HEADER + "2025-05-28,1.5x,4.47,145.04\n", encoding="utf-8")
    done = unwind("data", "check", history)
    assert (done.returncode, done.stdout) == (2, "")
    assert "line 2" in done.stderr
    assert "1.5x" in done.stderr


def test_check_as_json_has_each_series_and_what_build_would_refuse(unwind, history):
    found = json.loads(unwind("data", "check", history, "--json").stdout)
    assert list(found) == ["schema", "series", "notes", "refused_by_build"]
    (jgb,) = [row for row in found["series"] if row["name"] == "JGB_10Y"]
    assert (jgb["first"], jgb["n_values"], jgb["largest_on"]) == ("2025-05-27", 2, "2025-05-28")
    assert jgb["largest_move"] == pytest.approx(0.00031)


@pytest.mark.slow
def test_build_refuses_before_it_writes(unwind, history, tmp_path):
    out = tmp_path / "markets"
    short = unwind("data", "build", history, "--from", "2025-05-28", "--out", out)
    assert short.returncode == 2
    assert "JGB_1Y lies outside the tenors published" in short.stderr  # the bundled market has that factor
    none = unwind("data", "build", history, "--from", "2025-05-31", "--out", out)
    assert "no day from 2025-05-31 to 2025-05-31 has all levels" in none.stderr
    late = unwind("data", "build", history, "--from", "2025-05-28", "--out", out, "--window-start", "2025-05-28")
    assert "--window-start 2025-05-28 must lie before the first valuation date, 2025-05-28" in late.stderr
    day = unwind("data", "build", history, "--from", "26/05/2025", "--out", out)
    assert day.returncode == 2
    assert "error: --from: must be a date, YYYY-MM-DD, such as 2025-05-28, got '26/05/2025'" in day.stderr
    assert not out.exists()


@pytest.mark.slow
def test_build_writes_a_file_a_date_and_names_the_holiday(unwind, shared, tmp_path):
    history, out = shared / "data" / "history.csv", tmp_path / "markets"
    done = unwind("data", "build", history, "--from", "2025-05-23", "--to", "2025-05-27", "--out", out)
    assert done.returncode == 0, done.stderr
    days = ("2025-05-23", "2025-05-27")
    ends = ("memberships.npy", "moves.npy", "rows.npy", "toml")
    assert sorted(path.name for path in out.iterdir()) == [f"{day}.{end}" for day in days for end in ends]
    assert done.stdout.splitlines() == [str(out / f"{day}.toml") for day in days]
    assert "of the window from 2022-05-01 to each date, 2025-05-23 to 2025-05-27: 3.1 years" in done.stderr
    assert "vols of the day are of 2002-01-07 to each date, 2025-05-23 to 2025-05-27: their four" in done.stderr
    assert "2025-05-26, Monday: the history has no UST yields and no USDJPY" in done.stderr
    assert "the spreads of TONA" in done.stderr
    checked = unwind("scenario", "check", "bench/three-regimes.toml", "--market", out / "2025-05-23.toml")
    assert checked.returncode == 0, checked.stderr
    assert "repaired" in checked.stderr


def test_a_misprint_is_refused_by_date_series_and_line_until_it_is_accepted(unwind, tmp_path):
    table, out = made_table(), tmp_path / "markets"
    table.loc["2024-12-30", "ust_3m"] = f"{float(table.loc['2024-12-30', 'ust_3m']) / 10:.2f}"
    options = (written(table, tmp_path / "history.csv"), "--from", "2025-05-30", "--out", out)
    options = (*options, "--window-start", "2024-06-03")
    refused = unwind("data", "build", *options)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "history.csv: line 152: UST_3M on 2024-12-30: 0." in refused.stderr
    assert "if it is true: --accept 2024-12-30:UST_3M" in refused.stderr
    assert not out.exists()
    done = unwind("data", "build", *options, "--accept", "2024-12-30:UST_3M")
    assert done.returncode == 0, done.stderr
    assert "warning: accepted: " in done.stderr
    assert "of the window from 2024-06-03 to 2025-05-30: 1.0 years" in done.stderr
    market = load_market(out / "2025-05-30.toml")
    assert market.filtered is None
    assert market.no_filtered.startswith("the filtered law of 2025-05-30 needs 2,120 changes")
    assert "warning: 2025-05-30: no law of past days in the market: the filtered law of" in done.stderr
    assert "accepted by name: 2024-12-30:UST_3M" in market.calibration
    checked = unwind("data", "check", options[0])
    assert checked.returncode == 0
    assert "`unwind data build` refuses" in checked.stderr
    assert "line 152: UST_3M on 2024-12-30" in checked.stderr


def test_a_book_with_an_index_runs_in_a_market_that_was_built(unwind, tmp_path):
    table, out, book = made_table(), tmp_path / "markets", tmp_path / "book.csv"
    history = written(table, tmp_path / "history.csv")
    done = unwind("data", "build", history, "--from", "2025-05-30", "--out", out, "--window-start", "2024-06-03")
    assert done.returncode == 0, done.stderr
    book.write_text("position_id,kind,currency,notional,factor\nN,ASSET,JPY,1000,NIKKEI225\n", encoding="utf-8")
    few = ("--scenario", "base", "--paths", "1000", "--backend", "numpy", "--json")  # too short a history for a law
    ran = unwind("run", "--market", out / "2025-05-30.toml", "--book", book, *few)
    assert ran.returncode == 0, ran.stderr
    worth = 1000.0 * float(table["nikkei225"].iloc[-1])
    assert f"{worth:.0f}" in ran.stdout
