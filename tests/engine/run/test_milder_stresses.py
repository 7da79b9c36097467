"""A stress that loses less than `filtered` in the same run is told, once a law; a worse one and a lone one are not."""

from types import SimpleNamespace

from engine.inputs.scenario.load import load_scenario
from engine.risk.estimate import Estimate
from engine.risk.standing import Standing
from engine.run.milder_stresses import milder_stresses

MILD, WORSE = load_scenario("april-2025"), load_scenario("unwind-loop")


def row(scenario, value, se=0.1e9):
    tail = SimpleNamespace(confidence=0.99, of=lambda _: Estimate(value=value, se=se, low=value, high=value))
    return SimpleNamespace(scenario=scenario, scope="total", measures=(tail,))


def told(*rows, stresses):
    ordinary = load_scenario("filtered")
    standings = {each.name: Standing(is_stress=True, law=None) for each in stresses}
    standings["filtered"] = Standing(is_stress=False, law="filtered")
    return milder_stresses(rows, (ordinary, *stresses), standings, "JPY")


def test_milder_stresses_share_a_note_with_figures_and_the_reason():
    rows = (row("filtered", 35.6e9), row(MILD.name, 20.4e9), row(WORSE.name, 50e9))
    (text,) = told(*rows, stresses=(MILD, WORSE))
    assert text.startswith(f"stress {MILD.name} (20.4) is milder here than filtered (35.6), VaR 99 % in JPY bn: its")
    assert "normal, at the vols of one long window" in text
    assert WORSE.name not in text


def test_no_note_within_two_errors_and_none_without_filtered():
    assert told(row("filtered", 35.6e9), row(MILD.name, 35.4e9), stresses=(MILD,)) == ()
    assert told(row(MILD.name, 20.4e9), stresses=(MILD,)) == ()
