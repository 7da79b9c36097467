"""Losses taken apart: parts of paired runs."""

from types import SimpleNamespace

import numpy as np
import pytest

from engine.analysis.feedback import _private_month, as_json, feedback, variants
from engine.errors import InputError
from engine.inputs.run import resolve
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.unwind import Unwind
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK


def taken_apart(*scenarios, **settings):
    given = {"scenario": scenarios, "paths": 40_000, "backend": "numba", **settings}
    return feedback(resolve(given, {}), lambda done, wanted: None, lambda text: None)


@pytest.fixture(scope="module")
def results():
    return {each.scenario: each for each in taken_apart("unwind-loop", "base", "bench/three-regimes.toml")}


def test_parts_add_up_to_the_loss(results):
    for result in results.values():
        assert len(result.parts) == 3 * 2 * 2  # scopes, confidences, measures
        for each in result.parts:
            parts = each.exogenous.value + each.feedback.value + each.impact_uncertainty.value
            assert parts == pytest.approx(each.total.value, rel=1e-12)


def test_in_the_loop_forced_sales_hurt_the_carry_fund_beyond_their_error(results):
    found = [each for each in results["unwind-loop"].parts if each.scope == "book:carry-fund"]
    for each in found:
        assert each.feedback.value > 4.0 * each.feedback.se > 0.0
        assert each.feedback.se < each.total.se * 1.5  # common random numbers: no larger than a loss's own error


def test_a_scenario_without_an_unwind_has_no_feedback_at_all(results):
    base = results["base"]
    for each in base.parts:
        assert (each.feedback.value, each.feedback.se) == (0.0, 0.0)
        assert (each.impact_uncertainty.value, each.impact_uncertainty.se) == (0.0, 0.0)
    assert [each.mean.value for each in base.sales] == [0.0] * 3
    assert (base.gain.at_median, base.gain.probability) == (0.0, 0.0)


def test_regimes_share_the_paths_and_the_mean(results):
    rows = [each for each in results["three-regimes"].regimes if each.scope == "total"]
    assert [each.regime for each in rows] == ["CALM", "FLIGHT", "REPATRIATION"]
    assert sum(each.probability for each in rows) == pytest.approx(1.0, rel=1e-12)
    tails = [each.estimates[1] for each in rows]
    assert all(tail.of(EXPECTED_SHORTFALL).value > tail.of(VALUE_AT_RISK).value for tail in tails)


def test_more_is_sold_on_the_paths_of_the_tail(results):
    carry, private, _ = results["unwind-loop"].sales
    assert carry.in_tail.value > 2.0 * carry.mean.value > 0.0
    assert (private.in_tail.value, private.mean.value) == (0.0, 0.0)
    carry, private, _ = results["three-regimes"].sales
    assert private.in_tail.value > private.mean.value > 0.0
    assert carry.mean.value == 0.0


@pytest.mark.parametrize("step_years", [1.0 / 252.0, 11.0 / 10.0 / 261.0])
def test_a_month_at_the_largest_hazard_is_sold_at_the_largest_pace(step_years):
    """Of 450, 1.34 a year in 10 steps: the share that is left after them is left of what is left in all of a month."""
    law, selling = SimpleNamespace(record={"years": step_years}), Repatriation(source="x")
    sold = 450.0 * (1.0 - (1.0 - 1.34 * step_years) ** 10)
    found = _private_month(selling, law, np.array([0.0, 0.5 * sold, sold]), 10)
    left = (1.0 - 1.34 * step_years) ** (1.0 / 12.0 / step_years)
    assert found.at_most == pytest.approx(450.0 * (1.0 - left), rel=1e-12)
    alone = _private_month(selling, law, np.array([sold]), 10)
    assert alone.simulated.value == pytest.approx(alone.at_most, rel=1e-12)
    assert found.simulated.value < found.at_most


def test_the_records_verdict_stands_beside_the_parts(results):
    assert results["unwind-loop"].standing.loop.startswith("the record rejects this strength: t = -6.3")
    assert results["base"].standing.loop == ""


def test_json_has_no_number_that_json_lacks(results):
    def leaves(value):
        if isinstance(value, dict | list):
            for item in value.values() if isinstance(value, dict) else value:
                yield from leaves(item)
        else:
            yield value

    found = list(leaves(as_json(tuple(results.values()))))
    assert all(np.isfinite(value) for value in found if isinstance(value, float))


def test_variants_of_nothing_are_nothing():
    assert variants(Unwind()) == (Unwind(), Unwind(), Unwind())


def test_paths_too_few_for_paired_errors_are_refused():
    with pytest.raises(InputError, match="`paths` must be at least 32,000"):
        taken_apart("unwind-loop", paths=10_000)


def test_paths_too_many_to_hold_are_refused():
    with pytest.raises(InputError, match="all P&L is held at once"):
        taken_apart("unwind-loop", paths=10**9)
