"""Interventions come as often as on record, where they move the very paths that call for them."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.optimize import minimize

from engine.backtest.laws.scenario import market_with_law
from engine.backtest.walk.dated_market import market_pattern
from engine.backtest.walk.joint_history import joint_history
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.intervention import Intervention
from engine.run.walk import walk_of
from kernels.numba.backend import NumbaBackend

FIRST = np.datetime64("2012-01-01")
# Ministry of Finance: yen bought on these days, sold on none since November 2011
PURCHASES = ("2022-09-22", "2022-10-21", "2022-10-24", "2024-04-29", "2024-05-01", "2024-07-11", "2024-07-12")


@pytest.fixture(scope="module")
def joint(shared):
    pattern, _ = market_pattern(load_market(bundled_market_path()))
    history = read_history([shared / "data" / "history.csv"])
    return pattern, joint_history(history, pattern.factors, since=date(2002, 1, 1))


def test_the_bundled_arrivals_are_the_mechanism_s_own():
    bundled = load_scenario("intervention").unwind
    assert bundled.law == "filtered"
    assert replace(bundled.intervention, source="s") == Intervention(source="s")


def test_the_slope_is_the_likeliest_of_the_record(joint):
    """Logistic in the five-date move of ln USD/JPY before a date on which it had not fallen, by numerical search."""
    _, history = joint
    x = history.changes[:, [factor.name for factor in history.factors].index("USDJPY")]
    before = np.concatenate([np.zeros(6), np.lib.stride_tricks.sliding_window_view(x, 5).sum(axis=1)])[: x.size + 1]
    place = np.arange(x.size)
    came = np.isin(place, np.searchsorted(history.dates, np.array(PURCHASES, "datetime64[D]")))
    move = before[place + 1]
    chosen = (history.dates >= FIRST) & (move >= 0.0)
    assert came[history.dates >= FIRST].sum() == 7
    assert came[chosen].sum() == 4

    def unlikely(p):
        logit = p[0] + p[1] * move[chosen]
        return float(np.logaddexp(0.0, logit).sum() - logit[came[chosen]].sum())

    found = minimize(unlikely, [-6.0, 50.0], method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-8}).x
    assert found[1] == pytest.approx(Intervention(source="s").per_move, abs=0.5)


@pytest.mark.slow
def test_simulated_rates_are_the_record_s_in_both_directions(joint):
    """Ten dates ahead of every thirtieth, 2,000 paths each: some 4,700 purchases and 330 sales of yen."""
    pattern, history = joint
    places = range(int(np.searchsorted(history.dates, FIRST)), history.dates.size, 30)
    on = market_with_law(pattern, history)
    scenario, ids = load_scenario("intervention"), np.arange(2000, dtype=np.uint64)
    bought, sold, steps = 0, 0, 0
    for place in places:
        walk = walk_of(scenario, on(place), n_days=10, seed=place, backend=NumbaBackend())
        total = walk.levels(ids)[:, walk.series.index("official_sold")]
        day = np.diff(total, axis=0, prepend=0.0)
        bought, sold, steps = bought + int((day > 0.0).sum()), sold + int((day < 0.0).sum()), steps + day.size
    years = (history.dates[-1] - FIRST).astype(int) / 365.25
    per_year = (history.dates >= FIRST).sum() / years / steps
    # the record: 7 in 13.4 years, and half an event where there was none; counts here have errors of 2 and 6 %, paths
    # of a date lie together, and logits are rounded to a tenth
    assert bought * per_year == pytest.approx(7.0 / years, rel=0.1)
    assert sold * per_year == pytest.approx(0.5 / years, rel=0.25)
