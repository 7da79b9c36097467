"""Golden pages of the general account, the book that shows what the program is for: real figures of a small run."""

from __future__ import annotations

from functools import cache

from cli import render, run_table, stress
from cli.analysis.explain_tables import cause_tables, contribution_table
from cli.book import commands as book_commands
from engine.analysis.contributions.book_adds import book_adds
from engine.explain.run.limit_uses import limit_uses
from engine.inputs.limits import Limit
from unwind_risk.api.analysis.explain import Explanation, explain
from unwind_risk.api.result import Result
from unwind_risk.api.run import run

ACCOUNT = "general-account"
SCENARIOS = ("filtered", "repatriation-2025")
LIMITS = (
    Limit(name="VaR", measure="VaR", confidence=0.99, amount=37.5e9),
    Limit(name="ES", measure="ES", scenario="repatriation-2025", confidence=0.99, amount=45e9, kind="soft"),
    Limit(name="DV01", measure="DV01", amount=600e6),
)


@cache
def _result() -> Result:
    # 20,000 paths are 200 in the tail and 16,384 or more, from which on the past days' error is given
    return run(ACCOUNT, scenarios=SCENARIOS, paths=20_000, confidence=0.99, backend="numba", progress=False)


def run_case() -> None:
    """Print VaR and ES, what each book adds, and limits."""
    from cli.limit_words import limits_table

    finished = _result().finished
    uses = limit_uses(finished, LIMITS)
    render.show(
        run_table.table(finished.result, run_table.Beside(adds=book_adds(finished), uses=uses)),
        limits_table(run_table.not_on_lines(finished.result, uses)),
    )


@cache
def _explained() -> Explanation:
    return explain(_result(), progress=False)


def explain_case() -> None:
    """Print the paragraph and the tables behind it."""
    found = _explained().found
    print(f"{_explained().heading}\n")
    render.show_text(_explained().text)
    render.show(contribution_table(found), *(table for each in found.scenarios for table in cause_tables(each, found)))


def stress_case() -> None:
    """Print the shocks of all bundled scenarios that come at once."""
    from unwind_risk.api.stress import stress as stressed

    found = stressed(ACCOUNT)
    render.show(stress.table(found.stressed, found.valuation_date))


@cache
def _checked() -> book_commands.BookCheck:
    from engine.book.check import check_book
    from engine.inputs.book.load import bundled_book_path
    from engine.inputs.book.several import load_books
    from engine.inputs.default_market import market_path_for
    from engine.inputs.market.load import load_market

    path = bundled_book_path(ACCOUNT)
    levels = load_market(market_path_for([path]))
    return check_book(load_books([path], levels.valuation_date), levels)


def check_case() -> None:
    """Print the positions by asset class, and the books."""
    render.show(*book_commands.tables(_checked()))


CASES = {
    f"run-{ACCOUNT}": run_case,
    f"explain-{ACCOUNT}": explain_case,
    f"stress-{ACCOUNT}": stress_case,
    f"book-check-{ACCOUNT}": check_case,
}
