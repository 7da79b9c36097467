"""What `until_se` watches."""

import math
from types import SimpleNamespace

import pytest

from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.run.blocks import relative_se


def tails(errors, confidences=(0.95, 0.99, 0.975)):
    """Stand-in for an accumulator: `errors` are (VaR, its standard error) by row and confidence."""

    def result(row, confidence):
        value, error = errors[row, confidence]
        return SimpleNamespace(of={VALUE_AT_RISK: SimpleNamespace(value=value, se=error)}.__getitem__)

    return SimpleNamespace(plan=SimpleNamespace(confidences=confidences), result=result)


def test_the_highest_confidence_is_watched_wherever_it_stands_in_the_list():
    """At 0.975 the error is larger, as in a small book with an atom: it is still 0.99 that counts."""
    found = tails({(0, 0.95): (1.0, 0.1), (0, 0.99): (10.0, 0.2), (0, 0.975): (1.0, 0.9)})
    assert relative_se(found, [0]) == pytest.approx(0.02)


def test_the_worst_of_the_rows_counts_and_only_the_rows_asked_for():
    found = tails({(0, 0.99): (10.0, 0.2), (1, 0.99): (10.0, 9.0), (2, 0.99): (-10.0, 0.3)}, confidences=(0.99,))
    assert relative_se(found, [0, 2]) == pytest.approx(0.03)  # a VaR below 0, a gain, has a relative error too


@pytest.mark.parametrize(("var", "error", "wanted"), [(0.0, 0.0, 0.0), (5.0, 0.0, 0.0), (0.0, 1.0, math.inf)])
def test_without_error_there_is_nothing_to_wait_for_and_a_var_of_zero_has_no_relative_error(var, error, wanted):
    assert relative_se(tails({(0, 0.99): (var, error)}, confidences=(0.99,)), [0]) == wanted
