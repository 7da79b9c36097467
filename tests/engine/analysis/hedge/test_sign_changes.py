"""Hedges that pay in one unwind and cost in the other."""

from engine.analysis.hedge.sign_changes import sign_changes
from engine.analysis.whatif.paired_changes import Change
from engine.risk.estimate import Estimate

NONE = Estimate(value=0.0, se=0.0, low=0.0, high=0.0)


def of_es(value, table_se=None):
    """A change of ES with an error of 1."""
    return Change(
        measure="expected_shortfall", confidence=0.99, before=NONE, after=NONE, value=value, se=1.0, table_se=table_se
    )


def test_a_hedge_whose_sign_depends_on_the_unwind_is_named_with_both_changes_of_es():
    lots = [[of_es(5.0), of_es(-7.0)], [of_es(-5.0), of_es(-7.0)]]
    (found,) = sign_changes(("treasuries", "yen"), ("flight-2024", "repatriation-2025"), lots)
    assert (found.hedge, found.helps_in, found.hurts_in) == ("treasuries", "repatriation-2025", "flight-2024")
    assert (found.helps.value, found.hurts.value) == (-7.0, 5.0)


def test_a_sign_within_two_errors_is_none():
    for lots in ([of_es(-1.9), of_es(7.0)], [of_es(-5.0, table_se=3.0), of_es(7.0)]):
        assert sign_changes(("a",), ("august-2024", "april-2025"), [lots]) == ()


def test_a_pair_of_which_one_is_not_run_says_nothing():
    assert sign_changes(("a",), ("flight-2024", "april-2025"), [[of_es(-5.0), of_es(7.0)]]) == ()
