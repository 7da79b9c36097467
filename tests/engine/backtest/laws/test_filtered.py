"""The filtered law in the walk is the one that is calibrated as of each date, and its paths are the reference's."""

import json
from datetime import date

import numpy as np
import pytest

from engine.backtest.laws.filtered import FILTERED, FilteredDate, filtered_dates
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.dated_market import market_pattern
from engine.backtest.walk.joint_history import joint_history
from engine.backtest.walk.walk_days import var_and_es
from engine.calibration.filtered import DEFAULT_RULE, LEAST_DATES, filtered_state
from engine.calibration.zero_rates import FIRST_DATE
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market
from tests.engine.backtest.synthetic import usual

PLACE = LEAST_DATES + 30


@pytest.fixture(scope="module")
def long():
    """A history with the memory that the law takes."""
    return usual(2400, 3)


def plain(law, rows, spans):
    """Moves of one path, step by step, as LAW's equations have them: (n_factors,)."""
    averages, last, total = law.averages.copy(), law.last.copy(), np.zeros(law.rows.shape[0])
    decays, weights = np.array(law.rule.decays), np.array(law.rule.weights)
    for row, span in zip(rows, spans, strict=True):
        z = law.rows[:, row].copy()
        z[law.led] += last @ law.gamma
        x = np.sqrt(np.maximum(averages @ weights, 1e-12)) * z
        total += x * np.sqrt(span)
        averages = decays * averages + (1.0 - decays) * (x * x)[:, None]
        last = np.clip(z[law.leaders], -law.rule.clip, law.rule.clip)
    return total


def test_a_date_s_law_is_what_calibration_says_of_the_history_up_to_it(long):
    joint = long.joint
    day = joint.day(PLACE)
    state, _ = filtered_state(long.frame.loc[: str(day)], joint.factors, day)
    found = filtered_dates(joint).on(PLACE)
    # the same sums in the same order, on changes bootstrapped with fewer dates beside them
    np.testing.assert_allclose(found.averages, state.averages, rtol=1e-10)
    np.testing.assert_allclose(found.rows.T, state.rows, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.gamma, state.gamma, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.last, state.last, rtol=0, atol=1e-9)


def test_one_date_ahead_the_law_is_its_rows_without_draws(long):
    law = filtered_dates(long.joint).on(PLACE)
    forecast = FILTERED.prepare(long.joint)
    moves = forecast(PLACE, 1, CommonDraws(seed=1, day=1, n_paths=1000)).moves
    other = forecast(PLACE, 1, CommonDraws(seed=2, day=1, n_paths=5000)).moves
    assert np.array_equal(moves, other)
    assert moves.shape == (17, DEFAULT_RULE.n_rows)
    span = long.joint.spans[PLACE + 1]
    for row in (0, 517, 999):
        np.testing.assert_allclose(moves[:, row], plain(law, [row], [span]), rtol=1e-12, atol=1e-18)


def test_paths_are_the_equations_step_by_step(long):
    law: FilteredDate = filtered_dates(long.joint).on(PLACE)
    spans = np.array([1.0, 1.0, 3.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 2.0])
    drawn = CommonDraws(seed=4, day=2, n_paths=1203).rows(DEFAULT_RULE.n_rows, 10)
    found = law.walked(drawn, spans)
    for path in (0, 999, 1000, 1202):
        np.testing.assert_allclose(found[:, path], plain(law, drawn[:, path], spans), rtol=1e-11, atol=1e-16)


def test_spans_ahead_are_the_calendar_s(long):
    place = int(
        np.flatnonzero(long.joint.spans[1:] == 2.0)[-1]
    )  # a holiday lies before the next date, late in the history
    forecast = FILTERED.prepare(long.joint)
    law = filtered_dates(long.joint).on(place)
    moves = forecast(place, 1, CommonDraws(seed=1, day=1, n_paths=1000)).moves
    np.testing.assert_allclose(moves, np.sqrt(2.0) * law.next_moves(1.0), rtol=1e-12)


@pytest.mark.slow  # reads and bootstraps the full history
@pytest.mark.parametrize(("number", "day"), [(2, date(2022, 12, 20)), (3, date(2024, 7, 22))])
def test_the_published_one_day_quantiles_of_two_dates(shared, number, day):
    case = next(each for each in json.loads((shared / "law" / "cases.json").read_text()) if each["id"] == number)
    market = load_market(bundled_market_path())
    history = read_history([shared / "data" / "history.csv"])
    joint = joint_history(history, market_pattern(market)[0].factors, since=FIRST_DATE)
    place = int(joint.places(day, day)[0])
    assert place + 1 == case["n_changes"]
    moves = filtered_dates(joint).on(place).next_moves(1.0)
    for name, wanted in case["one_day"].items():
        factor, direction = name.split()
        row = [each.name for each in joint.factors].index(factor)
        pnl = moves[row] if direction == "down" else -moves[row]
        # the study took the last of the ten worst, VaR here is the first that is not among them
        assert -np.sort(pnl)[9] == pytest.approx(wanted["VaR99"], rel=case["rtol"])
        assert var_and_es(pnl, 0.99)[0] == -np.sort(pnl)[10]
        assert var_and_es(pnl, 0.975)[1] == pytest.approx(wanted["ES97.5"], rel=case["rtol"])
