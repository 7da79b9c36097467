"""Which book, in which scenario: what books contribute, lose to shocks and to a basis point, shaded by size."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from engine.book.groupings import BOOK_AND_FACTOR, uncrossed
from engine.record.read import Exact
from engine.report.numbers import NONE, PER_BASIS_POINT, Figure, Scale, scale_of
from engine.report.parts import Column, Entry, Shaded, Table, table
from engine.report.sheet import ALL_BOOKS, Sheet, book_name, horizon, labelled_name
from engine.risk.measures.registry import HEADLINE
from engine.words.language import Text, name_of

_SHADES = 5
_LEAST_SHADED = 0.02  # of the largest
_LEAD = HEADLINE[0]

_CONTRIBUTIONS = Text(
    "What each book contributes to {measure} {level} over {horizon}, {unit}; the books add up to the total. Alone:"
    " {measure} of the book by itself."
)
_CROSSED = Text(
    "What each factor's moves to each book contribute to {measure} {level} of {scenario} over {horizon}, {unit}; rows"
    " and columns add up."
)
_ALONE = Text("{measure} {level} over {horizon} of each book alone, {unit}, losses positive.")
_SHOCKS = Text("Loss by each scenario's shock alone, today, exact, {unit}, losses positive.")
_DV01 = Text("DV01 by curve, exact: lost for +1 bp, {unit}.")
_BOOK, _TOTAL, _PARTIAL, _ALONE_IN, _ALL_FACTORS = (
    Text("book"),
    Text("all books"),
    Text("all books that loaded"),
    Text("alone, {scenario}"),
    Text("all factors"),
)


def contributions_heat(sheet: Sheet) -> Table | None:
    """Lay out by book and scenario what each adds to VaR, and what it is alone; None where none is recorded."""
    books = [result for result in sheet.run.results if result.scope not in ALL_BOOKS]
    names = list(dict.fromkeys(result.scope for result in books))
    parts = {
        (scope, scenario): part.estimates[_LEAD.key].value
        for (scenario, scope, confidence), part in sheet.run.components.items()
        if confidence == sheet.confidence and _LEAD.key in part.estimates
    }
    if not parts:
        return None
    alone = {(result.scope, result.scenario): sheet.value_at_risk(result) for result in books}
    apart = list({result.scenario: result for result in (sheet.main, sheet.worst)}.values())
    scale = scale_of(sheet.run.currency, [sheet.value_at_risk(each) for each in sheet.sums])
    largest = max((abs(value) for value in parts.values() if np.isfinite(value)), default=0.0)
    rows: list[list[Entry]] = [
        [
            book_name(name),
            *(_shaded(scale, parts.get((name, each.scenario)), largest, signed=True) for each in sheet.sums),
            *(scale.amount(alone.get((name, each.scenario))) for each in apart),
        ]
        for name in sorted(names, key=lambda name: -abs(parts.get((name, sheet.main.scenario), 0.0)))
    ]
    rows.append([_scope_words(sheet.main.scope), *(scale.amount(sheet.value_at_risk(each)) for each in sheet.sums),
                 *("" for _ in apart)])  # fmt: skip
    heads = [labelled_name(sheet.run, each.scenario) for each in sheet.sums]
    heads += [_ALONE_IN.format(scenario=name_of(each.scenario)) for each in apart]
    caption = _CONTRIBUTIONS.format(measure=_LEAD.label, level=sheet.level, horizon=horizon(sheet), unit=scale.unit)
    return table(caption, _columns(heads), rows, is_heat=True, has_sum=True)


def crossed_heats(sheet: Sheet) -> tuple[Table, ...]:
    """Lay out by book and factor what adds to VaR, in the main and the worst scenario; none where none is recorded."""
    apart = {result.scenario: result for result in (sheet.main, sheet.worst)}
    found = (_crossed(sheet.of(result)) for result in apart.values())
    return tuple(each for each in found if each is not None)


def _crossed(sheet: Sheet) -> Table | None:
    wanted = (BOOK_AND_FACTOR.name, sheet.main.scenario, sheet.confidence)
    mine = next((each for each in sheet.groups if (each.grouping, each.scenario, each.confidence) == wanted), None)
    if mine is None:
        return None
    parts = {uncrossed(group.group): group.contributions[_LEAD.key].value for group in mine.groups}
    scale = scale_of(sheet.run.currency, [sheet.value_at_risk(sheet.main)])
    books, factors = (list(dict.fromkeys(key[i] for key in parts)) for i in (0, 1))
    least = 0.5 * scale.divisor * 10.0**-scale.decimals
    factors = [each for each in factors if any(abs(parts.get((book, each), 0.0)) >= least for book in books)]
    largest = max((abs(value) for value in parts.values() if np.isfinite(value)), default=0.0)
    rows: list[list[Entry]] = [
        [
            book,
            *(_shaded(scale, parts.get((book, each), 0.0), largest, signed=True) for each in factors),
            scale.amount(math.fsum(value for (of, _), value in parts.items() if of == book), signed=True),
        ]
        for book in books
    ]
    sums = [math.fsum(value for (_, of), value in parts.items() if of == each) for each in factors]
    total = sheet.value_at_risk(sheet.main)
    rows.append([_scope_words(sheet.main.scope), *(scale.amount(each, signed=True) for each in sums),
                 scale.amount(total)])  # fmt: skip
    caption = _CROSSED.format(
        measure=_LEAD.label, level=sheet.level, scenario=sheet.main_name, horizon=horizon(sheet), unit=scale.unit
    )
    return table(caption, _columns([*map(name_of, factors), str(_ALL_FACTORS)]), rows, is_heat=True, has_sum=True)


def heat_maps(sheet: Sheet) -> tuple[Table, ...]:
    """Lay out by book the losses by shocks, and DV01 by curve; columns of zeros are left out."""
    stress = {(each.scope, labelled_name(sheet.run, each.label)): each.value for each in sheet.run.stress_losses}
    unit = sheet.run.currency
    found = ((_SHOCKS, stress, ""), (_DV01, _by_label(sheet.run.dv01s), PER_BASIS_POINT))
    return tuple(
        _heat(sheet, caption, entries, scale_of(unit, entries.values(), per))
        for caption, entries, per in found
        if any(entries.values())
    )


def alone_heat(sheet: Sheet) -> Table:
    """Lay out by book and scenario the VaR of each book alone."""
    found = {(each.scope, labelled_name(sheet.run, each.scenario)): sheet.value_at_risk(each)
             for each in sheet.run.results}  # fmt: skip
    return _heat(sheet, _ALONE, found, scale_of(sheet.run.currency, found.values()))


def shade(value: float | None, largest: float) -> int:
    """Return -5 to 5: the sign and the size of a loss against the largest."""
    if value is None or not np.isfinite(value) or largest == 0.0:
        return 0
    share = min(abs(value) / largest, 1.0)
    steps = 0 if share < _LEAST_SHADED else max(math.ceil(_SHADES * share), 1)
    return steps if value > 0.0 else -steps


def _by_label(figures: Sequence[Exact]) -> dict[tuple[str, str], float]:
    return {(each.scope, each.label): each.value for each in figures}


def _heat(sheet: Sheet, caption: Text, entries: Mapping[tuple[str, str], float], scale: Scale) -> Table:
    """Shade entries by their size against the largest of a single book; the first row is the sum."""
    scopes, labels = (list(dict.fromkeys(key[i] for key in entries)) for i in (0, 1))
    labels = [label for label in labels if any(entries.get((scope, label)) for scope in scopes)]
    single = [abs(value) for (scope, _), value in entries.items() if scope not in scopes[:1] or len(scopes) == 1]
    largest = max((size for size in single if np.isfinite(size)), default=0.0)
    rows: list[list[Entry]] = [
        [_scope_words(scope), *(_shaded(scale, entries.get((scope, label)), largest) for label in labels)]
        for scope in scopes
    ]
    words = caption.format(measure=_LEAD.label, level=sheet.level, horizon=horizon(sheet), unit=scale.unit)
    return table(words, _columns(labels), rows, is_heat=True)


def _shaded(scale: Scale, value: float | None, largest: float, *, signed: bool = False) -> Entry:
    figure: Figure = NONE if value is None else scale.amount(value, signed=signed)
    return Shaded(figure=figure, shade=shade(value, largest))


def _columns(headings: Sequence[str]) -> tuple[Column, ...]:
    return (Column(heading=_BOOK, is_number=False), *(Column(heading=each) for each in headings))


def _scope_words(scope: str) -> str:
    words = {"total": _TOTAL, "partial": _PARTIAL}
    return str(words[scope]) if scope in words else book_name(scope)
