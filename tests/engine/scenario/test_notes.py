"""Notes on a scenario that need no market."""

from dataclasses import replace

from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.jumps import Jump
from engine.mechanisms.scheduled_sales import Sale
from engine.mechanisms.unwind import Unwind
from engine.scenario.notes import horizon_notes, loop_notes
from engine.scenario.scenario import Scenario, Shock, ShockKind


def test_days_beyond_the_horizon_are_said():
    jump = Jump(name="j", source="x", day=11)
    late = Scenario(
        name="s",
        title="t",
        description="d",
        source="x",
        shocks=(Shock(factor="USDJPY", size=-0.05, kind=ShockKind.RELATIVE, day=12),),
        unwind=Unwind(jumps=(jump,), scheduled_sales=(Sale(day=10, usd_bn=1.0), Sale(day=13, usd_bn=1.0))),
    )
    notes = horizon_notes(late, 10)
    assert [note.split(": ")[1] for note in notes] == ["shocks[1].day", "jumps[1].day", "scheduled_sales[2].day"]
    assert "day 12 lies beyond the horizon of 10 business days" in notes[0]


def test_a_loop_is_noted_where_its_gain_is_1_or_more():
    severe = load_scenario("feedback-severe")
    (note,) = loop_notes(severe)
    assert note.startswith("feedback-severe: the loop's gain in USD/JPY is 1.3: sales feed on themselves")  # 1.296
    milder = replace(severe.unwind.carry, stop_slope=0.4)  # 0.864
    assert loop_notes(replace(severe, unwind=replace(severe.unwind, carry=milder))) == ()


def test_a_horizon_too_long_for_the_filtered_law_is_said():
    filtered = load_scenario("filtered")
    assert horizon_notes(filtered, 60) == ()
    (note,) = horizon_notes(filtered, 61)
    assert "over 61 business days variances of law 'filtered' have no mean to return to" in note
    assert horizon_notes(load_scenario("base"), 250) == ()
