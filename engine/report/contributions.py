"""Books alone, and what each contributes to the figures of all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.report import charts
from engine.report.numbers import NONE, Figure, Scale, percent, scale_of
from engine.report.parts import Cell, Chart, columns, short, table
from engine.report.sheet import ALL_BOOKS, AXIS_NAME, Sheet, book_name, change, finite, nothing
from engine.risk.components import Component
from engine.risk.results import Measure, ScopeResult

_MOST_BARS = 15
_MEASURES = ("value_at_risk", "expected_shortfall")
_NOT_KNOWN = (
    "The record holds no contributions of this run: it is of an older program, or too few of its paths lie in the tail."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """One book at the headline's scenario and confidence."""

    result: ScopeResult
    alone: Measure
    part: Component | None  # None: not recorded


def books(sheet: Sheet) -> Chart:
    """VaR and ES of every book alone, what it contributes to the total's, and what diversification takes off."""
    title = "Contributions by book"
    found = _books(sheet)
    if not found:
        return nothing(sheet, "books", title, "The run has no books of their own.")
    amounts = [sheet.measure.expected_shortfall, *(book.alone.expected_shortfall for book in found)]
    scale = scale_of(sheet.run.currency, amounts)
    drawn = [book for book in found if finite(book.alone.value_at_risk, book.alone.expected_shortfall)][:_MOST_BARS]
    key = sheet.key("books")
    alt = f"VaR at {sheet.level} of {len(drawn)} books in {scale.unit}, each alone and as a part of the total's."
    svg = charts.books(key, alt, [_bar(book, scale) for book in drawn], scale.unit) if drawn else ""
    heads = columns(
        "book", "base value", "mean P&L", "VaR alone", "change", "contribution to VaR", "of VaR", "ES alone",
        "contribution to ES", "of ES",
    )  # fmt: skip
    caption = (
        f"In {scale.unit}, {sheet.main.scenario} at {sheet.level}; losses positive for VaR and ES. Contributions add "
        "up to the figures of all books; ± is one Monte Carlo standard error."
    )
    numbers = table(caption, heads, [*(_row(sheet, book, scale) for book in found), _all_books(sheet, scale)])
    return Chart(key=key, title=title, alt=alt, svg=svg, table=numbers, note=_note(sheet, found, len(drawn), scale))


def _books(sheet: Sheet) -> list[_Book]:
    """All books, the largest contribution to VaR first; the largest VaR where none are recorded."""
    scenario, confidence = sheet.main.scenario, sheet.confidence
    found = [
        _Book(
            result=result,
            alone=measure,
            part=sheet.run.components.get((scenario, result.scope, confidence)),
        )
        for result in sheet.run.results
        if result.scenario == scenario and result.scope not in ALL_BOOKS
        for measure in result.measures
        if measure.confidence == confidence
    ]
    return sorted(found, key=lambda book: -_rank((book.part or book.alone).value_at_risk))


def _row(sheet: Sheet, book: _Book, scale: Scale) -> list[Cell]:
    alone = book.alone
    return [
        book_name(book.result.scope),
        scale.amount(book.result.base_value),
        scale.estimate(book.result.mean, book.result.mean_se),
        scale.estimate(alone.value_at_risk, alone.value_at_risk_se),
        change(sheet, book.result, alone, "value_at_risk", scale),
        *_contribution(sheet, book.part, "value_at_risk", scale),
        scale.estimate(alone.expected_shortfall, alone.expected_shortfall_se),
        *_contribution(sheet, book.part, "expected_shortfall", scale),
    ]


def _contribution(sheet: Sheet, part: Component | None, name: str, scale: Scale) -> Iterator[Figure]:
    """The amount, and its share of the total's where that is a loss."""
    if part is None:
        yield from (NONE, NONE)
        return
    value, total = getattr(part, name), getattr(sheet.measure, name)
    yield scale.estimate(value, getattr(part, f"{name}_se"))
    yield percent(value / total) if total > 0.0 else NONE


def _all_books(sheet: Sheet, scale: Scale) -> list[Cell]:
    main, measure = sheet.main, sheet.measure
    var = scale.estimate(measure.value_at_risk, measure.value_at_risk_se)
    shortfall = scale.estimate(measure.expected_shortfall, measure.expected_shortfall_se)
    return [
        "all books",
        scale.amount(main.base_value),
        scale.estimate(main.mean, main.mean_se),
        var,
        change(sheet, main, measure, "value_at_risk", scale),
        var,
        percent(1.0) if measure.value_at_risk > 0.0 else NONE,
        shortfall,
        shortfall,
        percent(1.0) if measure.expected_shortfall > 0.0 else NONE,
    ]


def _note(sheet: Sheet, found: Sequence[_Book], n_drawn: int, scale: Scale) -> str:
    var, shortfall = (sum(getattr(book.alone, name) for book in found) for name in _MEASURES)
    off = [
        scale.plain(alone - getattr(sheet.measure, name))
        for alone, name in zip((var, shortfall), _MEASURES, strict=True)
    ]
    said = [
        f"Each alone, in {sheet.main.scenario} at {sheet.level}, the books' VaR is together {scale.plain(var)} "
        f"{scale.unit}, of which diversification takes off {off[0]}; their ES {scale.plain(shortfall)}, of which it "
        f"takes off {off[1]}."
    ]
    parts = [book.part for book in found if book.part is not None]
    if parts:
        said.append(
            "A contribution is what a book loses on average where all books lose VaR, or more for ES, read from "
            f"{parts[0].tail_paths:,} paths of the tail."
        )
    else:
        said.append(_NOT_KNOWN)
    if len(found) > n_drawn:
        said.append(f"Drawn are the {n_drawn} largest of {len(found)}.")
    return " ".join(said)


def _bar(book: _Book, scale: Scale) -> charts.Bar:
    alone, part = book.alone, book.part
    has_part = part is not None and finite(part.value_at_risk)
    return charts.Bar(
        label=short(book_name(book.result.scope), AXIS_NAME),
        value_at_risk=alone.value_at_risk / scale.divisor,
        se=_bounded(alone.value_at_risk_se) / scale.divisor,
        expected_shortfall=alone.expected_shortfall / scale.divisor,
        component=part.value_at_risk / scale.divisor if part is not None and has_part else None,
        component_se=_bounded(part.value_at_risk_se) / scale.divisor if part is not None and has_part else 0.0,
    )


def _bounded(se: float) -> float:
    """An error to draw: none where it is not bounded."""
    return se if np.isfinite(se) else 0.0


def _rank(value: float) -> float:
    return value if np.isfinite(value) else -np.inf
