"""`unwind stress`: the scenarios' shocks on a book, without simulation."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from cli import options, render
from cli.output import formats
from cli.render import Column, Scale, Table
from engine.conventions.currencies import HOME
from engine.risk.standing import STRESS_LABEL
from engine.words.language import Text, joined, name_of, texts, whole_date

SHOWN = 10  # positions of a table; --format csv has all
# The answer in words.
WORST = Text("Worst: {scenario} loses {loss}{share}{most}.")
OF_VALUE, MOST_OF_IT = texts(", {share} of the value", "; {book} {loss}")
NOTHING_LOST = Text("The total loses in no scenario.")
BOOK_LOSES = Text("The total loses in no scenario; {book} {loss} in {scenario}.")
_TITLE = Text("P&L of shocks on {date}, at once; gains positive")
_VALUE = Text("value", sense="of a book")
_LARGEST, _POSITIONS, _ONE_OTHER, _OTHERS = texts("largest positions", "positions", "1 other", "{n:,} others")
_NO_FORECASTS = Text("{scenarios}: {label}.")

if TYPE_CHECKING:
    from engine.analysis.stress import StressTable


def stress(
    market: options.Market = None,
    book: options.Books = None,
    scenario: options.Scenarios = None,
    currency: options.Currency = HOME,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
    language: options.Language = None,
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

    form, reader = formats.chosen(output_format, as_json=as_json), options.language_of(language)
    flags = {"market": market, "book": book, "scenarios": scenario, "currency": currency}
    config = resolve(flags, {})  # the same checks as of a run
    books = Book.opened(config.book_files or [bundled_book_path()])
    levels = market_of(market, books)
    found = stress_with(books, levels, scenarios_of(scenario or None, AT_ONCE), currency)
    formats.show(
        form,
        table=lambda: render.show(table(found.stressed, found.valuation_date)),
        json=found.to_json,
        frame=found.arrow,
        language=reader,
    )
    render.warn_of(found.warnings)


def table(stressed: "StressTable", day: date) -> Table:
    """Return P&L per scenario: the total, each book, and the positions that lose or gain most in any of them."""
    scale = render.scale(stressed.currency, _largest(stressed))
    columns = (
        Column(heading="", is_number=False),
        Column(heading=str(_VALUE), leaves=1),
        *(Column(heading=name_of(name)) for name in stressed.scenarios),
    )
    return Table(
        title=_TITLE.format(date=whole_date(day)),
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
    by_book = stressed.by_book()
    if totals[k] >= 0.0:
        pnl, book, i = min((float(each.min()), name, int(each.argmin())) for name, each in by_book.items())
        if pnl >= 0.0:
            return str(NOTHING_LOST)
        return BOOK_LOSES.format(book=book, loss=scale.in_words(-pnl), scenario=name_of(stressed.scenarios[i]))
    value = float(stressed.base_values.sum())
    share = OF_VALUE.format(share=render.percent(-totals[k] / value, 1)) if value > 0.0 else ""
    book = min(by_book, key=lambda name: float(by_book[name][k]))
    most = MOST_OF_IT.format(book=book, loss=scale.in_words(-float(by_book[book][k]))) if len(by_book) > 1 else ""
    loss = scale.in_words(-totals[k])
    return WORST.format(scenario=name_of(stressed.scenarios[k]), loss=loss, share=share, most=most)


def _stresses(stressed: "StressTable") -> str:
    """Return which of the scenarios are no forecasts."""
    names = [name for name, each in zip(stressed.scenarios, stressed.standings, strict=True) if each.is_stress]
    label = name_of(STRESS_LABEL)
    return _NO_FORECASTS.format(scenarios=joined([*map(name_of, names)]), label=label) if names else ""


def _rows(stressed: "StressTable", scale: Scale) -> Iterator[list[str]]:
    def row(name: str, members: Sequence[int]) -> list[str]:
        value, pnl = stressed.base_values[members].sum(), stressed.pnl[:, members].sum(axis=1)
        return [name, scale.amount(float(value)), *(scale.amount(float(each), signed=True) for each in pnl)]

    yield row(name_of("total"), list(range(len(stressed.books))))
    for book in dict.fromkeys(stressed.books):
        yield row(f"  {book}", [i for i, name in enumerate(stressed.books) if name == book])
    largest = sorted(range(len(stressed.books)), key=lambda i: -float(abs(stressed.pnl[:, i]).max()))
    shown, others = largest[:SHOWN], largest[SHOWN:]
    yield []
    yield [str(_LARGEST if others else _POSITIONS)]
    for i in shown:
        yield row(f"  {stressed.position_ids[i]}", [i])
    if others:
        yield row(f"  {_ONE_OTHER if len(others) == 1 else _OTHERS.format(n=len(others))}", others)
