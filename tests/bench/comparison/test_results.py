from statistics import median

import pytest

from bench.comparison.bands import Verdict
from bench.comparison.results import BenchResult, compared, pooled
from bench.records import CaseResult, Row

MACHINE = {"cpu": "one", "cores": 2, "python": "3.11", "load_average": [0.1, 0.1, 0.1], "versions": {"numpy": "2.4"}}
QUIET = (1.0, 1.01, 0.99, 1.0, 1.02)


def result(seconds, *, name="walk", work=10.0, **machine):
    """A result of one case and one row, of these rounds."""
    ends = {"median_s": median(seconds), "best_s": min(seconds)}
    row = Row(name=name, unit="steps", work=work, seconds=tuple(seconds), **ends)
    case = CaseResult(name="case", title="A case", clock="wall", rows=(row,))
    return BenchResult(machine=MACHINE | machine, cases=(case,))


def test_a_row_that_is_slower_by_more_than_is_allowed_is_a_regression():
    found = compared(result(QUIET), result([1.1 * each for each in QUIET]))
    (row,) = found.rows
    assert row.band.verdict is Verdict.SLOWER
    assert found.regressions(0.05) == (row,)
    assert found.regressions(0.15) == ()
    assert found.median_ratio == pytest.approx(1.1)


def test_noise_is_no_regression_however_large_the_ratio():
    noisy = (0.7, 0.8, 1.3, 1.6, 2.0)  # its median is 1.3 of the quiet one's, its band holds 1
    assert compared(result(QUIET), result(noisy)).regressions(0.05) == ()


def test_seconds_are_taken_by_the_unit_of_work():
    (row,) = compared(result(QUIET), result([2.0 * each for each in QUIET], work=20.0)).rows
    assert row.band.ratio == pytest.approx(1.0)


def test_rows_of_one_side_alone_are_named():
    found = compared(result(QUIET), result(QUIET, name="step"))
    assert (found.rows, found.only_before, found.only_after) == ((), ("case: walk",), ("case: step",))


def test_what_machines_differ_by_is_said():
    other = result(QUIET, cpu="two", versions={"numpy": "2.5", "numba": "1"}, load_average=[1.7, 1.0, 1.0])
    assert compared(result(QUIET), other).differences == (
        "cpu: one before, two after",
        "numba: not installed before, 1 after",
        "numpy: 2.4 before, 2.5 after",
        "other work ran after: a load of 1.7 on 2 cores",
    )


def test_rows_that_a_run_lacks_are_left_out_of_the_pool():
    (case,) = pooled([result(QUIET), result(QUIET, name="step")]).cases
    assert case.rows == ()


def test_runs_pooled_have_a_round_each():
    (case,) = pooled([result(QUIET), result([3.0 * each for each in QUIET]), result(QUIET, work=5.0)]).cases
    (row,) = case.rows
    assert row.seconds == pytest.approx((1.0, 3.0, 2.0))
    assert row.median_s == pytest.approx(2.0)
