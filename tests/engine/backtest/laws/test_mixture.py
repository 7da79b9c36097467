"""Regimes and jumps beyond the cap in the walk: calibrated as of each date, known weights, jumps beside every row."""

from dataclasses import replace

import numpy as np
import pytest

from engine.backtest.laws.filtered import FILTERED, DrawnJumps, filtered_dates
from engine.backtest.laws.filtered_regimes import FILTERED_REGIMES
from engine.backtest.laws.mixture import MIXTURE, jumps_on
from engine.backtest.walk.common_draws import CommonDraws
from engine.calibration.filtered import LEAST_DATES, filtered_state
from tests.engine.backtest.synthetic import frame_of, synthetic

PLACE = LEAST_DATES + 30
DRAWS = CommonDraws(seed=1, day=1, n_paths=1000)


@pytest.fixture(scope="module")
def long():
    """A history with the memory that the law takes, in whose rows the ten-year rate jumps once, far beyond the cap."""
    frame = frame_of(2400, 3)
    frame.loc[frame.index[2000] :, "JGB_10Y"] += 0.01
    return synthetic(frame)


@pytest.fixture(scope="module")
def tonight(long):
    return jumps_on(long.joint, filtered_dates(long.joint))(PLACE)


def test_a_date_s_jumps_are_what_calibration_says_of_the_history_up_to_it(long, tonight):
    day = long.joint.day(PLACE)
    state, _ = filtered_state(long.frame.loc[: str(day)], long.joint.factors, day)
    assert (tonight.days, tonight.n_beyond, tonight.n_dates, tonight.n_tail) == (
        state.cap_jumps.days, state.cap_jumps.n_beyond, state.cap_jumps.n_dates, state.cap_jumps.n_tail,
    )  # fmt: skip
    # the same sums, on changes bootstrapped with fewer dates beside them
    for name in ("probability", "shape", "scale", "least"):
        assert getattr(tonight, name) == pytest.approx(getattr(state.cap_jumps, name), rel=1e-5)


def test_one_date_ahead_jumps_stand_beside_the_rows_by_their_probability(long, tonight):
    found, rows = (law.prepare(long.joint)(PLACE, 1, DRAWS) for law in (MIXTURE, FILTERED_REGIMES))
    n, m = rows.moves.shape[1], 64 * len(tonight.days)
    assert found.moves.shape[1] == n + m
    law, span = filtered_dates(long.joint).on(PLACE), float(long.joint.spans_ahead(PLACE, 1)[0])
    # the day that jumped stands in its jump, with what it moved beyond the cap, and no more in its row
    cut = np.abs(law.rows) == 10.0
    assert tonight.n_beyond == cut.any(axis=0).sum() == 1
    assert np.array_equal(found.moves[:, :n], replace(law, rows=np.where(cut, 0.0, law.rows)).next_moves(span))
    assert np.array_equal(np.argwhere(found.moves[:, :n] != rows.moves), np.argwhere(cut))
    shares = found.weights / found.weights.sum()
    assert shares[n:].sum() == pytest.approx(tonight.probability, rel=1e-12)
    assert shares[:n] == pytest.approx(rows.weights / rows.weights.sum() * (1.0 - tonight.probability), rel=1e-9)
    assert found.weights.mean() == pytest.approx(1.0, rel=1e-12)
    # a jump goes along its direction from some row: the factor that it moves most by the cap and its excess
    f = int(np.abs(tonight.directions[0]).argmax())
    from_each = (found.moves[f, n : n + 64, None] - found.moves[f, :n]) / law.deviations(span)[f]
    shares = (1.0 - tonight.least) * (np.arange(64) + 0.5) / 64 + tonight.least  # of excesses beyond each
    wanted = 10.0 + tonight.scale / tonight.shape * (shares**-tonight.shape - 1.0)
    assert (np.abs(from_each / tonight.directions[0, f] - wanted[:, None]).min(axis=1) < 1e-9).all()


def test_over_ten_dates_only_paths_with_a_jump_move_otherwise(long, tonight):
    found, rows = (law.prepare(long.joint)(PLACE, 10, DRAWS) for law in (MIXTURE, FILTERED_REGIMES))
    whether, _ = DRAWS.jump_words(10)
    hit = (whether < tonight.probability * 2**32).any(axis=0)
    other = (found.moves != rows.moves).any(axis=0) & ~hit
    assert 0 < other.sum() < 50  # paths with the row of the jump: some ten of a thousand
    # that row moved one Japanese rate less, which leads no American one
    american = [factor.curve == "UST" for factor in long.joint.factors]
    assert found.moves[american][:, ~hit].tobytes() == rows.moves[american][:, ~hit].tobytes()


def test_a_drawn_jump_moves_by_the_deviation_of_its_day_and_feeds_no_average(long):
    law, drawn, spans = filtered_dates(long.joint).on(PLACE), DRAWS.rows(1000, 3), np.ones(3)
    n = len(long.joint.factors)
    kinds, sizes = np.ones((3, 1000), np.int64), np.full((3, 1000), 5.0)
    kinds[0] = 0
    moves = np.zeros((1, n))
    moves[0, 0] = -1.0
    moved = law.walked(drawn, spans, DrawnJumps(kinds=kinds, sizes=sizes, moves=moves)) - law.walked(drawn, spans)
    # in the first step, whose deviations are the start's, and nowhere after: sums are of order 1e-3
    assert moved[0] == pytest.approx(-5.0 * law.deviations(1.0)[0], rel=1e-9)
    assert not moved[1:].any()


def test_later_rows_change_no_bit(long):
    other = long.joint.changes.copy()
    other[PLACE + 1 :] *= 7.0
    for horizon in (1, 10):
        one, two = (
            MIXTURE.prepare(each)(PLACE, horizon, DRAWS) for each in (long.joint, replace(long.joint, changes=other))
        )
        assert one.moves.tobytes() == two.moves.tobytes()


def test_a_walk_without_jumps_has_the_filtered_law_s_bits(long):
    plain = FILTERED.prepare(long.joint)(PLACE, 10, DRAWS)
    law = filtered_dates(long.joint).on(PLACE)
    spans = long.joint.spans_ahead(PLACE, 10)
    none = DrawnJumps(
        kinds=np.ones((10, 1000), np.int64), sizes=np.ones((10, 1000)), moves=np.ones((1, law.rows.shape[0]))
    )
    assert law.walked(DRAWS.rows(1000, 10), spans, none).tobytes() == plain.moves.tobytes()
