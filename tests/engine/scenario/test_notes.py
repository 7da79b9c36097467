"""Notes on a scenario that need no market."""

from dataclasses import replace

from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.jumps import Jump
from engine.mechanisms.scheduled_sales import Sale
from engine.mechanisms.unwind import Unwind
from engine.scenario.notes import far_tail_notes, horizon_notes, impact_notes, loop_notes
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
    assert note.startswith(
        "feedback-severe: its feedback strength in USD/JPY is 1.3: sales feed on themselves"
    )  # 1.296
    milder = replace(severe.unwind.carry, stop_slope=0.4)  # 0.864
    assert loop_notes(replace(severe, unwind=replace(severe.unwind, carry=milder))) == ()


def test_a_horizon_too_long_for_the_filtered_law_is_said():
    filtered = load_scenario("filtered")
    assert horizon_notes(filtered, 60) == ()
    (note,) = horizon_notes(filtered, 61)
    assert "over 61 business days variances of law 'filtered' have no mean to return to" in note
    assert horizon_notes(load_scenario("base"), 250) == ()


def test_a_horizon_too_long_for_sales_that_are_never_bought_back_is_said():
    selling = load_scenario("repatriation-sales")
    assert horizon_notes(selling, 60) == ()
    (note,) = horizon_notes(selling, 61)
    assert "over 61 business days repatriation: what is sold is never bought back" in note
    alone = replace(selling, unwind=replace(selling.unwind, repatriation=None))
    assert horizon_notes(alone, 250) == ()
    both = horizon_notes(load_scenario("unwind-loop"), 61)  # of its law, and of its carry trades
    assert "over 61 business days carry: what is sold" in both[1]


def test_a_tail_longer_than_the_records_is_said_once_at_99_9_percent_and_beyond():
    both = [load_scenario("filtered"), load_scenario("filtered-regimes")]
    (note,) = far_tail_notes(both, 10, (0.99, 0.9995))
    assert "tail of USD/JPY under law filtered, filtered-regimes is longer than the record's" in note
    assert far_tail_notes(both, 10, (0.975, 0.99)) == ()
    assert far_tail_notes(both, 1, (0.999,)) == ()  # of one day each of the record's rows has its share
    assert far_tail_notes([load_scenario("base")], 10, (0.999,)) == ()


def test_the_studies_of_an_impact_are_named_once_with_figures_and_weights():
    names = ("repatriation-sales", "intervention", "filtered")
    (note,) = impact_notes([load_scenario(name) for name in names])
    assert note.startswith(
        "repatriation-sales, intervention: USD 100 bn of Treasuries sold add to the 5-year yield: 40"
    )
    assert "1.5 to 1.8 bp (IMF WP/17/174 (2017)), 33%" in note
    assert note.endswith("any sales: 150 bp")
