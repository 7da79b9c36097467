"""A hundred futures: as many dots as percents of the paths, each where its P&L lies, those beyond VaR red."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from engine.report.pictures.svg import (
    Axis,
    Width,
    at_both_widths,
    diamond,
    dots,
    horizontal_axis,
    level_line,
    plumb_line,
    text,
)
from kernels.types import F64

_EDGE, _ABOVE, _BELOW = 14.0, 20.0, 22.0  # pixels at the sides, above each heap, and of the axis


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Futures:
    """The P&L of one scenario."""

    label: str
    colour: int
    quantiles: F64  # (100,) ascending
    value_at_risk: float  # a loss, positive
    shortfall: float
    words: str  # VaR and its figure, as the table has it


def hundred_futures(alt: str, rows: Sequence[Futures]) -> Markup:
    """Draw a heap of dots for each scenario, all on one axis."""
    return at_both_widths(alt, lambda width: _drawn(rows, width))


def _drawn(rows: Sequence[Futures], width: Width) -> tuple[float, str]:
    low = min(min(float(each.quantiles[0]), -each.shortfall, -each.value_at_risk) for each in rows)
    high = max(float(each.quantiles[-1]) for each in rows)
    axis = Axis(low=low, high=high, start=_EDGE, end=width.pixels - _EDGE)
    radius = 2.4 if width.is_narrow else 4.2
    heaps = [_heap(each, axis, radius) for each in rows]
    drawn, base = [], 0.0
    for each, heap in zip(rows, heaps, strict=True):
        top = base + _ABOVE
        base = top + 2.0 * radius * max(max(heap.values()), 3) + 4.0
        drawn.append(_row(each, axis, radius, top, base))
    grid = horizontal_axis(axis, 4.0, base, 6 if width.is_narrow else 9, signed=True)
    zero = plumb_line("zero", axis.at(0.0), 4.0, base)
    return base + _BELOW, "".join((grid, zero, *drawn))


def _heap(each: Futures, axis: Axis, radius: float) -> Counter[int]:
    return Counter(_column(axis, value, radius) for value in each.quantiles.tolist())


def _column(axis: Axis, value: float, radius: float) -> int:
    return round((axis.at(value) - axis.at(0.0)) / (2.0 * radius))


def _row(each: Futures, axis: Axis, radius: float, top: float, base: float) -> str:
    heap: Counter[int] = Counter()
    places: dict[bool, list[tuple[float, float]]] = {False: [], True: []}  # by whether they lie beyond VaR
    for value in each.quantiles.tolist():
        column = _column(axis, value, radius)
        x, y = axis.at(0.0) + 2.0 * radius * column, base - radius * (2 * heap[column] + 1)
        heap[column] += 1
        places[-value > each.value_at_risk].append((x, y))
    at_risk, shortfall = axis.at(-each.value_at_risk), axis.at(-each.shortfall)
    mark = max(top + 4.0, base - 2.0 * radius * 5.0)
    x, side = (at_risk, "start") if at_risk < axis.start + 60.0 else (at_risk + 4.0, "end")
    return "".join(
        (
            level_line("zero", axis.start - 6.0, axis.end + 6.0, base),
            dots(f"future c{each.colour}", places[False], radius - 0.4),
            dots("beyond", places[True], radius - 0.4),
            plumb_line("mark", at_risk, mark, base),
            text("figure", x, mark - 4.0, each.words, side),
            diamond("hollow", shortfall, base, 4.0),
            text(f"label strong c{each.colour}", axis.end + 6.0, top + 4.0, each.label, "end"),
        )
    )
