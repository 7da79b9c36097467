"""Bars about zero: what adds to a loss to the right, what takes off to the left, each with its figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from engine.report.parts import short
from engine.report.pictures.svg import Axis, Width, at_both_widths, bar, label_room, level_line, plumb_line, text

ROW = 22  # pixels of a bar and the air about it
THICK = 13
ROOM = 56  # beyond the longest bar, for its figure
_TOP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PartBar:
    """One part of a total: what adds to a loss is positive."""

    label: str
    value: float
    figure: str  # the value as the table has it
    error: float = 0.0  # one standard error; 0: none
    is_sum: bool = False

    @property
    def kind(self) -> str:
        """Return the class of the bar."""
        return "sum" if self.is_sum else "adds" if self.value >= 0.0 else "takes-off"


def part_bars(alt: str, bars: Sequence[PartBar]) -> Markup:
    """Draw bars from zero, with lines of two standard errors either way."""
    return at_both_widths(alt, lambda width: _drawn(bars, width))


def _drawn(bars: Sequence[PartBar], width: Width) -> tuple[float, str]:
    labels = [short(each.label, width.letters) for each in bars]
    left = label_room(labels)
    ends = [0.0, *(each.value + sign * 2.0 * each.error for each in bars for sign in (-1.0, 1.0))]
    room = ROOM if min(ends) < 0.0 else 0
    axis = Axis(low=min(ends), high=max(ends), start=left + room, end=width.pixels - ROOM)
    height = 2 * _TOP + ROW * len(bars)
    tops = range(_TOP, height - _TOP, ROW)
    rows = [_row(*each, axis, left) for each in zip(bars, labels, tops, strict=True)]
    return height, plumb_line("zero", axis.at(0.0), 0.0, height) + "".join(rows)


def _row(each: PartBar, label: str, top: int, axis: Axis, left: float) -> str:
    zero, end, middle = axis.at(0.0), axis.at(each.value), top + 0.5 * ROW
    low, high = (axis.at(each.value + sign * 2.0 * each.error) for sign in (-1.0, 1.0))
    x, anchor = (max(end, high) + 5.0, "start") if each.value >= 0.0 else (min(end, low) - 5.0, "end")
    return "".join(
        (
            text("label", left - 6.0, middle + 4.0, label, "end"),
            bar(each.kind, zero, end, top + 0.5 * (ROW - THICK), THICK),
            level_line("error", low, high, middle) if each.error else "",
            text("figure", x, middle + 4.0, each.figure, anchor),
        )
    )
