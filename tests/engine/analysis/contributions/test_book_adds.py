"""What each book adds to VaR is the figure of `by = book`, and sums to the total's."""

from dataclasses import replace

import pytest

from engine.analysis.contributions.book_adds import book_adds
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from tests.engine.analysis.contributions.test_contributions import taken_apart

KEY = VALUE_AT_RISK.key


@pytest.mark.parametrize("scenarios", [["base", "mixture"], ["historical"]])
def test_books_add_what_they_contribute_and_sum_to_the_total(scenarios):
    tables, run = taken_apart(("book",), n_paths=20_000, scenarios=scenarios)
    found = book_adds(run)
    assert list(found) == scenarios
    for scenario, adds in found.items():
        table = tables["book", scenario]
        assert adds == {each.group: each.contributions[KEY].value for each in table.groups}
        # the lines of books sum to that of the total up to rounding
        assert sum(adds.values()) == pytest.approx(table.total[KEY].value, rel=1e-9)


def test_they_are_the_same_whether_the_run_passed_some_of_the_paths_or_none():
    """The error of past days walks 131,072 paths again, all of which are kept for this: 70,000 here, in two cells."""
    _, run = taken_apart((), n_paths=70_000, scenarios=["filtered"])
    assert run.worst[0].n_added == 70_000
    found = book_adds(run)
    assert found == book_adds(run)  # what the run keeps is not added to
    assert found == book_adds(replace(run, worst=()))


def test_of_one_book_and_of_a_tail_that_does_not_tell_there_is_nothing():
    assert book_adds(taken_apart((), n_paths=200, scenarios=["base"])[1]) == {}
    assert book_adds(taken_apart((), n_paths=2_000, scenarios=["base"], book="carry-fund")[1]) == {}
