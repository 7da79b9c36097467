"""A run held to limits: its own figures, and those that only a limit asks for."""

import pytest

from engine.analysis.stress import stress_table
from engine.explain.run.limit_uses import limit_uses
from engine.inputs.limits import Limit
from engine.inputs.run import resolve
from engine.run.load import load_inputs
from engine.run.prepared import prepare
from engine.run.start import finish


def ignore(*_: object) -> None:
    """What a run says while it works."""


@pytest.fixture(scope="module")
def run():
    config = resolve({"backend": "numba", "paths": 2_000, "confidence": [0.99], "scenarios": ["base"]}, {})
    return finish(prepare(config, load_inputs(config), ignore), ignore, ignore, 0.0)


def test_a_limit_is_held_against_the_runs_own_figure_whatever_run_it_names(run):
    var = Limit(name="VaR", measure="VaR", scenario="base", confidence=0.99, amount=1.0, run="overnight")
    other = Limit(name="other", measure="VaR", scenario="mixture", confidence=0.99, amount=1.0, kind="soft")
    of_total, of_other = limit_uses(run, [var, other])
    assert of_total.value == run.result.results[0].measures[0].estimates["value_at_risk"].value
    assert (of_total.state, of_total.severity) == ("breached", "hard")
    assert of_other.state == "not evaluated"
    assert of_other.reason == "the run has no scenario 'mixture'; it has base"


def test_stress_losses_and_dv01_are_valued_where_a_limit_asks(run):
    inputs = run.prepared.inputs
    shock = Limit(name="shock", measure="stress", scenario="august-2024", amount=1e15)
    (loss, dv01) = limit_uses(run, [shock, Limit(name="DV01", measure="DV01", amount=1e15)])
    from engine.inputs.scenario.load import load_scenario

    stressed = stress_table(inputs.book, inputs.market, [load_scenario("august-2024")], "JPY")
    assert loss.value == pytest.approx(-stressed.total()[0], rel=1e-12)  # the same valuation, summed in another order
    assert dv01.state == "within"
    assert dv01.value != 0.0
