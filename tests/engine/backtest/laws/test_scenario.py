"""A scenario as a law: its paths on each date's market, and what is no forecast refused by name."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from engine.backtest.laws.filtered import filtered_dates
from engine.backtest.laws.gaussian import WINDOW, window_covariance
from engine.backtest.laws.scenario import scenario_law
from engine.backtest.run_backtest import run_backtest
from engine.backtest.settings import BacktestSettings
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.parts import ThisProcess
from engine.backtest.walk.walk_days import BookWalk, contenders
from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path
from engine.inputs.scenario.load import load_scenario, read_scenario
from engine.law.past.filtered import step_spans
from engine.mechanisms.rows import PastRow
from engine.mechanisms.unwind import Unwind
from engine.scenario.scenario import Scenario
from tests.engine.backtest.synthetic import usual

DRAWS = CommonDraws(seed=1, day=17000, n_paths=20_000)


def test_base_has_the_covariance_of_its_window_at_one_day_and_ten_times_it_at_ten():
    found = usual(900)
    place = 820
    moves = scenario_law(load_scenario("base"), found.pattern).prepare(found.joint)
    last = slice(place + 1 - WINDOW, place + 1)
    wanted = window_covariance(found.joint.changes[last], found.joint.spans[last])
    sd = np.sqrt(np.diag(wanted))
    for horizon in (1, 10):
        drawn = moves(place, horizon, DRAWS).moves
        # a standard deviation of 20,000 normal draws has an error of 0.5 %, a correlation of 0.7 %; four of them
        assert drawn.std(axis=1) == pytest.approx(sd * horizon**0.5, rel=0.02)
        assert np.corrcoef(drawn) == pytest.approx(wanted / np.outer(sd, sd), abs=0.03)


def test_paths_depend_on_the_date_and_the_seed_alone_and_see_nothing_after_the_date():
    found = usual(900)
    moves = scenario_law(load_scenario("bench/three-regimes.toml"), found.pattern).prepare(found.joint)
    draws = replace(DRAWS, n_paths=1000)
    one = moves(820, 1, draws).moves
    changes = found.joint.changes.copy()
    changes[821:] += 1.0
    later = scenario_law(load_scenario("bench/three-regimes.toml"), found.pattern).prepare(
        replace(found.joint, changes=changes)
    )
    assert np.array_equal(later(820, 1, replace(DRAWS, n_paths=1000)).moves, one)  # to the last bit
    assert not np.array_equal(moves(820, 1, replace(draws, day=17001)).moves, one)
    assert not np.array_equal(moves(820, 1, replace(draws, seed=2)).moves, one)


def test_what_is_no_forecast_of_every_date_is_refused_with_the_way_out():
    pattern = usual().pattern
    with pytest.raises(InputError, match=r"'august-2024' has shocks, which come for certain .* without \[\[shocks\]\]"):
        scenario_law(load_scenario("august-2024"), pattern)
    with pytest.raises(InputError, match=r"'filtered' takes its moves from the past .* give --law filtered"):
        scenario_law(load_scenario("filtered"), pattern)


def test_rows_of_a_scenario_s_own_are_walked_at_the_vols_of_each_date():
    """One row alone: ten dates of it, by the variances of the first to the last, worked out along one path."""
    found, place = usual(2400, 3), 2200
    names = [factor.name for factor in found.joint.factors]
    row = PastRow(date="2024-08-05", residuals=tuple((name, -1.0) for name in names))
    scenario = Scenario(name="s", title="t", description="d", source="s", unwind=Unwind(law="filtered", rows=(row,)))
    drawn = scenario_law(scenario, found.pattern).prepare(found.joint)(place, 10, replace(DRAWS, n_paths=3)).moves
    assert np.ptp(drawn, axis=1).max() == 0.0  # nothing is left to chance
    law = filtered_dates(found.joint).on(place)
    held = replace(law.rule, decays=(1.0,) * len(law.rule.decays))
    ones = replace(law, rows=np.full((len(names), 1), -1.0), rule=held)
    spans = step_spans(found.joint.day(place), 10)
    assert drawn[:, 0] == pytest.approx(ones.walked(np.zeros((10, 1), np.uint32), spans)[:, 0], rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "first", "last", "n"),
    [("flight-2024", "2024-07-09", "2024-07-26", 13), ("repatriation-2025", "2025-03-31", "2025-05-15", 30)],
)
def test_what_came_lies_near_the_middle_of_the_stress_named_after_it(shared, name, first, last, n):
    """Ten dates from every start of the window, both sample books: the median of p was 0.9 and more by vols of one day.

    Windows of ten dates overlap, so that 13 starts are hardly more than one: a quarter to three quarters is near.
    """
    settings = BacktestSettings(
        history=(shared / "data" / "history.csv",),
        market=bundled_market_path(),
        books=tuple(Path("engine/book/data") / f"{book}.csv" for book in ("carry-fund", "life-insurer")),
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        laws=("filtered",),
        scenarios=(load_scenario(name),),
        horizons=(10,),
        n_paths=10_000,
        seed=1,
        out=None,
    )
    rows = run_backtest(settings, ThisProcess(), lambda *_: None).rows
    chosen = rows.law == name
    for scope in ("total", "carry-fund", "life-insurer"):
        p = rows.pit[chosen & (rows.scope == scope)]
        assert p.size == n
        assert 0.25 < np.median(p) < 0.75, scope


def test_a_scenario_that_is_called_as_a_law_is_refused(tmp_path):
    found = usual()
    path = tmp_path / "ewma.toml"
    path.write_text('title = "t"\ndescription = "d"\nsource = "s"\n', encoding="utf-8")
    walk = BookWalk(
        history=found.joint,
        pattern=found.pattern,
        book=None,  # type: ignore[arg-type]  # names are looked at before any book
        laws=("ewma",),
        scenarios=(read_scenario(path),),
        horizons=(1,),
        n_paths=1000,
        seed=1,
    )
    with pytest.raises(InputError, match="scenario 'ewma' is called as a law is; rename its file"):
        contenders(walk)
