"""Jumps beyond the cap: each residual counts once, a tail that is found again, half an event before the first."""

import numpy as np
import pytest

from engine.calibration.rows.cap_jumps import cap_jumps, likeliest_tail, whole_residuals
from engine.law.past.beyond_cap import without_cut

DAYS = np.arange("2010-01-01", "2015-06-24", dtype="datetime64[D]")  # 2,000 of them


def residuals(seed=1):
    """Normal residuals of three factors, as many as days."""
    return np.random.default_rng(seed).standard_normal((DAYS.size, 3))


def test_a_day_beyond_the_cap_is_in_its_jump_whole_and_in_its_row_no_more():
    z = residuals()
    z[100], z[700] = (4.0, -24.0, 12.0), (-11.0, 1.0, 2.0)
    found = cap_jumps(z, DAYS, 10.0)
    assert found.days == (DAYS[100].item(), DAYS[700].item())
    assert found.directions == pytest.approx(np.array([[0.0, -1.0, 0.5], [-1.0, 0.0, 0.0]]))
    # the row without what was cut at the cap, and the direction times cap and excess: the whole residual
    for k, (day, excess) in enumerate(((100, 14.0), (700, 1.0))):
        row = without_cut(np.clip(z[day], -10.0, 10.0), 10.0)
        assert row + (10.0 + excess) * found.directions[k] == pytest.approx(z[day])
        assert not (row * found.directions[k]).any()
    assert (found.n_beyond, found.n_dates, found.first) == (2, DAYS.size, DAYS[0].item())
    assert found.probability == pytest.approx(2.5 / (DAYS.size + 1))
    assert found.probability_se == pytest.approx((2.5 / 2001 / 2000) ** 0.5, rel=1e-3)


def test_before_any_such_day_half_an_event_goes_the_way_of_the_nearest():
    z = residuals()
    z[300, 1] = -7.0
    found = cap_jumps(z, DAYS, 10.0)
    assert (found.n_beyond, found.days) == (0, (DAYS[300].item(),))
    assert found.directions.tolist() == [[0.0, -1.0, 0.0]]
    assert found.probability == pytest.approx(0.5 / (DAYS.size + 1))
    assert found.n_tail == 10  # one lies beyond half the cap: then the ten that come nearest
    assert 0.0 < found.least < 0.1


def test_a_tail_is_found_again_within_its_errors():
    """Pareto excesses of shape 0.2 and scale 2; each estimate within three of its own standard errors."""
    u = np.random.default_rng(3).random(4000)
    tail = likeliest_tail(2.0 / 0.2 * (u**-0.2 - 1.0))
    assert abs(tail.shape - 0.2) < 3.0 * tail.shape_se
    assert abs(tail.scale - 2.0) < 3.0 * tail.scale_se(0.0)
    further = tail.beyond(5.0)
    assert (further.shape, further.scale) == (tail.shape, tail.scale + 5.0 * tail.shape)
    # of a tail without a shape, an exponential, the scale is the mean
    thin = likeliest_tail(np.array([0.5, 0.6, 0.7, 0.8]))
    assert (thin.shape, thin.scale) == (
        pytest.approx(1e-3, rel=0.01),
        pytest.approx(0.65, rel=0.01),
    )  # the search's grid


def test_sizes_are_the_tail_beyond_half_the_cap_carried_to_it():
    z = np.clip(residuals(), -4.9, 4.9)
    excess = 2.0 / 0.2 * ((np.arange(80) + 0.5) / 80) ** -0.2 - 2.0 / 0.2
    z[::25, 2] = 5.0 + excess
    found = cap_jumps(z, DAYS, 10.0)
    tail = likeliest_tail(excess)
    assert (found.threshold, found.n_tail) == (5.0, 80)
    assert (found.shape, found.scale) == (tail.shape, tail.scale + 5.0 * tail.shape)
    assert found.scale_se > tail.scale_se(0.0)
    assert found.largest == 30.0
    assert found.least == pytest.approx((1.0 + found.shape * 30.0 / found.scale) ** (-1.0 / found.shape))


def test_residuals_are_less_their_leads_and_nothing_before_a_factor_begins():
    z = np.array([[1.0, np.nan], [5.0, np.nan], [2.0, 3.0]])
    found = whole_residuals(z, np.array([0]), np.array([1]), np.array([[0.5]]), 3.0)
    assert found.tolist() == [[5.0, -0.5], [2.0, 1.5]]
