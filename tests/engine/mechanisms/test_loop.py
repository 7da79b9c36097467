"""The loop's strength: stated, estimated from a record, and what the one says of the other."""

from dataclasses import replace

import numpy as np
import pytest

from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.market.loop_record import StopShape, inferred_sales
from engine.mechanisms.carry import Carry, shape_of
from engine.mechanisms.impact import Impact
from engine.mechanisms.loop import estimated_strength, loop_gain, loop_strength, loop_verdict

RECORD = load_market(bundled_market_path()).filtered.loop
CARRY, IMPACT = Carry(source="x"), Impact(source="x")


@pytest.mark.parametrize(("name", "gain"), [("unwind-loop", 0.675), ("feedback-severe", 1.296)])
def test_the_loop_is_stable_by_default_and_not_under_stress(name, gain):
    unwind = load_scenario(name).unwind
    assert loop_gain(unwind.carry, unwind.impact) == pytest.approx(gain, rel=1e-12)  # stock * slope * leverage * k


def test_a_strength_is_the_stock_times_its_impact_and_none_without_one():
    assert loop_strength(CARRY, IMPACT) == pytest.approx(250.0 * 0.0009, rel=1e-15)
    assert loop_strength(CARRY, None) == 0.0


def test_the_bundled_record_shows_the_strength_that_was_worked_out_apart():
    """Of ../shared/law/overlay.py, `estimate`, on the record to 2025-05-28: stops from 3 %, slope 3, 5 % a date."""
    found = estimated_strength(RECORD, shape_of(CARRY))
    assert found.strength == pytest.approx(-0.001173309, abs=1e-9)  # as printed
    assert found.se == pytest.approx(0.036183245, abs=1e-9)


@pytest.mark.parametrize(
    ("start", "slope", "limits"),
    [
        (0.02, 3.0, (0.11, 0.068, 0.060)),
        (0.03, 1.5, (0.24, 0.123, 0.127)),
        (0.03, 3.0, (0.136, 0.070, 0.063)),
        (0.03, 6.0, (0.079, 0.050, 0.034)),
        (0.05, 3.0, (0.061, 0.057, 0.059)),
    ],
)
def test_upper_limits_by_shape_are_those_of_the_study(start, slope, limits):
    """../shared/LAW.md, Part III: to 2025-05-30, two dates later, printed to two or three decimals."""
    for limit, upper in zip((0.01, 0.05, 1.0), limits, strict=True):
        found = estimated_strength(RECORD, StopShape(start=start, slope=slope, most=0.6, limit=limit, cohorts=60))
        assert found.upper == pytest.approx(upper, abs=0.0055 if upper >= 0.1 and limit < 0.05 else 0.0012)


def test_a_record_made_with_a_loop_shows_its_strength():
    """Moves that carry the sales of the dates before: next-date residuals find the strength within three errors."""
    rng, shape, sd = np.random.default_rng(5), shape_of(CARRY), 0.008
    noise, moves = sd * rng.standard_normal(6000), np.zeros(6000)
    losses, worst, queue = np.zeros(60), np.zeros(60), 0.0
    for t in range(6000):
        sold = min(queue, shape.limit)
        moves[t] = noise[t] - 0.3 * sold
        losses = losses - moves[t]
        deeper = np.maximum(worst, losses)
        queue += float((shape.stopped(deeper) - shape.stopped(worst)).mean()) - sold
        worst = deeper
        losses[t % 60] = worst[t % 60] = 0.0
    made = replace(RECORD, moves=moves, sds=np.full(6000, sd), leads=np.zeros(6000), residuals=moves / sd)
    assert inferred_sales(moves, shape).sold.sum() > 1.0
    found = estimated_strength(made, shape)
    assert found.strength == pytest.approx(0.3, abs=3.0 * found.se)
    assert found.se < 0.1


def test_white_errors_are_those_of_the_sandwich_written_out():
    shape = shape_of(CARRY)
    push = 0.0 - inferred_sales(RECORD.moves, shape).sold[120:] / RECORD.sds[120:]
    after = RECORD.moves[120:] / RECORD.sds[120:] - RECORD.leads[120:]
    design = np.c_[push, np.ones(push.size)]
    bread = np.linalg.inv(design.T @ design)
    slope = bread @ design.T @ after
    meat = design.T @ (design * ((after - design @ slope) ** 2)[:, None])
    found = estimated_strength(RECORD, shape)
    assert found.strength == pytest.approx(slope[0], rel=1e-10)
    assert found.se == pytest.approx(np.sqrt((bread @ meat @ bread)[0, 0]), rel=1e-10)


def test_a_verdict_says_whether_it_rejects_and_how_much_it_allows():
    assert loop_verdict(CARRY, IMPACT, RECORD) == (
        "the record rejects this strength: t = -6.3; it allows at most 31 % of it"
    )
    weaker = replace(IMPACT, fx_log_per_usd_bn=0.25 * IMPACT.fx_log_per_usd_bn)
    assert loop_verdict(CARRY, weaker, RECORD).startswith("the record does not reject this strength: t = -")


def test_a_record_without_such_sales_says_nothing():
    never = replace(CARRY, stop_loss=5.0)  # of equity: USD/JPY would have to halve twice
    assert estimated_strength(RECORD, shape_of(never)) is None
    assert loop_verdict(never, IMPACT, RECORD).startswith("the record holds no such sales")
