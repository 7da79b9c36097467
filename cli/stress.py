"""`unwind stress`: the scenarios' shocks on a book, without simulation."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli import options, render
from cli.output import formats
from cli.render import Column, Scale, Table
from engine.conventions.currencies import HOME
from engine.errors import counted
from engine.risk.standing import STRESS_LABEL

SHOWN = 10  # positions of a table; --format csv has all
# The answer in words; another language has words of its own.
WORST = "Worst: {scenario} loses {loss}{share}"
OF_VALUE = ", {share} of the value"
MOST_OF_IT = "; {book} {loss}"
NOTHING_LOST = "No scenario loses anything."

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
    """Return P&L per scenario: the total, each book, and the positions that lose or gain most in any of them."""
    scale = render.scale(stressed.currency, _largest(stressed))
    columns = (
        Column(heading="", is_number=False),
        Column(heading="value", leaves=1),
        *(Column(heading=name) for name in stressed.scenarios),
    )
    return Table(
        title=f"{title}, at once; gains positive",
        unit=scale.unit,
        sentence=_sentence(stressed, scale),
        columns=columns,
        rows=list(_rows(stressed, scale)),
        footnote=_stresses(stressed),
    )


def _largest(stressed: "StressTable") -> list[float]:
    """Return what sets the unit: the totals' P&L; where they have none the positions', or else the values."""
    for found in (stressed.total(), stressed.pnl.ravel(), stressed.base_values):
        if abs(found).max() > 0.0:
            return [float(each) for each in found]
    return []


def _sentence(stressed: "StressTable", scale: Scale) -> str:
    """Return the answer in words: which scenario costs most, what share of the value, and which book most of it."""
    totals = [float(each) for each in stressed.total()]
    k = min(range(len(totals)), key=lambda i: totals[i])
    if totals[k] >= 0.0:
        return NOTHING_LOST
    value = float(stressed.base_values.sum())
    share = OF_VALUE.format(share=render.percent(-totals[k] / value, 1)) if value > 0.0 else ""
    words = WORST.format(scenario=stressed.scenarios[k], loss=scale.amount(-totals[k]), share=share)
    by_book = {name: float(pnl[k]) for name, pnl in stressed.by_book().items()}
    if len(by_book) == 1:
        return f"{words}."
    most = min(by_book, key=lambda name: by_book[name])
    return f"{words}{MOST_OF_IT.format(book=most, loss=scale.amount(-by_book[most]))}."


def _stresses(stressed: "StressTable") -> str:
    """Return which of the scenarios are no forecasts."""
    names = [name for name, each in zip(stressed.scenarios, stressed.standings, strict=True) if each.is_stress]
    return f"{', '.join(names)}: {STRESS_LABEL}." if names else ""


def _rows(stressed: "StressTable", scale: Scale) -> Iterator[list[str]]:
    def row(name: str, members: Sequence[int]) -> list[str]:
        value, pnl = stressed.base_values[members].sum(), stressed.pnl[:, members].sum(axis=1)
        return [name, scale.amount(float(value)), *(scale.amount(float(each), signed=True) for each in pnl)]

    yield row("total", list(range(len(stressed.books))))
    for book in dict.fromkeys(stressed.books):
        yield row(f"  {book}", [i for i, name in enumerate(stressed.books) if name == book])
    largest = sorted(range(len(stressed.books)), key=lambda i: -float(abs(stressed.pnl[:, i]).max()))
    shown, others = largest[:SHOWN], largest[SHOWN:]
    yield []
    yield ["largest positions" if others else "positions"]
    for i in shown:
        yield row(f"  {stressed.position_ids[i]}", [i])
    if others:
        yield row(f"  {counted(len(others), 'other')}", others)
