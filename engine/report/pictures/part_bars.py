"""Bars about zero as plain SVG at two widths, of which the page's style shows one: phones read the same type."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from engine.report.numbers import Scale
from engine.report.parts import short
from engine.text_width import text_width

_ROW = 22  # pixels of a bar and the air about it
_BAR = 13
_LETTER = 7.8  # pixels, at 12 px of type: capitals are wide
_ROOM = 56  # pixels beyond the longest bar, for its figure
_TOP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PartBar:
    """One part of a total, in the total's currency: what adds to a loss is positive."""

    label: str
    value: float
    error: float  # one standard error; 0: none
    is_sum: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Width:
    """One of the two widths."""

    kind: str  # class of the element
    pixels: int
    letters: int  # of a label at most


_WIDTHS = (_Width(kind="wide-picture", pixels=720, letters=30), _Width(kind="narrow", pixels=350, letters=16))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """Where amounts lie between two pixels."""

    low: float
    high: float
    left: float
    right: float

    def at(self, value: float) -> float:
        """Return an amount's pixel."""
        return self.left + (value - self.low) / ((self.high - self.low) or 1.0) * (self.right - self.left)


def part_bars(alt: str, bars: Sequence[PartBar], scale: Scale) -> Markup:
    """Draw bars to the right for what adds to a loss and to the left for what takes off, each with its figure.

    Lines on the bars are two standard errors.
    """
    return Markup("").join(_drawn(alt, bars, scale, width) for width in _WIDTHS)


def _drawn(alt: str, bars: Sequence[PartBar], scale: Scale, width: _Width) -> Markup:
    labels = [short(bar.label, width.letters) for bar in bars]
    left = max(map(text_width, labels)) * _LETTER + 8.0
    ends = [0.0, *(bar.value + sign * 2.0 * bar.error for bar in bars for sign in (-1.0, 1.0))]
    room = _ROOM if min(ends) < 0.0 else 0
    axis = _Axis(low=min(ends), high=max(ends), left=left + room, right=width.pixels - _ROOM)
    height = 2 * _TOP + _ROW * len(bars)
    tops = range(_TOP, height - _TOP, _ROW)
    rows = [_row(*each, axis, left, scale) for each in zip(bars, labels, tops, strict=True)]
    zero = f'<path class="zero" d="M{axis.at(0.0):.1f},0V{height}"/>'
    head = f'<svg class="{width.kind}" role="img" aria-label="{escape(alt)}" viewBox="0 0 {width.pixels} {height}">'
    return Markup(f"{head}{zero}{''.join(rows)}</svg>")


def _row(bar: PartBar, label: str, top: int, axis: _Axis, left: float, scale: Scale) -> str:
    zero, end, base = axis.at(0.0), axis.at(bar.value), top + 0.5 * _ROW + 4.0
    kind = "sum" if bar.is_sum else "adds" if bar.value >= 0.0 else "takes-off"
    low, high = (axis.at(bar.value + sign * 2.0 * bar.error) for sign in (-1.0, 1.0))
    error = f'<path class="error" d="M{low:.1f},{top + 0.5 * _ROW:.1f}H{high:.1f}"/>' if bar.error else ""
    is_right = bar.value >= 0.0
    x, anchor = (max(end, high) + 5.0, "start") if is_right else (min(end, low) - 5.0, "end")
    figure = scale.plain(bar.value, signed=not bar.is_sum)
    return (
        f'<text class="label" x="{left - 6.0:.1f}" y="{base:.1f}" text-anchor="end">{escape(label)}</text>'
        f'<rect class="{kind}" x="{min(zero, end):.1f}" y="{top + 0.5 * (_ROW - _BAR):.1f}"'
        f' width="{abs(end - zero):.1f}" height="{_BAR}"/>{error}'
        f'<text class="figure" x="{x:.1f}" y="{base:.1f}" text-anchor="{anchor}">{figure}</text>'
    )
