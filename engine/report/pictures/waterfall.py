"""A waterfall: each part begins where the one above it ends, and the total stands last."""

from collections.abc import Sequence
from itertools import accumulate

from markupsafe import Markup

from engine.report.parts import short
from engine.report.pictures.part_bars import ROOM, ROW, THICK, PartBar
from engine.report.pictures.svg import Axis, Width, at_both_widths, bar, horizontal_axis, label_room, plumb_line, text

_TOP, _BELOW = 4, 20  # pixels above the first bar, and of the axis


def waterfall(alt: str, parts: Sequence[PartBar], total: PartBar) -> Markup:
    """Draw parts one after another, from zero to their sum, and the total from zero."""
    return at_both_widths(alt, lambda width: _drawn(parts, total, width))


def _drawn(parts: Sequence[PartBar], total: PartBar, width: Width) -> tuple[float, str]:
    bars = (*parts, total)
    labels = [short(each.label, width.letters) for each in bars]
    left, ends = label_room(labels), [0.0, *accumulate(each.value for each in parts)]
    reached = (*ends, total.value)
    axis = Axis(low=min(0.0, *reached), high=max(0.0, *reached), start=left, end=width.pixels - ROOM)
    bottom = _TOP + ROW * len(bars)
    starts = [*ends[:-1], 0.0]
    rows = [_row(*each, axis, k) for k, each in enumerate(zip(bars, labels, starts, strict=True))]
    joints = [_joint(axis.at(end), k) for k, end in enumerate(ends[1:], start=1)]
    grid = horizontal_axis(axis, 0.0, bottom, 4 if width.is_narrow else 7)
    zero = plumb_line("zero", axis.at(0.0), 0.0, bottom)
    return bottom + _BELOW, "".join((grid, zero, *rows, *joints))


def _row(each: PartBar, label: str, start: float, axis: Axis, k: int) -> str:
    top = _TOP + ROW * k
    one, other, base = axis.at(start), axis.at(start + each.value), top + 0.5 * ROW + 4.0
    name = "label strong" if each.is_sum else "label"
    return "".join(
        (
            text(name, axis.start - 6.0, base, label, "end"),
            bar(each.kind, one, other, top + 0.5 * (ROW - THICK), THICK),
            text("figure strong" if each.is_sum else "figure", max(one, other) + 5.0, base, each.figure),
        )
    )


def _joint(x: float, k: int) -> str:
    """Draw the line that joins a bar to the one below it."""
    above = _TOP + ROW * k - 0.5 * (ROW - THICK)
    return plumb_line("joint", x, above, above + ROW - THICK)
