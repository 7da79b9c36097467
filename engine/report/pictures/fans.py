"""Fans: what a level was, and the bands in which simulated ones lie, a small chart a factor.

A red dot is the mean level on the worst 1 % of paths.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from engine.report.parts import short
from engine.report.pictures.svg import (
    Axis,
    Width,
    area,
    at_both_widths,
    dot,
    line,
    plumb_line,
    text,
)
from kernels.types import F64

_PANELS = {False: 4, True: 2}  # side by side, by whether the width is narrow
_GAP, _HEIGHT, _TOP, _BELOW, _FIGURES = 16.0, 168.0, 26.0, 20.0, 42.0  # pixels
_PAST = 0.32  # of a panel's width, for what was
_LEAST_APART = 12.0  # pixels between two figures


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fan:
    """One factor's levels, in the unit that is shown."""

    title: str
    levels: F64  # (n_probabilities, 1 + n_days) of ascending probabilities; day 0 first
    ends: tuple[str, str]  # the outermost quantiles on the last day, as the table has them
    past: F64  # (n_nights,) the level on nights before and on this one, ascending in time
    low: float  # of the axis, the same in all scenarios
    high: float
    tail_mean: float | None  # on the last day; None: not recorded
    tail_figure: str


def fans(alt: str, found: Sequence[Fan], colour: int, today: str, end: str) -> Markup:
    """Draw a panel a factor; `today` and `end` are written below the day of the night and the last."""
    return at_both_widths(alt, lambda width: _drawn(width, found, colour, (today, end)))


def _drawn(width: Width, found: Sequence[Fan], colour: int, ends: tuple[str, str]) -> tuple[float, str]:
    n = _PANELS[width.is_narrow]
    across = (width.pixels - _GAP * (n - 1)) / n
    starts = [k % n * (across + _GAP) for k in range(len(found))]
    axes = [Axis(low=0.0, high=1.0, start=start, end=start + across - _FIGURES) for start in starts]
    panels = [_panel(*each, _HEIGHT * (k // n), ends) for k, each in enumerate(zip(found, axes, strict=True))]
    return _HEIGHT * -(-len(found) // n), f'<g class="c{colour}">{"".join(panels)}</g>'


def _panel(fan: Fan, across: Axis, top: float, ends: tuple[str, str]) -> str:
    up = Axis(low=fan.low, high=fan.high, start=top + _HEIGHT - _BELOW - 8.0, end=top + _TOP)
    now = _PAST if fan.past.size > 1 else 0.0
    n_days = fan.levels.shape[1] - 1
    days = [across.at(now + (1.0 - now) * day / n_days) for day in range(n_days + 1)]
    nights = [across.at(now * k / (fan.past.size - 1)) for k in range(fan.past.size)] if now else []
    ways = [[(x, up.at(v)) for x, v in zip(days, row, strict=True)] for row in fan.levels.tolist()]
    n = len(ways)
    bands = [area("band", ways[-1 - i], ways[i]) for i in range(n // 2)]
    bottom = top + _HEIGHT - _BELOW
    return "".join(
        (
            text("label strong", across.start, top + 13.0, short(fan.title, 22)),
            *bands,
            line("median", ways[n // 2]) if n % 2 else "",
            plumb_line("zero", days[0], top + _TOP - 4.0, bottom),
            line("past", [(x, up.at(v)) for x, v in zip(nights, fan.past.tolist(), strict=True)] if nights else []),
            text("tick", days[0], bottom + 13.0, ends[0], "middle" if now else "start"),
            text("tick", days[-1], bottom + 13.0, ends[1], "end"),
            *_figures(fan, up, days[-1]),
        )
    )


def _figures(fan: Fan, up: Axis, x: float) -> list[str]:
    """Write the outermost quantiles and the tail's mean beside the last day, none over another."""
    wanted = [(up.at(float(fan.levels[i, -1])), "tick", words) for i, words in zip((-1, 0), fan.ends, strict=True)]
    found = []
    if fan.tail_mean is not None:
        y = up.at(fan.tail_mean)
        found.append(dot("exception", x, y, 4.0))
        found.append(text("figure exceeds", x + 6.0, y + 4.0, fan.tail_figure))
        wanted = [(_apart(height, y), kind, words) for height, kind, words in wanted]
    return [*found, *(text(kind, x + 6.0, height + 4.0, words) for height, kind, words in wanted)]


def _apart(height: float, other: float) -> float:
    """Return a height that is far enough from another for both to be read."""
    if abs(height - other) >= _LEAST_APART:
        return height
    return other + (_LEAST_APART if height > other else -_LEAST_APART)
