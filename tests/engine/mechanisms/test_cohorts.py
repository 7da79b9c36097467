"""Carry trades along a record of USD/JPY, by worst losses one by one."""

import numpy as np
import pytest

from engine.mechanisms.carry import Carry
from engine.mechanisms.cohorts import StopShape, inferred_sales, shape_of

SHAPE = StopShape(start=0.03, slope=3.0, most=0.6, limit=0.05, cohorts=60)


def test_a_desks_parameters_are_a_shape_without_leverage():
    found = shape_of(Carry(source="x", leverage=6.0, stop_loss=0.12, stop_slope=0.5, limit_per_day=0.1, cohorts=20))
    assert (found.start, found.slope) == pytest.approx((0.02, 3.0), rel=1e-15)
    assert (found.most, found.limit, found.cohorts) == (0.6, 0.1, 20)


def test_six_falls_of_a_percent_sell_what_was_worked_out_apart():
    """60 flat dates, six falls of 1 %, six flat; ../shared/law/overlay.py prints these."""
    moves = np.r_[np.zeros(60), np.full(6, -0.01), np.zeros(6)]
    found = inferred_sales(moves, StopShape(start=0.03, slope=3.0, most=0.6, limit=0.02, cohorts=60))
    expected = [0.0, 0.0, 0.02, 0.02, 0.02, 0.02, 0.0055, 0.0, 0.0, 0.0]
    assert found.sold[62:] == pytest.approx(expected, abs=1e-14)  # rounding
    assert found.waiting == pytest.approx(0.0, abs=1e-14)


def plain_loop(moves, shape):
    """As the model is written, cohort by cohort; before the first date all entered at its level."""
    losses, worst, queue, sold = [0.0] * shape.cohorts, [0.0] * shape.cohorts, 0.0, []

    def share(loss):
        return min(shape.most, shape.slope * max(0.0, loss - shape.start))

    for t, move in enumerate(moves.tolist()):
        sold.append(min(queue, shape.limit))
        queue -= sold[-1]
        for c in range(shape.cohorts):
            losses[c] -= move
            if losses[c] > worst[c]:
                queue += (share(losses[c]) - share(worst[c])) / shape.cohorts
                worst[c] = losses[c]
        losses[t % shape.cohorts] = worst[t % shape.cohorts] = 0.0
    oldest = moves.size % shape.cohorts
    return sold, queue, losses[oldest:] + losses[:oldest], worst[oldest:] + worst[:oldest]


@pytest.mark.parametrize("shape", [SHAPE, StopShape(start=0.01, slope=6.0, most=0.3, limit=0.01, cohorts=7)])
def test_a_record_is_walked_as_a_plain_loop_does(shape):
    moves = 0.01 * np.random.default_rng(3).standard_t(4, 400) - 0.001
    found = inferred_sales(moves, shape)
    sold, waiting, losses, worst = plain_loop(moves, shape)
    assert sum(sold) > 0.1
    assert found.sold == pytest.approx(sold, abs=1e-13)  # rounding of sums of 400 dates, as all
    assert found.waiting == pytest.approx(waiting, abs=1e-13)
    assert found.losses == pytest.approx(losses, abs=1e-13)
    assert found.worst == pytest.approx(worst, abs=1e-13)


def test_nothing_later_than_a_date_is_looked_at():
    moves = 0.01 * np.random.default_rng(4).standard_t(4, 300)
    whole, cut = inferred_sales(moves, SHAPE), inferred_sales(moves[:200], SHAPE)
    assert whole.sold[:200].tolist() == cut.sold.tolist()
