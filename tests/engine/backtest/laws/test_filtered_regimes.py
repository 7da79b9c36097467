"""The filtered law with regimes in the walk: calibrated as of each date, known weights, rows as kernels draw them."""

from dataclasses import replace

import numpy as np
import pytest

from engine.backtest.laws import filtered_regimes
from engine.backtest.laws.filtered import FILTERED, filtered_dates
from engine.backtest.laws.filtered_regimes import FILTERED_REGIMES, drawn_rows, regimes_on
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.walk_days import forecasts_of, walk_day
from engine.calibration.filtered import LEAST_DATES, filtered_state
from engine.errors import InputError
from engine.law.past.row_regimes import drawn_weights, regime_edges, row_aliases
from kernels.numba.backend import NumbaBackend
from tests.engine.backtest.synthetic import usual
from tests.engine.backtest.walk.test_walk_days import columns, walk_of

PLACE = LEAST_DATES + 30


@pytest.fixture(scope="module")
def long():
    """A history with the memory that the law takes."""
    return usual(2400, 3)


@pytest.fixture(scope="module")
def tonight(long):
    return regimes_on(long.joint, filtered_dates(long.joint).z)(PLACE)


def test_a_date_s_regimes_are_what_calibration_says_of_the_history_up_to_it(long, tonight):
    joint = long.joint
    day = joint.day(PLACE)
    state, _ = filtered_state(long.frame.loc[: str(day)], joint.factors, day)
    assert (tonight.series, tonight.estimated_to) == (state.regimes.series, state.regimes.estimated_to)
    assert tonight.estimated_to.year == day.year - 1
    # the same sums in the same order, on changes bootstrapped with fewer dates beside them
    for name in ("means", "covariances", "transitions", "long_run", "tonight", "memberships"):
        np.testing.assert_allclose(getattr(tonight, name), getattr(state.regimes, name), rtol=0, atol=1e-6)


def test_one_date_ahead_the_law_is_its_rows_with_the_weights_of_words(long, tonight):
    forecast, filtered = FILTERED_REGIMES.prepare(long.joint), FILTERED.prepare(long.joint)
    draws = CommonDraws(seed=1, day=1, n_paths=1000)
    foreseen, other = forecast(PLACE, 1, draws), forecast(PLACE, 1, CommonDraws(seed=2, day=1, n_paths=50))
    rows = filtered(PLACE, 1, draws)
    assert rows.weights is None
    assert np.array_equal(foreseen.moves, rows.moves)
    assert np.array_equal(other.moves, rows.moves)
    weights = drawn_weights(regime_edges(tonight), row_aliases(tonight), 1)[0]
    assert foreseen.weights.tolist() == other.weights.tolist() == (weights * 1000.0).tolist()
    assert foreseen.weights.mean() == pytest.approx(1.0, rel=1e-12)
    assert foreseen.weights.std() > 0.01  # the evening knows something, and rows are not all alike


def test_at_its_long_run_the_law_s_figures_of_one_date_are_the_filtered_ones(long, tonight, monkeypatch):
    still = replace(tonight, tonight=tonight.long_run)
    monkeypatch.setattr(filtered_regimes, "regimes_on", lambda history, z: lambda place: still)
    walk = walk_of(long, laws=("filtered", "filtered-regimes"), horizons=(1,))
    rows = columns(walk_day(walk, forecasts_of(walk), PLACE, NumbaBackend()))
    scopes = {scope for _, _, scope, _ in rows}
    day = long.joint.day(PLACE)
    for scope in scopes:
        assert rows[day, 1, scope, "filtered-regimes"] == rows[day, 1, scope, "filtered"]  # to the last bit
    assert scopes == {"total", *walk.book.on(day, long.pattern.on(long.joint, PLACE)).books}


def test_later_rows_change_no_bit(long):
    joint, draws = long.joint, CommonDraws(seed=1, day=9, n_paths=200)
    other = joint.changes.copy()
    other[PLACE + 1 :] *= 7.0
    forecasts = [FILTERED_REGIMES.prepare(each) for each in (joint, replace(joint, changes=other))]
    for horizon in (1, 10):
        one, two = (forecast(PLACE, horizon, draws) for forecast in forecasts)
        assert one.moves.tobytes() == two.moves.tobytes()
        assert (one.weights is None) is (horizon == 10)
        assert horizon == 10 or one.weights.tobytes() == two.weights.tobytes()


def test_rows_are_the_filtered_laws_where_all_is_forgotten(tonight):
    still = replace(tonight, tonight=tonight.long_run)
    draws = CommonDraws(seed=3, day=5, n_paths=500)
    rows = drawn_rows(regime_edges(still), row_aliases(still), *draws.row_words(10))
    assert rows.tolist() == draws.rows(len(tonight.memberships), 10).tolist()


def test_drawn_rows_have_the_weights_of_their_step(tonight):
    edges, aliases, n = regime_edges(tonight), row_aliases(tonight), 200_000
    rows = drawn_rows(edges, aliases, *CommonDraws(seed=4, day=6, n_paths=n).row_words(3))
    weights = drawn_weights(edges, aliases, 3)
    for step in range(3):
        expected = n * weights[step]
        square = ((np.bincount(rows[step], minlength=expected.size) - expected) ** 2 / expected).sum()
        # chi-square of 999 degrees, mean 999 and standard deviation 45: within five of them
        assert square < 999 + 5 * 45


def test_a_market_without_the_series_that_tell_regimes_apart_is_refused(long):
    few = replace(long.joint, factors=long.joint.factors[:2])
    with pytest.raises(InputError, match="tells regimes apart by USDJPY, JGB_10Y, JGB_30Y, UST_10Y"):
        regimes_on(few, filtered_dates(long.joint).z)
