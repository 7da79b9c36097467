"""Books alone, and what each contributes to the figures of all of them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.report.numbers import NONE, Figure, Scale, percent, scale_of
from engine.report.parts import Chart, Entry, columns, listed, short, table
from engine.report.pictures import charts
from engine.report.sheet import (
    ALL_BOOKS,
    AXIS_NAME,
    Sheet,
    book_name,
    change,
    errors_in_words,
    finite,
    nothing,
    tail_entry,
)
from engine.risk.components import Component
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.registry import HEADLINE
from engine.risk.results import ScopeResult, TailResult

_MOST_BARS = 15
_LEAD = HEADLINE[0]  # ranks the books, and is drawn
_NOT_KNOWN = (
    "The record holds no contributions of this run: it is of an older program, or too few of its paths lie in the tail."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """One book at the headline's scenario and confidence."""

    result: ScopeResult
    alone: TailResult
    part: Component | None  # None: not recorded


def books(sheet: Sheet) -> Chart:
    """Show measures of every book alone, what it contributes to the total's, and what diversification takes off."""
    title = "Contributions by book"
    found = _books(sheet)
    if not found:
        return nothing(sheet, "books", title, "The run has no books of their own.")
    amounts = [tail.of(HEADLINE[-1]).value for tail in (sheet.tail, *(book.alone for book in found))]
    scale = scale_of(sheet.run.currency, amounts)
    drawn = [book for book in found if finite(*(book.alone.of(measure).value for measure in HEADLINE))][:_MOST_BARS]
    key = sheet.key("books")
    figures = f"{_LEAD.label} at {sheet.level} of {len(drawn)} books in {scale.unit}"
    alt = f"{figures}, each alone and as a part of the total's."
    names = [measure.label for measure in HEADLINE]
    svg = charts.books(key, alt, [_bar(book, scale) for book in drawn], names, scale.unit) if drawn else ""
    heads = columns("book", "base value", "mean P&L", *(each for one in sheet.measures for each in _headings(one)))
    labels = listed([measure.label for measure in sheet.measures])
    caption = (
        f"In {scale.unit}, {sheet.main_name} at {sheet.level}; losses positive for {labels}. Contributions add "
        f"up to the figures of all books; {errors_in_words(sheet)}."
    )
    numbers = table(caption, heads, [*(_row(sheet, book, scale) for book in found), _all_books(sheet, scale)])
    return Chart(key=key, title=title, alt=alt, svg=svg, table=numbers, note=_note(sheet, found, len(drawn), scale))


def _books(sheet: Sheet) -> list[_Book]:
    """Return all books, the largest contribution first; the largest alone where none are recorded."""
    scenario, confidence = sheet.main.scenario, sheet.confidence
    found = [
        _Book(
            result=result,
            alone=tail,
            part=sheet.run.components.get((scenario, result.scope, confidence)),
        )
        for result in sheet.run.results
        if result.scenario == scenario and result.scope not in ALL_BOOKS
        for tail in result.measures
        if tail.confidence == confidence
    ]
    return sorted(found, key=lambda book: -_rank(((book.part and book.part.of(_LEAD)) or book.alone.of(_LEAD)).value))


def _headings(measure: TailMeasure) -> Iterator[str]:
    yield f"{measure.label} alone"
    if measure is _LEAD:
        yield "change"
    if measure.contribution:
        yield from (f"contribution to {measure.label}", f"of {measure.label}")


def _row(sheet: Sheet, book: _Book, scale: Scale) -> list[Entry]:
    return [
        book_name(book.result.scope),
        scale.amount(book.result.base_value),
        scale.estimate(book.result.mean, book.result.mean_se),
        *(entry for measure in sheet.measures for entry in _entries(sheet, book, measure, scale)),
    ]


def _entries(sheet: Sheet, book: _Book, measure: TailMeasure, scale: Scale) -> Iterator[Figure]:
    """Entries below `_headings`: a contribution is the amount, and its share of the total's where that is a loss."""
    yield tail_entry(scale, book.alone, measure)
    if measure is _LEAD:
        yield change(sheet, book.result, book.alone, measure, scale)
    if measure.contribution:
        part, total = book.part.of(measure) if book.part else None, sheet.tail.of(measure).value
        table_se = book.part.table_ses.get(measure.key) if book.part else None
        yield scale.estimate(part.value, part.se, table_se) if part else NONE
        yield percent(part.value / total) if part and total > 0.0 else NONE


def _all_books(sheet: Sheet, scale: Scale) -> list[Entry]:
    main = sheet.main
    return [
        "all books",
        scale.amount(main.base_value),
        scale.estimate(main.mean, main.mean_se),
        *(entry for measure in sheet.measures for entry in _sum_entries(sheet, measure, scale)),
    ]


def _sum_entries(sheet: Sheet, measure: TailMeasure, scale: Scale) -> Iterator[Figure]:
    yield tail_entry(scale, sheet.tail, measure)
    if measure is _LEAD:
        yield change(sheet, sheet.main, sheet.tail, measure, scale)
    if measure.contribution:
        yield tail_entry(scale, sheet.tail, measure)
        yield percent(1.0) if sheet.tail.of(measure).value > 0.0 else NONE


def _note(sheet: Sheet, found: Sequence[_Book], n_drawn: int, scale: Scale) -> str:
    sums = {measure: sum(book.alone.of(measure).value for book in found) for measure in HEADLINE}
    off = {measure: scale.plain(alone - sheet.tail.of(measure).value) for measure, alone in sums.items()}
    others = "".join(
        f"; their {each.label} {scale.plain(sums[each])}, of which it takes off {off[each]}" for each in HEADLINE[1:]
    )
    sentences = [
        f"Each alone, in {sheet.main_name} at {sheet.level}, the books' {_LEAD.label} is together "
        f"{scale.plain(sums[_LEAD])} {scale.unit}, of which diversification takes off {off[_LEAD]}{others}."
    ]
    parts = [book.part for book in found if book.part is not None]
    if parts:
        meanings = [f"to {one.label} is {one.contribution.meaning}" for one in sheet.measures if one.contribution]
        sentences.append(f"A contribution {'; one '.join(meanings)}; {_read_from(sheet, parts[0])}.")
    else:
        sentences.append(_NOT_KNOWN)
    if any(book.alone.table_ses for book in found):
        sentences.append("Lines on the bars: two standard errors, of simulation and table together.")
    if len(found) > n_drawn:
        sentences.append(f"Drawn are the {n_drawn} largest of {len(found)}.")
    return " ".join(sentences)


def _read_from(sheet: Sheet, part: Component) -> str:
    if sheet.main.n_moves is not None:
        return f"exact, from the {part.tail_paths:,} worst of {sheet.main.n_moves:,} moves"
    return f"read from {part.tail_paths:,} paths of the tail"


def _bar(book: _Book, scale: Scale) -> charts.Bar:
    alone, part = book.alone.of(_LEAD), book.part.of(_LEAD) if book.part else None
    known = part if part and finite(part.value) else None
    return charts.Bar(
        label=short(book_name(book.result.scope), AXIS_NAME),
        value=alone.value / scale.divisor,
        se=_both(alone.se, book.alone.table_ses) / scale.divisor,
        marks=tuple(book.alone.of(measure).value / scale.divisor for measure in HEADLINE[1:]),
        component=known.value / scale.divisor if known else None,
        component_se=_both(known.se, book.part.table_ses) / scale.divisor if known and book.part else 0.0,
    )


def _both(se: float, table_ses: Mapping[str, float]) -> float:
    """Return an error to draw, of simulation and table together: none where it is not bounded."""
    both = math.hypot(se, table_ses.get(_LEAD.key, 0.0))
    return both if math.isfinite(both) else 0.0


def _rank(value: float) -> float:
    return value if np.isfinite(value) else -np.inf
