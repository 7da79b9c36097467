import pytest

from engine.errors import InputError
from engine.risk.plan import TailMode, plan_brackets, plan_tails, plan_whole
from kernels.base import CELL

GIB = 2**30
LEVELS = (0.95, 0.975, 0.99)


def test_a_small_run_keeps_its_tails_whole():
    plan = plan_tails(12, 10**7, LEVELS, GIB)
    assert plan.mode is TailMode.WHOLE
    assert plan.pilot_cells == plan.n_cells == 153
    # 5 % of 10^7, 6 standard errors of 689.2, and 4 to spare
    assert plan.keep == 500_000 + 4_136 + 4


def test_a_billion_paths_fit_into_a_gibibyte_for_many_rows():
    assert plan_whole(32, 10**9, LEVELS).bytes > 10 * GIB
    plan = plan_tails(32, 10**9, LEVELS, GIB)
    assert plan.mode is TailMode.BRACKETS
    assert plan.bytes < GIB


def test_brackets_are_six_standard_errors_of_the_pilots_ranks():
    plan = plan_brackets(1, 10**9, (0.95, 0.99), 16)
    # 1 % of 2^20 is 10,485.76, its standard error sqrt(10,485.76 * 0.99) = 101.887; 5 %: 52,428.8 and 223.174
    assert plan.bracket_indices(6.0) == [(9_874, 11_098), (51_089, 53_768)]
    assert max(last for _, last in plan.bracket_indices(24.0)) < plan.keep  # a bracket can be widened twice


def test_a_quantile_beyond_the_pilot_has_no_lower_end():
    plan = plan_brackets(1, 10**9, ("0.99999",), 16)  # 10.5 paths in the pilot, 6 standard errors are 19.4
    assert plan.bracket_indices(6.0)[0][0] == -1


@pytest.mark.parametrize("n_paths", [0, -5, 1])
def test_too_few_paths_are_refused_with_the_least(n_paths):
    with pytest.raises(InputError, match=f"at least 2, got {n_paths}"):
        plan_tails(1, n_paths, LEVELS, GIB)


def test_a_billion_billion_paths_are_refused_with_their_need():
    with pytest.raises(InputError, match=r"need [\d,.]+ GiB .* 1\.00 GiB are allowed: take fewer paths"):
        plan_tails(1, 10**18, LEVELS, GIB)


def test_a_pilot_is_never_longer_than_half_the_run():
    with pytest.raises(InputError, match="are allowed"):
        plan_tails(100_000, 30 * CELL, LEVELS, GIB)


@pytest.mark.parametrize(("levels", "hint"), [((), "at least one"), ((0.99, "0.990"), "each once"), ((99,), "0.99")])
def test_confidences_are_checked(levels, hint):
    with pytest.raises(InputError, match=hint):
        plan_tails(1, 1000, levels, GIB)
