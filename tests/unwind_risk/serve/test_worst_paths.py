"""The worst paths of a recorded run: those that its own figures are read from."""

import math

import pytest

from engine.errors import InputError
from engine.explain.run.run_source import measured_as_recorded
from tests.unwind_risk.serve.conftest import DATE, ignore
from unwind_risk.serve.worst_paths import as_json, worst_paths


@pytest.fixture(scope="module")
def measured(night):
    """The recorded run with its figures."""
    return measured_as_recorded(night / "record" / f"valuation_date={DATE}" / "run=ten-days", None, ignore)


def test_all_paths_of_the_tail_make_the_recorded_figures(measured):
    """Of 4,000 paths 40 lie beyond VaR 99 %, which is the loss of the next: ES is their mean."""
    recorded = max(measured.totals[0].measures, key=lambda tail: tail.confidence).estimates
    found = worst_paths(measured, "", 41, 100)
    assert (found.scenario, found.n_tail, found.n_looked) == ("base", 41, 4000)
    losses = [-each.pnl for each in found.paths]
    assert losses == sorted(losses, reverse=True)
    assert losses[40] == recorded["value_at_risk"].value
    assert sum(losses[:40]) / 40 == pytest.approx(recorded["expected_shortfall"].value, rel=1e-12)


def test_books_add_up_and_levels_are_those_that_made_the_loss(measured):
    worst = worst_paths(measured, "april-2025", 1, 100).paths[0]
    assert math.fsum(worst.books.values()) == pytest.approx(worst.pnl, rel=1e-12)
    found = as_json(worst_paths(measured, "april-2025", 1, 100))
    assert found["paths"][0]["levels"]["JGB_20Y"] > found["start"]["JGB_20Y"]  # the book is long of that bond
    assert found["units"]["USDJPY"] != found["units"]["JGB_20Y"]


@pytest.mark.parametrize(
    ("scenario", "n", "said"), [("moon", 1, "no scenario 'moon'"), ("", 0, "from 1 to 41"), ("", 42, "from 1 to 41")]
)
def test_what_the_tail_has_not_is_refused(measured, scenario, n, said):
    with pytest.raises(InputError, match=said):
        worst_paths(measured, scenario, n, 100)


def test_who_does_not_say_how_many_gets_the_usual_number_or_all_of_a_smaller_tail(measured):
    assert len(worst_paths(measured, "", None, 20).paths) == 20
    assert len(worst_paths(measured, "", None, 100).paths) == 41
