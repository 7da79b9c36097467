"""A night while the clock of the machine jumps: it is the night that it began as, with the same bits."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.engine.batch.conftest import DATE
from tests.trials.conftest import some
from tests.trials.disturbance import Disturbance

DAY_S = 86_400
TOKYO = ZoneInfo("Asia/Tokyo")
PREVIOUS = ("--date", "previous", "--tz", "Asia/Tokyo")
MORNING = datetime(2025, 5, 29, tzinfo=TOKYO)  # of a Thursday: the business day before it is that of the only market


def seconds_to(moment: datetime) -> int:
    """Return by how much the clock must be off to show a moment."""
    return round((moment - datetime.now(TOKYO)).total_seconds())


def times(trials) -> list[datetime]:
    """Return when the recorded run began and ended, as it says."""
    said = trials.batch.manifest()["times"]
    return [datetime.fromisoformat(said[name]) for name in ("started", "finished")]


def test_the_clock_really_jumps_and_no_duration_is_taken_from_it(trials):
    """Else these trials would hold of any program. A run starts after the record's lock is opened."""
    trials.begin_anew()
    disturbance = Disturbance(call="rename", at=1, clock_s=-400 * DAY_S)
    done = trials.run(disturbance, "run", trials.batch.file)
    assert done.returncode == 0, done.stderr
    started, finished = times(trials)
    assert timedelta(days=-400) <= finished - started < timedelta(days=-399)
    assert 0.0 <= json.loads(done.stdout.splitlines()[-1])["elapsed_s"] < 300.0  # the limit of `run` itself


@pytest.mark.slow
@pytest.mark.parametrize("clock_s", [-400 * DAY_S, -3600, 3600, 400 * DAY_S])
def test_a_clock_that_jumps_costs_no_bit(trials, clock_s):
    for call, at in some(trials, 6, 5):
        assert trials.survives(Disturbance(call=call, at=at, clock_s=clock_s)) == 0


@pytest.mark.slow
@pytest.mark.parametrize("year", [1970, 2000, 2039, 2100])
def test_a_clock_that_was_never_set_costs_no_bit(trials, year):
    """As on a machine without a battery, or beyond the seconds that 32 bits hold."""
    begin_s = seconds_to(datetime(year, 1, 1, 12, tzinfo=TOKYO))
    assert trials.survives(Disturbance(call="open", at=1, begin_s=begin_s)) == 0
    assert {moment.year for moment in times(trials)} == {year}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("begin", "clock_s"),
    [(MORNING + timedelta(hours=23), 3600), (MORNING + timedelta(minutes=1), -3600)],
    ids=["forward over midnight", "back over midnight"],
)
def test_a_clock_that_jumps_over_midnight_leaves_the_night_its_date(trials, begin, clock_s):
    """`--date previous` reads the clock once: the night goes on as the one that was due when it began."""
    for call, at in some(trials, 6, 11):
        trials.begin_anew()
        disturbance = Disturbance(call=call, at=at, clock_s=clock_s, begin_s=seconds_to(begin))
        assert trials.disturbed(disturbance, *PREVIOUS) == 0, disturbance
        assert [path.name for path in trials.batch.out.glob("valuation_date=*")] == [f"valuation_date={DATE}"]


@pytest.mark.slow
def test_a_night_that_failed_before_midnight_is_not_taken_for_the_next_one(trials):
    """Started again after midnight, `--date previous` asks for a day that has no market; by name it goes on."""
    trials.begin_anew()
    late = seconds_to(MORNING + timedelta(hours=23, minutes=59))
    killed = Disturbance(call="rename", at=3, do="kill", begin_s=late)
    assert trials.disturbed(killed, *PREVIOUS) < 0
    assert trials.disturbed(Disturbance(call="open", at=1, begin_s=late + 120), *PREVIOUS) == 4
    assert trials.disturbed(Disturbance(call="open", at=1, begin_s=late + 180), "--date", DATE) == 0
