"""A dot strip: a dot a row, and one band from the lowest to the highest, or a band of each row's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from engine.report.parts import short
from engine.report.pictures.part_bars import ROOM, ROW
from engine.report.pictures.svg import (
    Axis,
    Width,
    at_both_widths,
    bar,
    dot,
    horizontal_axis,
    label_room,
    level_line,
    text,
)

_TOP, _BELOW = 4.0, 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StripDot:
    """One row."""

    label: str
    value: float
    figure: str  # as the table has it
    colour: int = 0
    ends: tuple[float, float] | None = None  # of the row's own band; None: it has none


def dot_strip(alt: str, dots: Sequence[StripDot]) -> Markup:
    """Draw dots on one axis that has zero; where no row has its own band, one from the lowest to the highest."""
    return at_both_widths(alt, lambda width: _drawn(dots, width))


def _drawn(dots: Sequence[StripDot], width: Width) -> tuple[float, str]:
    labels = [short(each.label, width.letters) for each in dots]
    values = [value for each in dots for value in (each.value, *(each.ends or ()))]
    axis = Axis(low=min(0.0, *values), high=max(0.0, *values), start=label_room(labels), end=width.pixels - ROOM)
    bottom = _TOP + ROW * len(dots)
    shared = not any(each.ends for each in dots) and len(dots) > 1
    low, high = axis.at(min(values)), axis.at(max(values))
    parts = [
        horizontal_axis(axis, 0.0, bottom, 4 if width.is_narrow else 7),
        bar("range", low, high, 0.0, bottom) if shared else "",
        *(
            _row(each, label, axis, _TOP + ROW * (k + 0.5))
            for k, (each, label) in enumerate(zip(dots, labels, strict=True))
        ),
    ]
    return bottom + _BELOW, "".join(parts)


def _row(each: StripDot, label: str, axis: Axis, middle: float) -> str:
    right = axis.at(max(each.value, *(each.ends or (each.value,))))
    return "".join(
        (
            text("label", axis.start - 6.0, middle + 4.0, label, "end"),
            level_line("span", axis.at(each.ends[0]), axis.at(each.ends[1]), middle) if each.ends else "",
            dot(f"law-dot c{each.colour}", axis.at(each.value), middle, 4.5),
            text("figure", right + 8.0, middle + 4.0, each.figure),
        )
    )
