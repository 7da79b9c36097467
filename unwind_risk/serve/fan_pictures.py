"""Fans as plain SVG for browsers without script, and as columns for those that draw them again as parameters move."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from engine.levels.fans import QUANTILES
from kernels.types import F64

WIDTH, HEIGHT = 340, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 54, 8, 22
_BANDS = ((0, 6, "fan1"), (1, 5, "fan2"), (2, 4, "fan3"))  # pairs of quantiles, widest first


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFan:
    """Quantiles of a yield or a rate by day, and where the worst paths of the run's books are on the last."""

    title: str
    unit: str
    start: float  # where all paths start: the scenario's shocks included
    quantiles: F64  # (n_quantiles, n_days), of QUANTILES
    tail: float | None  # mean over the worst 1 %; None: not known of a law that is exact


def fan_json(found: DayFan) -> dict[str, Any]:
    """Return a fan as JSON's types, day 0 first, where all paths start."""
    return {
        "name": found.title,
        "unit": found.unit,
        "days": [*range(found.quantiles.shape[1] + 1)],
        "q": {f"{q:g}": [found.start, *row.tolist()] for q, row in zip(QUANTILES, found.quantiles, strict=True)},
        "worst": found.tail,
    }


def fan_picture(found: DayFan) -> Markup:
    """Draw bands of 1 to 99, 5 to 95 and 25 to 75 %, the median dashed, a red dot for the mean of the worst paths."""
    rows: F64 = np.column_stack([np.full(len(QUANTILES), found.start), found.quantiles])
    ends = [float(rows.min()), float(rows.max()), *([] if found.tail is None else [found.tail])]
    low, high = min(ends), max(ends)
    room = 0.04 * ((high - low) or 1.0)
    low, high, n = low - room, high + room, int(rows.shape[1]) - 1

    def x(day: float) -> float:
        return _LEFT + day / n * (WIDTH - _LEFT - _RIGHT)

    def y(level: float) -> float:
        return HEIGHT - _BOTTOM - (level - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)

    def line(row: Sequence[float], days: Sequence[int]) -> str:
        return " ".join(f"{x(day):.1f},{y(level):.1f}" for day, level in zip(days, row, strict=True))

    days = [*range(n + 1)]
    bands = [
        f'<path class="{kind}" d="M{line(rows[one], days)} {line(rows[other][::-1], days[::-1])}Z"/>'
        for one, other, kind in _BANDS
    ]
    median = f'<path class="median" d="M{line(rows[3], days)}"/>'
    labels = [_label(x(n) + 6.0, y(rows[k][-1]), rows[k][-1], "tick") for k in (0, 6)]
    worst = "" if found.tail is None else _dot(x(n), y(found.tail), found.tail)
    ticks = f'<text class="tick" x="{x(0):.0f}" y="{HEIGHT - 5}">today</text><text class="tick" x="{x(n):.0f}"'
    ticks += f' y="{HEIGHT - 5}" text-anchor="end">+{n} d</text>'
    start = _label(_LEFT - 6.0, y(found.start), found.start, "tick", anchor="end")
    alt = escape(f"{found.title}, {found.unit}: quantiles by day, as in the table")
    head = f'<svg class="fan" role="img" aria-label="{alt}" viewBox="0 0 {WIDTH} {HEIGHT}">'
    return Markup(f"{head}{''.join(bands)}{median}{start}{''.join(labels)}{worst}{ticks}</svg>")


def level_text(level: float) -> str:
    """Return a level as an axis has it: two decimals, one of hundreds."""
    return f"{level:.1f}" if abs(level) >= 100.0 else f"{level:.2f}"


def _label(x: float, y: float, level: float, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y + 4.0:.1f}" text-anchor="{anchor}">{level_text(level)}</text>'


def _dot(x: float, y: float, level: float) -> str:
    return f'<circle class="worst" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>{_label(x + 6.0, y, level, "worst")}'
