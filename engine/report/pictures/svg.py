"""What pictures are drawn with: two widths, axes with round ticks, marks and words whose looks are the page's style.

Each picture is drawn twice, for a screen and for a phone; the style shows one, so that its words keep their size.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from engine.text_width import text_width

LETTER = 7.4  # pixels of an ASCII letter at 12 px, of capitals too
TICK = 6.6  # of a figure at 11 px
_MINUS = "\N{MINUS SIGN}"
_STEPS = (1.0, 2.0, 5.0, 10.0)
_ROUNDING = 1e-9  # of a step: an end so near a tick has it
_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """One of the two widths."""

    kind: str  # class of the element, by which the style shows it
    pixels: int
    letters: int  # of a label at most

    @property
    def is_narrow(self) -> bool:
        """Return whether it is a phone's."""
        return self is NARROW


WIDE = Width(kind="wide-picture", pixels=720, letters=30)
NARROW = Width(kind="narrow", pixels=350, letters=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Where amounts lie between two pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return an amount's pixel."""
        return self.start + (value - self.low) / ((self.high - self.low) or 1.0) * (self.end - self.start)

    def ticks(self, most: int) -> list[float]:
        """Return at most so many round amounts between the ends, a step of 1, 2 or 5 apart."""
        span = self.high - self.low
        if not span > 0.0:
            return [self.low]
        unit = 10.0 ** math.floor(math.log10(span / most))
        step = next(each * unit for each in _STEPS if span / (each * unit) < most)
        first, last = math.ceil(self.low / step - _ROUNDING), math.floor(self.high / step + _ROUNDING)
        return [k * step for k in range(first, last + 1)]


def at_both_widths(alt: str, draw: Callable[[Width], tuple[float, str]]) -> Markup:
    """Return a picture at both widths; `draw` returns its height in pixels and its elements."""
    return Markup("").join(_element(alt, width, *draw(width)) for width in (WIDE, NARROW))


def _element(alt: str, width: Width, height: float, inside: str) -> Markup:
    head = f'<svg class="{width.kind}" role="img" aria-label="{escape(alt)}" viewBox="0 0 {width.pixels} {height:.0f}">'
    return Markup(f"{head}{inside}</svg>")


def text(kind: str, x: float, y: float, words: str, anchor: str = "start") -> str:
    """Write words; `anchor` is what of them lies at x: start, middle or end."""
    side = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{kind}" x="{pixel(x)}" y="{pixel(y)}"{side}>{escape(words)}</text>'


def bar(kind: str, one: float, other: float, top: float, height: float) -> str:
    """Draw a bar from one pixel to another."""
    left, length = min(one, other), abs(other - one)
    return f'<rect class="{kind}" x="{pixel(left)}" y="{pixel(top)}" width="{pixel(length)}" height="{pixel(height)}"/>'


def level_line(kind: str, left: float, right: float, y: float) -> str:
    """Draw a line from left to right."""
    return f'<path class="{kind}" d="M{pixel(left)},{pixel(y)}H{pixel(right)}"/>'


def plumb_line(kind: str, x: float, top: float, bottom: float) -> str:
    """Draw a line from top to bottom."""
    return f'<path class="{kind}" d="M{pixel(x)},{pixel(top)}V{pixel(bottom)}"/>'


def line(kind: str, points: Sequence[tuple[float, float]]) -> str:
    """Draw a line through points; it breaks where one is no number."""
    return f'<path class="{kind}" d="{_way(points)}"/>' if points else ""


def area(kind: str, upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    """Fill between two lines, both from left to right."""
    return f'<path class="{kind}" d="{_way([*upper, *reversed(lower)])}Z"/>' if upper else ""


def dot(kind: str, x: float, y: float, radius: float) -> str:
    """Draw a dot."""
    return f'<circle class="{kind}" cx="{pixel(x)}" cy="{pixel(y)}" r="{pixel(radius)}"/>'


def dots(kind: str, places: Sequence[tuple[float, float]], radius: float) -> str:
    """Draw many dots of one kind: lines of no length with round ends, which take few bytes."""
    way = "".join(f"M{pixel(x)},{pixel(y)}h0" for x, y in places)
    return f'<path class="{kind} dots" stroke-width="{pixel(2.0 * radius)}" d="{way}"/>' if places else ""


def diamond(kind: str, x: float, y: float, radius: float) -> str:
    """Draw a diamond."""
    r = pixel(radius)
    return f'<path class="{kind}" d="M{pixel(x - radius)},{pixel(y)}l{r},-{r}l{r},{r}l-{r},{r}z"/>'


def tick_texts(ticks: Sequence[float], *, signed: bool = False) -> list[str]:
    """Write round amounts with one number of decimals."""
    step = min((abs(b - a) for a, b in pairwise(ticks)), default=abs(ticks[0]) if ticks else 1.0)
    decimals = min(max(0, -math.floor(math.log10(step) + _ROUNDING)), _MOST_DECIMALS) if step > 0.0 else 0
    return [_tick(value, decimals, signed=signed) for value in ticks]


def label_room(labels: Sequence[str]) -> float:
    """Return the pixels of the longest of some labels, with the air beside it."""
    return max(map(text_width, labels), default=0) * LETTER + 10.0


def horizontal_axis(axis: Axis, top: float, bottom: float, most: int, *, signed: bool = False) -> str:
    """Draw the ticks of a horizontal axis as lines of the grid, and their amounts below."""
    ticks = axis.ticks(most)
    return "".join(_grid(axis, ticks, tick_texts(ticks, signed=signed), top, bottom))


def vertical_axis(axis: Axis, left: float, right: float, most: int, *, signed: bool = False) -> str:
    """Draw the ticks of a vertical axis as lines of the grid, and their amounts to the left."""
    ticks = axis.ticks(most)
    texts = tick_texts(ticks, signed=signed)
    lines = [level_line("grid", left, right, axis.at(value)) for value in ticks]
    words = [text("tick", left - 5.0, axis.at(value) + 4.0, each, "end")
             for value, each in zip(ticks, texts, strict=True)]  # fmt: skip
    return "".join((*lines, *words))


def pixel(value: float) -> str:
    """Write a pixel, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def _grid(axis: Axis, ticks: Sequence[float], texts: Sequence[str], top: float, bottom: float) -> Iterator[str]:
    for value, words in zip(ticks, texts, strict=True):
        yield plumb_line("grid", axis.at(value), top, bottom)
        yield text("tick", axis.at(value), bottom + 14.0, words, "middle")


def _way(points: Sequence[tuple[float, float]]) -> str:
    parts, is_broken = [], True
    for x, y in points:
        if math.isfinite(y):
            parts.append(f"{'M' if is_broken else 'L'}{pixel(x)},{pixel(y)}")
        is_broken = not math.isfinite(y)
    return "".join(parts)


def _tick(value: float, decimals: int, *, signed: bool) -> str:
    shown = f"{abs(value):,.{decimals}f}"
    if not shown.strip("0.,"):
        return shown
    return f"{_MINUS if value < 0.0 else '+' if signed else ''}{shown}"
