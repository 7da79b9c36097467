"""Hedges that pay in one unwind and cost in the other."""

from engine.analysis.hedge.sign_changes import sign_changes
from engine.analysis.whatif.whatif import Mean


def mean(value, se=1.0):
    return Mean(value=value, se=se)


def test_a_hedge_whose_sign_depends_on_the_unwind_is_named_with_both_means():
    lots = [[mean(-5.0), mean(7.0)], [mean(5.0), mean(7.0)]]
    (found,) = sign_changes(("treasuries", "yen"), ("flight-2024", "repatriation-2025"), lots)
    assert (found.hedge, found.pays_in, found.costs_in) == ("treasuries", "repatriation-2025", "flight-2024")
    assert (found.pays.value, found.costs.value) == (7.0, -5.0)


def test_a_sign_within_two_errors_is_none():
    lots = [[mean(-1.9), mean(7.0)]]
    assert sign_changes(("a",), ("august-2024", "april-2025"), lots) == ()


def test_a_pair_of_which_one_is_not_run_says_nothing():
    assert sign_changes(("a",), ("flight-2024", "april-2025"), [[mean(-5.0), mean(7.0)]]) == ()
