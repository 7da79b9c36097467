import pytest

from bench.timing import MIN_ROUNDS, WALL, Work, interleave, rows, times

WORK = {"ours": Work(call=lambda: None, units=100.0), "theirs": Work(call=lambda: None, units=10.0, ours="ours")}
SECONDS = {"ours": [1.0, 2.0, 4.0], "theirs": [0.3, 0.4, 0.4]}


def test_contenders_take_turns_after_one_call_to_warm_each_up():
    called = []
    contenders = {name: Work(call=lambda name=name: called.append(name), units=1.0) for name in "ab"}
    seconds = interleave(contenders, rounds=4, limit_s=60.0, clock=WALL)
    assert called == list("ab" * 5)
    assert [len(each) for each in seconds.values()] == [4, 4]


def test_past_its_limit_it_still_takes_the_fewest_rounds_that_have_a_median():
    seconds = interleave(WORK, rounds=100, limit_s=0.0, clock=WALL)
    assert len(seconds["ours"]) == MIN_ROUNDS


def test_a_ratio_is_the_median_of_the_rounds_ratios_per_unit_of_work():
    # a unit of theirs takes 0.03, 0.04, 0.04 s, one of ours 0.01, 0.02, 0.04 s: 3, 2 and 1 times as long
    assert times(WORK, SECONDS, "theirs", "ours") == pytest.approx(2.0)


def test_a_row_has_median_best_and_rate():
    ours, theirs = rows(WORK, SECONDS, "paths")
    assert (ours.median_s, ours.best_s, ours.rate, ours.times_ours) == (2.0, 1.0, 50.0, None)
    assert ours.seconds == (1.0, 2.0, 4.0)
    assert (theirs.times_ours, theirs.ours) == (pytest.approx(2.0), "ours")
