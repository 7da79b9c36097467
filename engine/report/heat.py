"""Scenario by book, and DV01 by curve: tables shaded by size."""

import math
from collections.abc import Sequence

import numpy as np

from engine.record.read import Exact
from engine.report.numbers import Scale, scale_of
from engine.report.parts import Column, Entry, Shaded, Table, table
from engine.report.sheet import Sheet, book_name, horizon, labelled_name
from engine.risk.measures.registry import HEADLINE

_SHADES = 5
_LEAST_SHADED = 0.02  # of the largest


def heat_maps(sheet: Sheet) -> tuple[Table, ...]:
    """Lay out by scenario and book the headline's first measure and stress losses; by curve DV01."""
    measure = HEADLINE[0]
    simulated = {
        (result.scope, labelled_name(sheet.run, result.scenario)): tail.of(measure).value
        for result in sheet.run.results
        for tail in result.measures
        if tail.confidence == sheet.confidence
    }
    dv01s = _by_label(sheet.run.dv01s)
    stress = {(each.scope, labelled_name(sheet.run, each.label)): each.value for each in sheet.run.stress_losses}
    unit = sheet.run.currency
    found = (
        (f"{measure.label} at {sheet.level} over {horizon(sheet)}", simulated, ""),
        ("Loss by each scenario's shock alone, today, exact", stress, ""),
        ("DV01 by curve, exact: lost for +1 bp", dv01s, " a bp"),
    )
    return tuple(_heat(caption, entries, unit, per) for caption, entries, per in found if entries)


def heat_table(
    caption: str, heads: Sequence[Column], names: Sequence[str], rows: Sequence[Sequence[float | None]], scale: Scale
) -> Table:
    """Shade a table's entries by their size against the largest of a single book."""
    single = rows[1:] or rows  # the first row is the sum
    sizes = [abs(value) for row in single for value in row if value is not None and np.isfinite(value)]
    largest = max(sizes, default=0.0)
    entries: list[list[Entry]] = [
        [name, *(Shaded(figure=scale.amount(value), shade=shade(value, largest)) for value in row)]
        for name, row in zip(names, rows, strict=True)
    ]
    return table(caption, heads, entries, is_heat=True)


def shade(value: float | None, largest: float) -> int:
    """Return -5 to 5: the sign and the size of a loss against the largest."""
    if value is None or not np.isfinite(value) or largest == 0.0:
        return 0
    share = min(abs(value) / largest, 1.0)
    steps = 0 if share < _LEAST_SHADED else max(math.ceil(_SHADES * share), 1)
    return steps if value > 0.0 else -steps


def _by_label(figures: Sequence[Exact]) -> dict[tuple[str, str], float]:
    return {(each.scope, each.label): each.value for each in figures}


def _heat(caption: str, entries: dict[tuple[str, str], float], unit: str, per: str) -> Table:
    scopes, labels = (list(dict.fromkeys(key[i] for key in entries)) for i in (0, 1))
    scale = scale_of(unit, entries.values(), per)
    rows = [[entries.get((scope, label)) for label in labels] for scope in scopes]
    heads = (Column(heading="book", is_number=False), *(Column(heading=label) for label in labels))
    names = [_scope_words(scope) for scope in scopes]
    return heat_table(f"{caption}. In {scale.unit}, losses positive.", heads, names, rows, scale)


def _scope_words(scope: str) -> str:
    words = {"total": "all books", "partial": "all books that loaded"}
    return words.get(scope) or book_name(scope)
