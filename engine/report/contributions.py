"""Books alone, and what each contributes to the figures of all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.report.numbers import NONE, Figure, Scale, percent, scale_of
from engine.report.parts import Chart, Entry, columns, table
from engine.report.sheet import (
    ALL_BOOKS,
    Sheet,
    book_name,
    change,
    errors_in_words,
    nothing,
    tail_entry,
)
from engine.risk.components import Component
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.registry import HEADLINE
from engine.risk.results import ScopeResult, TailResult
from engine.words.language import Text, listed, name_of, texts

_LEAD = HEADLINE[0]  # ranks the books

_TITLE = Text("Each book alone, and what it contributes")
_ALONE, _CHANGE, _CONTRIBUTION, _SHARE = texts("{measure} alone", "change", "contribution to {measure}", "of {measure}")
_ALL_BOOKS = Text("all books")
_NO_BOOKS = Text("The run has no books of their own.")
_CAPTION = Text(
    "In {unit}, {scenario} at {level}; losses positive for {measures}. Contributions add up to the figures of all"
    " books; {errors}."
)
_LEAD_WORDS = Text("In {scenario} at {level}, each book by itself, {unit}: {parts}.")
_DIVERSIFIED = Text("{measure} is {sum} in all, of which diversification takes off {off}")
_MEANING = Text("A contribution to {measure} is {meaning}")
_READ, _AND = texts("{meanings}; {source}.", "; ")
_OF_MOVES = Text("exact, from the {n:,} worst of {n_moves:,} moves")
_OF_PATHS = Text("read from {n:,} paths of the tail")
_NOT_KNOWN = Text(
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
    found = _books(sheet)
    if not found:
        return nothing(sheet, "books", _TITLE, _NO_BOOKS)
    amounts = [tail.of(HEADLINE[-1]).value for tail in (sheet.tail, *(book.alone for book in found))]
    scale = scale_of(sheet.run.currency, amounts)
    heads = columns(
        *texts("book", "base value", "mean P&L"), *(each for one in sheet.measures for each in _headings(one))
    )
    caption = _CAPTION.format(
        unit=scale.unit,
        scenario=sheet.main_name,
        level=sheet.level,
        measures=listed([measure.label for measure in sheet.measures]),
        errors=errors_in_words(sheet),
    )
    numbers = table(
        caption, heads, [*(_row(sheet, book, scale) for book in found), _all_books(sheet, scale)], has_sum=True
    )
    lead = _LEAD_WORDS.format(
        scenario=sheet.main_name,
        level=sheet.level,
        unit=scale.unit,
        parts=listed([_diversified(sheet, found, measure, scale) for measure in HEADLINE]),
    )
    return Chart(
        key=sheet.key("books"), title=_TITLE, alt="", svg="", table=numbers, lead=lead, note=_note(sheet, found)
    )


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
    yield _ALONE.format(measure=measure.label)
    if measure is _LEAD:
        yield str(_CHANGE)
    if measure.contribution:
        yield from (_CONTRIBUTION.format(measure=measure.label), _SHARE.format(measure=measure.label))


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
        _ALL_BOOKS,
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


def _diversified(sheet: Sheet, found: Sequence[_Book], measure: TailMeasure, scale: Scale) -> str:
    whole = sum(book.alone.of(measure).value for book in found)
    off = scale.plain(whole - sheet.tail.of(measure).value)
    return _DIVERSIFIED.format(measure=measure.label, sum=scale.plain(whole), off=off)


def _note(sheet: Sheet, found: Sequence[_Book]) -> str:
    parts = [book.part for book in found if book.part is not None]
    if not parts:
        return str(_NOT_KNOWN)
    meanings = [
        _MEANING.format(measure=one.label, meaning=name_of(one.contribution.meaning))
        for one in sheet.measures
        if one.contribution
    ]
    return _READ.format(meanings=str(_AND).join(meanings), source=_read_from(sheet, parts[0]))


def _read_from(sheet: Sheet, part: Component) -> str:
    if sheet.main.n_moves is not None:
        return _OF_MOVES.format(n=part.tail_paths, n_moves=sheet.main.n_moves)
    return _OF_PATHS.format(n=part.tail_paths)


def _rank(value: float) -> float:
    return value if np.isfinite(value) else -np.inf
