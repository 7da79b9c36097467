"""A replayed path as tables."""

import pytest

from cli.analysis.replay_tables import main_factors, tables
from cli.render import plain
from engine.explain.run.path_replay import path_replay
from tests.engine.explain.run.runs import REGIMES, ready

JUMPED = 19_253  # of the tail's paths that a jump made


@pytest.fixture(scope="module")
def jumped():
    return path_replay(ready("base", REGIMES), "three-regimes", JUMPED)


def test_each_day_has_its_levels_regime_jumps_and_sales(jumped):
    market = next(tables(jumped))
    heads = [column.heading for column in market.columns]
    assert heads[0] == "date"
    assert heads[-4:] == ["private sold, USD bn", "impact, bp", "regime", "jumps and interventions"]
    assert len(market.rows) == 11  # the start, and ten days
    assert any("jump: repatriation" in row[-1] for row in market.rows)
    assert market.footnote.startswith("Rates are zero rates, continuously compounded, not par yields; ")
    hidden = set(range(len(jumped.factors))) - set(main_factors(jumped))
    assert all(jumped.shares[f] <= 0.01 for f in hidden)
    assert {"JGB_20Y %", "JGB_40Y %", "USDJPY"} <= set(heads)


def test_pnl_of_the_last_day_is_the_paths_and_positions_add_up_to_it(jumped):
    _, by_day, positions = tables(jumped)
    assert by_day.rows[-1][2] == positions.rows[-1][2]
    assert len(by_day.rows) == 11
    days = jumped.pnl_by_day[:, 0]
    worst = min(range(1, 11), key=lambda k: days[k] - days[k - 1])
    changes = [float(row[1].replace(",", "")) for row in by_day.rows[1:]]
    assert by_day.rows[0][1] == ""
    assert changes.index(min(changes)) == worst - 1
    assert positions.rows[-2][0] == "35 others"
    assert "differs from the sum by at most" in positions.footnote


def test_a_run_of_one_exact_step_says_that_daily_paths_are_others():
    market = next(tables(path_replay(ready("base"), "base", 5)))
    assert len(market.rows) == 2
    assert "the run takes its 10 business days in one exact step" in plain(market)
    assert "with --steps daily this number is another path" in plain(market)
