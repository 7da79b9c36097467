from dataclasses import replace

import pytest

from cli import run_table
from cli.render import plain
from cli.run_table import Beside
from engine.risk.results import RunResult
from tests.cli.made_run import limit_use, made_result, scope


@pytest.fixture
def result() -> RunResult:
    return made_result()


def test_the_table_gives_every_figure_with_its_error_and_unit(result):
    text = plain(run_table.table(result))
    lines = text.splitlines()
    assert "10 business days from 2025-05-28" in lines[0]
    assert lines[0].endswith("JPY bn")
    assert lines[2] == "One time in 100 base loses 3.00 or more, 15.0 % of the value, 3.60 on average."
    text = " ".join(" ".join(lines).split())
    assert "one exact step" in text
    assert "error at most 3e-12 of gross flows: 0.5 JPY of P&L" in text
    fund = next(line for line in lines if line.startswith("  fund"))
    assert fund.split() == ["fund", "20.00", "-1.00", *["2.00", "3.00", "2.40", "±0.01", "3.60", "±0.01", "2.60"]]


def test_diversification_is_what_books_lose_less_together(result):
    several = replace(result, results=(*result.results[:2], scope("base", "book:other")))
    row = next(row for row in run_table.table(several).rows if row[0] == "  diversification")
    assert row[3:7] == ["-2.00", "-3.00", "-2.40", "-3.60"]  # two books that each lose what the total does


def test_a_single_book_stands_once_and_several_beside_their_total(result):
    assert run_table.shown_scopes(result) == {"total": "fund"}
    several = replace(result, results=(*result.results, scope("base", "book:other")))
    assert run_table.shown_scopes(several) == {"total": "total", "book:fund": "fund", "book:other": "other"}
    names = [row[0].strip() for row in run_table.table(several).rows if len(row) > 1]
    assert names == ["total", "fund", "other", "diversification", "total", "fund"]


def test_a_note_says_what_the_errors_are_of(result):
    """Of the simulation; beside it of the table of past days; of that alone where nothing is simulated."""
    assert run_table.errors_note(result) == "± one standard error of the simulation, where it reaches the last digit."
    first, second = result.results[0].measures
    drawn = replace(first, table_ses={"value_at_risk": 0.3e9, "expected_shortfall": 0.4e9})
    both = replace(result, results=(replace(result.results[0], measures=(drawn, second)), *result.results[1:]))
    assert "2.00       ±0.30" in next(line for line in plain(run_table.table(both)).splitlines() if "  fund" in line)
    assert run_table.errors_note(both).endswith("first the simulation's, second that of the law's past days.")
    known = {key: replace(each, se=0.0) for key, each in drawn.estimates.items()}
    exact = replace(drawn, is_exact=True, estimates=known)
    row = replace(result.results[0], measures=(exact,))
    mixed = replace(result, results=(row, replace(result.results[1], measures=(first,))))
    assert "second, or behind `exact`, that of the law's past days" in run_table.errors_note(mixed)
    alone = replace(result, results=(row,))
    assert "2.00 exact ±0.30" in plain(run_table.table(alone))
    assert run_table.errors_note(alone).startswith("± one standard error of the law's past days")


def test_where_nothing_that_is_compressed_moves_the_error_is_said_alone(result):
    still = replace(result.run.revaluation, flow_bound=0.0, option_bound=0.0, future_bound=0.0, swaption_bound=0.0)
    text = plain(run_table.table(replace(result, run=replace(result.run, revaluation=still))))
    assert "compressed, error at most 0.5 JPY of P&L" in " ".join(text.split())


@pytest.fixture
def several(result) -> RunResult:
    """Three books that each lose what the total does."""
    books = ("book:fund", "book:hedge", "book:other")
    rows = (scope(name, where) for name in ("base", "april-2025") for where in ("total", *books))
    return replace(result, results=tuple(rows))


ADDS = {"base": {"fund": 0.5e9, "hedge": -0.9e9, "other": 3.4e9}}


def test_books_stand_by_what_they_add_with_share_and_bar(several):
    found = run_table.table(several, Beside(adds=ADDS))
    assert [each.heading for each in found.columns[-2:]] == ["adds to VaR", "of VaR"]
    rows = [[row[0].strip(), *row[-2:]] for row in found.rows if len(row) > 1]
    assert rows[:5] == [
        ["total", "3.00", "100 %"],
        ["other", "+3.40", "113 %"],
        ["fund", "+0.50", "17 %"],
        ["hedge", "-0.90", "-30 %"],
        ["diversification", "", ""],
    ]
    assert rows[5] == ["total", "-", "-"]  # of a scenario whose tail does not tell
    assert list(found.bars[:7]) == [None, None, 3.4e9, 0.5e9, -0.9e9, None, None]
    assert found.sentence.endswith("In base other adds most, 3.40.")


def test_a_scenarios_line_says_the_limit_that_is_nearest_to_its_breach(several):
    uses = (
        limit_use("VaR", 0.99, 3e9, 3.2e9),
        limit_use("VaR", 0.975, 2e9, 2.5e9),
        limit_use("ES", 0.99, 3.6e9, 3e9, scenario="april-2025"),
        limit_use("VaR", 0.99, 3e9, 4e9, scope="book:fund"),
    )
    lines = [row[0] for row in run_table.table(several, Beside(uses=uses)).rows if len(row) == 1]
    assert lines[0].startswith("base: limit 3.20, 94 % used; law filtered, sample books")
    assert lines[1].startswith("april-2025: ES limit 3.00, 120 % used: SOFT BREACH; stress law")
    assert run_table.not_on_lines(several, uses) == [uses[1], uses[3]]
