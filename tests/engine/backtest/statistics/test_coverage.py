"""Kupiec's tests against printed and recomputed values."""

import pytest

from engine.backtest.statistics.coverage import accepted_failures, exact_coverage, first_failure, kupiec
from engine.errors import InputError
from tests.engine.backtest.statistics.cases import case

REL = 1e-10  # of the reference cases


@pytest.mark.parametrize("number", [1, 2])
def test_published_counts_give_the_printed_likelihood_ratio(number):
    inputs, expected = case(number)
    found = kupiec(inputs["T"], inputs["failures"], inputs["p"])
    assert found.statistic == pytest.approx(expected["LR"], rel=REL)
    assert found.p_value == pytest.approx(expected["p_value"], rel=REL)
    assert found.p_value == pytest.approx(expected["published_p_value"], abs=5e-4)  # as printed


def test_a_grid_with_no_failure_all_failures_and_one_day():
    inputs, expected = case(3)
    for (n_days, failures, chance), row in zip(inputs["T_x_p"], expected["values"], strict=True):
        found, exact = kupiec(n_days, failures, chance), exact_coverage(n_days, failures, chance)
        assert found.statistic == pytest.approx(row["LR"], rel=1e-9, abs=1e-12)
        assert found.p_value == pytest.approx(row["p_value_chi2"], rel=1e-9)
        assert exact.p_value == pytest.approx(row["p_value_exact_LR_ordering"], rel=1e-9)
        assert exact.at_most == pytest.approx(row["P(X<=x)"], rel=1e-9)
        assert exact.at_least == pytest.approx(row["P(X>=x)"], rel=1e-9)


def test_kupiec_s_table_of_accepted_failures():
    inputs, expected = case(4)
    for (n_days, chance), row in zip(inputs["T_p"], expected["values"], strict=True):
        assert accepted_failures(n_days, chance) == (row["accept_from"], row["accept_to"])


def test_the_day_of_the_first_failure():
    inputs, expected = case(5)
    for (day, chance), row in zip(inputs["v_p"], expected["values"], strict=True):
        found = first_failure(day, chance)
        assert found.statistic == pytest.approx(row["LR"], rel=REL, abs=1e-12)
        assert found.p_value == pytest.approx(row["p_value"], rel=REL)


@pytest.mark.parametrize(("n_days", "failures", "chance"), [(0, 0, 0.01), (10, 11, 0.01), (10, -1, 0.01), (10, 1, 1.0)])
def test_counts_that_are_none_are_refused(n_days, failures, chance):
    with pytest.raises(InputError):
        kupiec(n_days, failures, chance)
