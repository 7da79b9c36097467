"""P&L by date against minus VaR: grey bars, a line a law with its name at its end, red dots where a loss exceeds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from markupsafe import Markup

from engine.report.parts import short
from engine.report.pictures.svg import (
    Axis,
    Width,
    at_both_widths,
    dot,
    label_room,
    level_line,
    line,
    plumb_line,
    text,
    vertical_axis,
)
from kernels.types import F64, Dates

MOST_POINTS = 500  # of a line: as many as can be told apart
_HEIGHT, _LEFT, _TOP, _BELOW = 240.0, 34.0, 8.0, 20.0
_LEAST_APART = 13.0  # pixels between two names at the lines' ends
_NAMED = 2  # the worst exceptions, which have their dates beside them
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TICKS = (1, 2, 3, 6, 12)  # months between two of the dates below


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VarLine:
    """VaR of one law by date."""

    label: str
    colour: int
    value_at_risk: F64  # (n_dates,) losses positive; NaN: not known


def exceptions(
    alt: str, dates: Dates, pnl: F64, lines: Sequence[VarLine], is_exception: Sequence[bool], figures: Sequence[str]
) -> Markup:
    """Draw P&L (n_dates,), NaN where none came, and the exceptions; `figures` (n_dates,) are the P&L as in tables."""
    failed = np.asarray(is_exception, bool)
    return at_both_widths(alt, lambda width: _drawn(width, dates, pnl, lines, failed, figures))


def _drawn(
    width: Width, dates: Dates, pnl: F64, lines: Sequence[VarLine], failed: np.ndarray, figures: Sequence[str]
) -> tuple[float, str]:
    labels = [short(each.label, 9 if width.is_narrow else 16) for each in lines]
    days = dates.astype(np.int64).astype(np.float64)
    known = np.concatenate([pnl, *(-each.value_at_risk for each in lines)])
    known = known[np.isfinite(known)]
    across = Axis(low=float(days[0]), high=float(days[-1]), start=_LEFT, end=width.pixels - label_room(labels) - 4.0)
    up = Axis(low=min(0.0, float(known.min())), high=max(0.0, float(known.max())), start=_HEIGHT - _BELOW, end=_TOP)
    heights = [(up.at(-float(each.value_at_risk[-1])), each, label) for each, label in zip(lines, labels, strict=True)]
    places = zip(np.flatnonzero(failed), days[failed], pnl[failed], strict=True)
    parts = [
        vertical_axis(up, _LEFT, across.end, 4 if width.is_narrow else 6, signed=True),
        *_dates_below(dates, across, 4 if width.is_narrow else 8),
        _bars(days, pnl, across, up),
        level_line("zero", _LEFT, across.end, up.at(0.0)),
        *(_var_line(days, each, across, up) for each in lines),
        *_names(heights, across.end + 5.0),
        *(dot("exception", across.at(day), up.at(value), 3.5) for _, day, value in places),
        *_worst_named(width, dates, pnl, failed, figures, across, up),
    ]
    return _HEIGHT, "".join(parts)


def _bars(days: F64, pnl: F64, across: Axis, up: Axis) -> str:
    """Draw the least and the greatest P&L of each few dates as bars, in one path."""
    few = _few(days.size)
    shown = np.nan_to_num(pnl)
    low, high = np.minimum(np.minimum.reduceat(shown, few), 0.0), np.maximum(np.maximum.reduceat(shown, few), 0.0)
    ways = [
        f"M{across.at(day):.1f},{up.at(a):.1f}V{up.at(b):.1f}"
        for day, a, b in zip(days[few], low, high, strict=True)
        if a or b
    ]
    return f'<path class="pnl" d="{"".join(ways)}"/>'


def _var_line(days: F64, each: VarLine, across: Axis, up: Axis) -> str:
    """Draw minus the largest VaR of each few dates."""
    few = _few(days.size)
    values = np.fmin.reduceat(-each.value_at_risk, few)
    points = [(across.at(float(day)), up.at(float(value))) for day, value in zip(days[few], values, strict=True)]
    return line(f"law c{each.colour}", points)


def _names(heights: Sequence[tuple[float, VarLine, str]], x: float) -> list[str]:
    """Write the lines' names at their ends, far enough apart to be read, none below the picture's bottom."""
    in_order = sorted(heights, key=lambda one: one[0])
    places = list(accumulate((height for height, _, _ in in_order), lambda last, own: max(own, last + _LEAST_APART)))
    room = _HEIGHT - _BELOW
    for k in reversed(range(len(places))):
        places[k] = min(places[k], room)
        room = places[k] - _LEAST_APART
    return [
        text(f"label c{each.colour}", x, place + 4.0, label)
        for place, (_, each, label) in zip(places, in_order, strict=True)
    ]


def _worst_named(
    width: Width, dates: Dates, pnl: F64, failed: np.ndarray, figures: Sequence[str], across: Axis, up: Axis
) -> list[str]:
    worst = sorted(np.flatnonzero(failed).tolist(), key=lambda i: pnl[i])[:_NAMED]
    found = []
    for i in worst:
        x, y = across.at(float(dates[i].astype(np.int64))), up.at(float(pnl[i]))
        is_left = x > _LEFT + 90.0
        said = f"{_day(dates[i])} {figures[i]}"
        found.append(
            text("figure exceeds", x - 7.0 if is_left else x + 7.0, y + 4.0, said, "end" if is_left else "start")
        )
    return found


def _dates_below(dates: Dates, across: Axis, most: int) -> list[str]:
    months = np.arange(dates[0].astype("datetime64[M]"), dates[-1].astype("datetime64[M]") + np.timedelta64(1, "M"))[1:]
    if not months.size:
        ends = ((dates[0], "start"), (dates[-1], "end"))
        return [
            text("tick", across.at(float(day.astype(np.int64))), _HEIGHT - 5.0, _day(day), side) for day, side in ends
        ]
    years = int(months[-1].astype(int) - months[0].astype(int)) // 12
    apart = next((n for n in _TICKS if months.size <= n * most), 12 * (years // most + 1))
    found = []
    for month in months[months.astype(int) % apart == 0]:
        x = across.at(float(month.astype("datetime64[D]").astype(np.int64)))
        found += [
            plumb_line("grid", x, _TOP, _HEIGHT - _BELOW),
            text("tick", x, _HEIGHT - 5.0, _month(month), "middle"),
        ]
    return found


def _month(month: np.datetime64) -> str:
    """Return a month's name; January's is its year."""
    year, number = divmod(int(month.astype(int)), 12)
    return _MONTHS[number] if number else str(1970 + year)


def _day(day: np.datetime64) -> str:
    plain = day.astype("datetime64[D]").item()
    return f"{plain.day} {_MONTHS[plain.month - 1]}"


def _few(n: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return where each of at most 500 groups of neighbours begins."""
    return np.arange(0, n, -(-n // MOST_POINTS), dtype=np.int64)
