"""Components in a record: they add up, come back from it, are the same after a stop, and obey a stop."""

import math
from datetime import date

import pytest

from engine.record.read import read_night
from engine.record.rows import component_rows, components_of
from engine.record.tables import LOSS
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK

DATE = date(2025, 5, 28)


def ignore(*_: object) -> None:
    """What a run says while it works."""


@pytest.fixture(scope="module")
def run(done):
    (found,) = read_night(done.out, DATE).runs
    return found


def test_books_add_up_to_the_total_in_every_scenario(run):
    scenarios = {result.scenario: result for result in run.results if result.scope == "total"}
    assert {key[:2] for key in run.components} == {
        (name, f"book:{book}") for name in scenarios for book in ("bills", "bonds")
    }
    for name, total in scenarios.items():
        parts = [each for (scenario, _, _), each in run.components.items() if scenario == name]
        for measure in ("value_at_risk", "expected_shortfall"):
            added = math.fsum(each.estimates[measure].value for each in parts)
            assert added == pytest.approx(total.measures[0].estimates[measure].value, rel=1e-11)
        assert all(each.tail_paths == pytest.approx(0.01 * 3 * 65_536, abs=200) for each in parts)


def test_a_component_is_at_most_the_book_alone(run):
    for result in run.results:
        if (part := run.components.get((result.scenario, result.scope, 0.99))) is not None:
            alone = result.measures[0].of(EXPECTED_SHORTFALL).value  # ES is coherent: a component never exceeds it
            assert part.of(EXPECTED_SHORTFALL).value <= alone + 4.0 * part.of(EXPECTED_SHORTFALL).se


def test_components_come_back_from_rows_bit_for_bit(run):
    rows = component_rows(run.components, run.results, "JPY")
    assert components_of(rows) == dict(run.components)
    assert {row["sign"] for row in rows} == {LOSS}


def test_a_partial_run_has_components_of_the_books_that_loaded(folder):
    (folder.folder / "books" / "bills.csv").write_text("nothing,of,the,kind\n")
    folder.night(code=4)
    (run,) = read_night(folder.out, DATE).runs
    total = run.results[0]
    assert total.scope == "partial"
    alone = run.components["base", "book:bonds", 0.99]
    assert alone.of(VALUE_AT_RISK).value == pytest.approx(total.measures[0].of(VALUE_AT_RISK).value, rel=1e-12)
