"""Jumps on the dates of an event, laid on the business days of a market."""

from datetime import date

import pytest

from engine.errors import FileFaults
from engine.mechanisms.cap import Cap
from engine.mechanisms.checks import check_unwind
from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.unwind import Unwind
from engine.scenario.dated_events import event_notes, on_dates
from engine.scenario.scenario import Scenario

MEETING = Jump(name="rise", source="s", event="boj-meetings", probability=0.3, mean=(("JGB_1Y", 0.001),))
DAY = date(2025, 5, 28)


def scenario(*jumps: Jump) -> Scenario:
    return Scenario(name="s", title="t", description="d", source="s", unwind=Unwind(jumps=jumps))


def test_a_jump_comes_on_each_date_that_is_known_by_its_business_day():
    plain = Jump(name="plain", source="s", day=2)
    found = on_dates([plain, MEETING], DAY, Findings("s"))
    assert found[0] == plain
    # 28 May is a Wednesday; to 17 June New York and Tokyo are shut on no weekday: 29, 30, then 5 + 5 and 16, 17.
    assert [(each.name, each.day, each.event) for each in found[1:3]] == [
        ("rise 2025-06-17", 14, None),
        ("rise 2025-07-31", 43, None),  # shut on 19 June, 4 July and 21 July: 46 weekdays less these
    ]
    assert len(found) == 1 + 5  # five meetings of the year are left
    assert {each.probability for each in found[1:]} == {0.3}


def test_a_date_on_which_new_york_is_shut_counts_on_the_next_joint_one():
    (found,) = on_dates([Jump(name="a", source="s", event="jgb-30y-auctions")], date(2025, 7, 1), Findings("s"))
    assert found.day == 2  # 3 July: the second business day
    assert on_dates([Jump(name="a", source="s", event="jgb-20y-auctions")], date(2025, 7, 2), Findings("s"))[0].day == 5


def test_a_market_after_the_last_known_date_has_none_and_says_so():
    findings = Findings("s")
    assert on_dates([MEETING], date(2026, 1, 5), findings) == ()
    (note,) = findings.notes()
    assert "no date of boj-meetings comes after 2026-01-05: the last that is known is 2025-12-19" in note


def test_a_next_date_beyond_the_horizon_is_a_note():
    (note,) = event_notes(scenario(MEETING), DAY, 10)
    assert "the next date of boj-meetings is 2025-06-17, business day 14, beyond the horizon of 10: it never" in note
    assert event_notes(scenario(MEETING), DAY, 14) == ()


def test_a_cap_that_no_meeting_within_the_horizon_can_end_is_a_note():
    cap = Cap(source="s", factor="JGB_10Y", room_bp=10.0, probability=0.2, event="boj-meetings")
    held = Scenario(name="s", title="t", description="d", source="s", unwind=Unwind(cap=cap))
    (note,) = event_notes(held, DAY, 13)
    assert "cap.event: the next date of boj-meetings is 2025-06-17, business day 14" in note
    assert note.endswith("beyond the horizon of 13: the cap never ends")
    assert event_notes(held, DAY, 14) == ()
    (note,) = event_notes(held, date(2026, 1, 5), 14)
    assert note.endswith("no date of boj-meetings comes after 2026-01-05, as far as known: the cap never ends")


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
