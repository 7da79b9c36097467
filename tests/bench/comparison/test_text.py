from bench.comparison.results import compared
from bench.comparison.text import lines_of, seconds_text
from tests.bench.comparison.test_results import QUIET, result


def test_a_table_says_before_after_ratio_band_and_verdict():
    lines = list(lines_of(compared(result(QUIET), result([1.2 * each for each in QUIET])), 0.05))
    assert lines[0].split() == ["row", "before", "after", "after", "/", "before", "99%", "band"]
    assert lines[1].startswith("case: walk  1.00 s  1.20 s           1.200  1.1")
    assert lines[1].endswith(" slower")
    assert lines[2:] == [
        "all 1 rows: a median ratio of 1.200",
        "regression: case: walk takes 20.0 % longer; 5 % are allowed",
    ]


def test_what_cannot_be_compared_is_said():
    lines = list(lines_of(compared(result(QUIET[:3]), result(QUIET[:3])), 0.05))
    assert "without a band: a side has fewer than 5 rounds" in lines
    assert lines[-1] == "no row became slower by more than 5 %"
    lines = list(lines_of(compared(result(QUIET), result(QUIET, name="step")), 0.05))
    assert lines[:3] == ["the results have no row in common", "only before: case: walk", "only after: case: step"]


def test_seconds_stand_in_the_unit_that_suits_them():
    assert [seconds_text(each) for each in (12.345, 0.0123, 4.5e-5)] == ["12.35 s", "12.3 ms", "45 us"]
