"""`unwind stress`: the scenarios' shocks on a book, without simulation."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli import options, render
from cli.output import formats
from cli.render import Column, Scale, Table
from engine.conventions.currencies import HOME
from engine.risk.standing import STRESS_LABEL

if TYPE_CHECKING:
    from engine.analysis.stress import StressTable


def stress(
    market: options.Market = None,
    book: options.Books = None,
    scenario: options.Scenarios = None,
    currency: options.Currency = HOME,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Print what scenarios' shocks do to a book, at once.

    By book and position, each revalued in full; nothing is simulated and nothing ages. Without a scenario, those
    bundled ones that move the market at once.
    """
    from engine.inputs.book.load import bundled_book_path
    from engine.inputs.run import resolve
    from engine.inputs.scenario.load import AT_ONCE
    from unwind_risk.api.book import Book
    from unwind_risk.api.market import market_of
    from unwind_risk.api.scenario import scenarios_of
    from unwind_risk.api.stress import stress_with

    form = formats.chosen(output_format, as_json=as_json)
    flags = {"market": market, "book": book, "scenarios": scenario, "currency": currency}
    config = resolve(flags, {})  # the same checks as of a run
    books = Book.opened(config.book_files or [bundled_book_path()])
    levels = market_of(market, books)
    found = stress_with(books, levels, scenarios_of(scenario or None, AT_ONCE), currency)
    title = f"P&L of shocks on {found.valuation_date}"
    formats.show(form, table=lambda: render.show(table(found.stressed, title)), json=found.to_json, frame=found.arrow)
    render.warn_of(found.warnings)


def table(stressed: "StressTable", title: str) -> Table:
    """Return P&L per scenario: the total, then each book with its positions."""
    moved = stressed.pnl if stressed.pnl.any() else stressed.base_values
    scale = render.scale(stressed.currency, moved.ravel().tolist())
    columns = (
        Column(heading="book and position", is_number=False),
        Column(heading="value", meaning=f"{scale.unit}, before the shock; owned positive, owed negative."),
        *(
            Column(heading=name, meaning=f"{STRESS_LABEL}." if each.is_stress else "")
            for name, each in zip(stressed.scenarios, stressed.standings, strict=True)
        ),
    )
    return Table(title=f"{title}, {scale.unit}, gains positive", columns=columns, rows=list(_rows(stressed, scale)))


def _rows(stressed: "StressTable", scale: Scale) -> Iterator[list[str]]:
    def amounts(values: Iterator[float]) -> list[str]:
        return [scale.amount(float(value)) for value in values]

    yield ["total", scale.amount(float(stressed.base_values.sum())), *amounts(iter(stressed.total()))]
    for book, pnl in stressed.by_book().items():
        members = [i for i, name in enumerate(stressed.books) if name == book]
        yield []
        yield [book, scale.amount(float(stressed.base_values[members].sum())), *amounts(iter(pnl))]
        for i in members:
            entries = amounts(iter(stressed.pnl[:, i]))
            yield [f"  {stressed.position_ids[i]}", scale.amount(float(stressed.base_values[i])), *entries]
