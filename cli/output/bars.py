"""Bars beside a table on a wide terminal: what adds to the right of a line, what takes off to its left."""

from collections.abc import Sequence

from cli.output.page import Page, Style

WIDEST, LEAST = 40, 12  # columns of all bars
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL, _LINE = "█", "│"
_FULL_PLAIN, _LINE_PLAIN = "#", "|"


def bar_column(values: Sequence[float | None], page: Page, taken: int) -> list[str]:
    """Return a bar a row on one scale, or none where there is no room, no terminal, or nothing to draw.

    taken   columns of a line before the bars
    """
    sizes = [value for value in values if value is not None]
    room = min(WIDEST, (page.width or 0) - taken - 1)
    if not page.has_bars or room < LEAST or not any(sizes):
        return []
    most, least = max([0.0, *sizes]), min([0.0, *sizes])
    unit = (room - 1) / (most - least)  # what is left over is for rounding, on either side of the line
    left = round(-least * unit)
    return ["" if value is None else _bar(value, unit, left, page) for value in values]


def _bar(value: float, unit: float, left: int, page: Page) -> str:
    full, line = (_FULL, _LINE) if page.has_blocks else (_FULL_PLAIN, _LINE_PLAIN)
    if value < 0.0:
        drawn = full * min(max(round(-value * unit), 1), left)
        return f"{' ' * (left - len(drawn))}{page.styled(drawn, Style.GAIN)}{line}"
    eighths = round(8 * value * unit)
    part = _EIGHTHS[eighths % 8].strip() if page.has_blocks else ""
    return f"{' ' * left}{line}{page.styled(full * (eighths // 8) + part, Style.LOSS)}"
