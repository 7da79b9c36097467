"""Jumps on the dates of an event, laid on the business days of a market."""

from dataclasses import replace
from datetime import date

import pytest

from engine.errors import FileFaults
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.cap import Cap
from engine.mechanisms.checks import check_unwind
from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply
from engine.scenario.dated_events import event_notes, event_words, on_dates
from engine.scenario.scenario import Scenario

MEETING = Jump(name="rise", source="s", event="boj-meetings", probability=0.3, mean=(("JGB_1Y", 0.001),))
DAY = date(2025, 5, 28)


def scenario(*jumps: Jump) -> Scenario:
    return Scenario(name="s", title="t", description="d", source="s", unwind=Unwind(jumps=jumps))


def test_a_jump_comes_on_each_date_that_is_known_by_its_business_day():
    plain = Jump(name="plain", source="s", day=2)
    found = on_dates(Unwind(jumps=(plain, MEETING)), DAY, 250, Findings("s"))
    assert found[0] == plain
    # 28 May is a Wednesday; to 17 June New York and Tokyo are shut on no weekday: 29, 30, then 5 + 5 and 16, 17.
    assert [(each.name, each.day, each.event) for each in found[1:3]] == [
        ("rise 2025-06-17", 14, None),
        ("rise 2025-07-31", 43, None),  # shut on 19 June, 4 July and 21 July: 46 weekdays less these
    ]
    assert len(found) == 1 + 5  # five meetings of the year are left
    assert {each.probability for each in found[1:]} == {0.3}


def test_a_date_on_which_new_york_is_shut_counts_on_the_next_joint_one():
    (found,) = on_dates(
        Unwind(jumps=(Jump(name="a", source="s", event="jgb-30y-auctions"),)), date(2025, 7, 1), 10, Findings("s")
    )
    assert found.day == 2  # 3 July: the second business day
    assert (
        on_dates(
            Unwind(jumps=(Jump(name="a", source="s", event="jgb-20y-auctions"),)), date(2025, 7, 2), 10, Findings("s")
        )[0].day
        == 5
    )


def test_a_market_after_the_last_known_date_has_none_and_says_so():
    findings = Findings("s")
    assert on_dates(Unwind(jumps=(MEETING,)), date(2026, 1, 5), 10, findings) == ()
    (note,) = findings.notes()
    assert "no date of boj-meetings comes after 2026-01-05: the last that is known is 2025-12-19" in note


def test_a_next_date_beyond_the_horizon_is_a_note():
    (note,) = event_notes(scenario(MEETING), DAY, 13)
    assert "the next known date of boj-meetings is 2025-06-17, and the horizon of 13 business days ends on" in note
    assert note.endswith("ends on 2025-06-16: it never comes; `--horizon-days 14` reaches it")
    assert event_notes(scenario(MEETING), DAY, 14) == ()


def test_a_horizon_beyond_the_last_known_date_is_a_note_once_an_event():
    auctions = load_scenario("auction-failure")
    notes = event_notes(auctions, DAY, 60)
    assert [note.partition("are known to ")[2][:10] for note in notes] == ["2025-07-10", "2025-07-03", "2025-07-23"]
    assert "and the horizon of 60 business days ends on 2025-08-26: none comes after 2025-07-23" in notes[2]
    twice = scenario(MEETING, replace(MEETING, name="again"))
    assert len(event_notes(twice, date(2025, 12, 1), 60)) == 1


EVE = date(2024, 7, 22)  # of a meeting on 31 July that no list here has


def test_a_market_before_the_first_known_date_is_refused_where_nothing_else_comes():
    findings = Findings("s")
    on_dates(Unwind(jumps=(MEETING,)), EVE, 10, findings)
    with pytest.raises(FileFaults, match="dates of boj-meetings before 2025-01-24 are not known here, and nothing els"):
        findings.notes()
    market = replace(load_market(bundled_market_path()), valuation_date=EVE)
    with pytest.raises(
        FileFaults, match=r"boj-meetings\.toml: line 17, jumps\[1\]\.event: dates of boj-meetings before"
    ):
        apply(load_scenario("boj-meetings"), market, 10)
    assert apply(load_scenario("boj-meetings"), market).unwind.jumps[0].event == "boj-meetings"  # nothing is walked


def test_a_market_before_the_first_known_date_is_a_note_where_another_jump_comes():
    findings = Findings("s")
    first = Jump(name="first", source="s", day=1)
    assert on_dates(Unwind(jumps=(first, MEETING)), EVE, 10, findings) == (first,)
    (note,) = findings.notes()
    assert "dates of boj-meetings before 2025-01-24 are not known here: from 2024-07-22 to then none comes" in note
    (late,) = event_notes(scenario(first, MEETING), EVE, 10)
    assert "the next known date of boj-meetings is 2025-01-24" in late


def test_dates_beyond_the_horizon_use_up_no_jumps():
    """Five meetings are known after 28 May 2025; with four kinds beside them they are nine."""
    others = tuple(Jump(name=f"j{k}", source="s", day=k + 1) for k in range(4))
    market, whole = load_market(bundled_market_path()), scenario(*others, MEETING)
    assert len(apply(whole, market, 14).unwind.jumps) == 5
    with pytest.raises(FileFaults, match="scenario 's': jumps: there may be 8 kinds of jumps at most within the"):
        apply(whole, market, 250)


def test_a_cap_that_no_meeting_within_the_horizon_can_end_is_a_note():
    cap = Cap(source="s", factor="JGB_10Y", room_bp=10.0, probability=0.2, event="boj-meetings")
    held = Scenario(name="s", title="t", description="d", source="s", unwind=Unwind(cap=cap))
    (note,) = event_notes(held, DAY, 13)
    assert "cap.event: the next known date of boj-meetings is 2025-06-17, and the horizon of 13 business days" in note
    assert note.endswith("ends on 2025-06-16: the cap never ends; `--horizon-days 14` reaches it")
    assert event_notes(held, DAY, 14) == ()
    assert event_words(held, DAY) == (
        "the date of its event must lie within the horizon: after 2025-05-28 comes boj-meetings 2025-06-17,"
        " `--horizon-days 14` reaches it"
    )
    assert event_words(scenario(), DAY) == ""
    assert "beyond any horizon of 250 days" in event_words(held, date(2020, 1, 6))
    findings = Findings("s")
    on_dates(held.unwind, date(2026, 1, 5), 14, findings)
    (note,) = findings.notes()
    assert "cap.event: no date of boj-meetings comes after 2026-01-05: the last that is known is 2025-12-19" in note


def test_a_market_before_the_first_known_meeting_is_refused_by_a_cap_that_may_end_on_one():
    market = replace(load_market(bundled_market_path()), valuation_date=EVE)
    with pytest.raises(
        FileFaults, match=r"cap\.event: dates of boj-meetings before .* the cap cannot end within the hor"
    ):
        apply(load_scenario("boj-cap"), market, 10)
    assert apply(load_scenario("boj-cap"), market).unwind.cap.event == "boj-meetings"  # nothing is walked


@pytest.mark.parametrize(("change", "message"), [
    ({"day": 3}, "a jump comes on its `day` or on the dates of an `event`; leave one of them out"),
    ({"rates": (("*", 1.0),)}, "a jump comes on its `day` or at `rates`"),
    ({"event": None}, "never comes: give `rates` by regime, a `day` or an `event`"),
])  # fmt: skip
def test_a_jump_that_comes_in_two_ways_or_none_is_refused(change, message):
    settings = {"name": "a", "source": "s", "event": "boj-meetings", **change}
    findings = Findings("s")
    check_unwind(Unwind(jumps=(Jump(**settings),)), findings)
    with pytest.raises(FileFaults, match=message):
        findings.notes()
