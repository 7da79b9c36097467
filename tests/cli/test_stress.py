import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from cli.stress import table
from engine.analysis.stress import StressTable, as_json
from engine.inputs.market.load import bundled_market_path
from engine.risk.standing import Standing

DAY = date(2025, 5, 28)
STRESSED = StressTable(
    currency="JPY",
    scenarios=("one", "two"),
    position_ids=("A", "B", "C"),
    books=("fund", "insurer", "fund"),
    base_values=np.array([10e6, 20e6, 40e6]),
    pnl=np.array([[1e6, 2e6, -4e6], [0.0, 0.0, -0.001]]),
    standings=(Standing(is_stress=True, law="gaussian"), Standing(is_stress=False, law="gaussian")),
    notes=(),
)


def test_the_worst_in_words_then_total_books_and_positions():
    shown = table(STRESSED, DAY)
    assert (shown.title, shown.unit) == ("P&L of shocks on 2025-05-28, at once; gains positive", "JPY mn")
    assert shown.sentence == "Worst: one loses 1.00, 1.4 % of the value; fund 3.00."
    assert [list(row) for row in shown.rows] == [
        ["total", "70.00", "-1.00", "0.00"],
        ["  fund", "50.00", "-3.00", "0.00"],
        ["  insurer", "20.00", "+2.00", "0.00"],
        [],
        ["positions"],
        ["  C", "40.00", "-4.00", "0.00"],
        ["  B", "20.00", "+2.00", "0.00"],
        ["  A", "10.00", "+1.00", "0.00"],
    ]


def test_of_many_positions_the_largest_stand_alone_and_all_add_up():
    n = 14
    many = replace(
        STRESSED,
        position_ids=tuple(f"P{i}" for i in range(n)),
        books=("fund",) * n,
        base_values=np.full(n, 1e6),
        pnl=np.array([-1e6 * np.arange(n), np.zeros(n)]),
    )
    rows = table(many, DAY).rows
    assert [row[0] for row in rows[4:]] == [*(f"  P{i}" for i in range(13, 3, -1)), "  4 others"]
    assert rows[-1][2] == "-6.0"  # 0, 1, 2 and 3


def test_a_stress_says_below_the_table_that_it_is_no_forecast():
    assert table(STRESSED, DAY).footnote == "one: stress law: not a forecast."
    assert as_json(STRESSED, date(2025, 5, 28), [])["stresses"] == ["one"]


def test_where_nothing_moves_amounts_keep_the_unit_of_the_values():
    shown = table(replace(STRESSED, pnl=np.zeros((2, 3))), DAY)
    assert (shown.unit, shown.sentence) == ("JPY mn", "The total loses in no scenario.")
    assert shown.rows[0] == ["total", "70.0", "0.0", "0.0"]


def test_where_the_total_loses_nothing_a_book_that_does_is_named():
    shown = table(replace(STRESSED, pnl=np.array([[1e6, 5e6, -4e6], [0.0, 0.0, 1e6]])), DAY)
    assert shown.sentence == "The total loses in no scenario; fund 3.00 in one."


def test_json_has_every_figure_by_name(unwind):
    figures = json.loads(json.dumps(as_json(STRESSED, date(2025, 5, 28), ["beware"])))
    assert (figures["schema"], figures["currency"], figures["warnings"]) == (1, "JPY", ["beware"])
    assert figures["total"] == {"value": 70e6, "pnl": {"one": -1e6, "two": -0.001}}
    assert figures["books"][0] == {"book": "fund", "value": 50e6, "pnl": {"one": -3e6, "two": -0.001}}
    assert figures["positions"][1] == {
        "position_id": "B",
        "book": "insurer",
        "value": 20e6,
        "pnl": {"one": 2e6, "two": 0.0},
    }
    done = unwind("stress", "--json", "--currency", "USD", "--scenario", "august-2024")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["scenarios"] == ["august-2024"]


def test_without_arguments_the_sample_books_meet_every_bundled_shock(unwind):
    done = unwind("stress")
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in ("april-2025", "article-2025", "august-2024", "life-insurer"))


def test_what_a_run_would_warn_of_is_said_here_too(unwind, tmp_path):
    still = '[curves.OIS]\ncurrency = "JPY"\nsource = "by hand"\npar_yields = { 1Y = 0.01 }\n\n[fx]'
    text = bundled_market_path().read_text(encoding="utf-8")
    (tmp_path / "market.toml").write_text(text.replace("[fx]", still), encoding="utf-8")
    rows = "position_id,kind,currency,notional,coupon,maturity,trader\nA,JGB,JPY,1e9,0.03,2070-03-20,me\n"
    (tmp_path / "book.csv").write_text(rows, encoding="utf-8")
    market, book = ("--market", tmp_path / "market.toml"), tmp_path / "book.csv"
    for done in (unwind("stress", *market, "--book", book), unwind("book", "check", book, *market)):
        assert done.returncode == 0, done.stderr
        assert "curve 'OIS' has no factor" in done.stderr
        assert "'trader' is unknown" in done.stderr
        assert "beyond the last node of curve 'JGB'" in done.stderr  # 40 years from 2025


@pytest.mark.parametrize("second", ["base", "base.toml"])
def test_a_scenario_twice_is_refused(unwind, tmp_path, second):
    (tmp_path / "base.toml").write_text('title = "t"\ndescription = "d"\nsource = "s"\n', encoding="utf-8")
    done = unwind("stress", "--scenario", "base", "--scenario", second, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "'base' is there twice" in done.stderr or "two scenarios are called 'base'" in done.stderr
