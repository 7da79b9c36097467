"""Christoffersen's tests against printed and recomputed values, and exact p-values by enumeration."""

import numpy as np
import pytest
from scipy.special import ndtri

from engine.backtest.statistics.independence import (
    Transitions,
    conditional_coverage,
    conditional_coverage_statistic,
    independence,
    transitions,
)
from engine.backtest.statistics.null_series import null_statistics, simulated_p_value
from engine.errors import InputError
from tests.engine.backtest.statistics.cases import case


def failed(inputs):
    """The series of a case: (n_days,)."""
    series = np.zeros(inputs["T"], bool)
    series[inputs["failure_days_0_based"]] = True
    return series


def test_published_counts():
    inputs, expected = case(6)
    found = independence(Transitions(**{name: inputs[name] for name in ("n00", "n01", "n10", "n11")}))
    assert found.statistic == pytest.approx(expected["LR_ind"], rel=1e-10)
    assert found.p_value == pytest.approx(expected["p_ind"], rel=1e-10)
    assert found.p_value == pytest.approx(expected["published_p_ind"], abs=5e-6)


@pytest.mark.parametrize("number", range(7, 14))
def test_series_of_exceptions(number):
    inputs, expected = case(number)
    series = failed(inputs)
    pairs = transitions(series)
    assert pairs == Transitions(**{name: expected[name] for name in ("n00", "n01", "n10", "n11")})
    assert independence(pairs).statistic == pytest.approx(expected["LR_ind"], rel=1e-9, abs=1e-12)
    found = conditional_coverage(series, inputs["p"])
    assert found.statistic == pytest.approx(expected["LR_cc_sum"], rel=1e-9, abs=1e-12)
    assert found.p_value == pytest.approx(expected["p_cc_sum"], rel=1e-9)


def test_simulated_p_values_land_on_the_exact_ones():
    inputs, expected = case(15)  # four isolated exceptions of 250 days: the chi-square law is far off
    edge, n_days = ndtri(inputs["p"]), inputs["T"]
    name = "conditional coverage"
    null = null_statistics(
        {name: lambda scores: conditional_coverage_statistic(scores < edge, inputs["p"])}, n_days, 1, 20_000, seed=1
    )
    statistic = conditional_coverage_statistic(failed(inputs), inputs["p"])
    # a standard error of 20,000 series is 0.0035; four of them
    assert simulated_p_value(statistic - 1e-9, null[name]) == pytest.approx(expected["exact_p_cc"], abs=0.014)


def test_one_day_has_no_pairs():
    with pytest.raises(InputError, match="two days"):
        conditional_coverage(np.array([True]), 0.01)
