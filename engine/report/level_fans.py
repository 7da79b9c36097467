"""Where markets go: fans of the factors' levels in every scenario, after the nights before, with the tail's mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.record.later_tables import Row
from engine.report.numbers import NONE, Figure, confidence_text, level
from engine.report.parts import Chart, Entry, Panel, Panels, columns, table
from engine.report.pictures.fans import Fan
from engine.report.pictures.fans import fans as drawn_fans
from engine.report.sheet import Sheet, finite, nothing
from engine.words.language import Text, month_and_day, name_of
from kernels.types import F64

_MOST_FANS = 8
_AIR = 0.04  # of an axis beyond its outermost levels
_PERCENT = "decimal"  # in the unit of rates, which are shown in percent

_CHOICE = Text("Scenario")
_UNPRINTED = Text("Printed are the main and the worst scenario; the file has all.")
_TITLE = Text("Markets in {scenario}")
_NOTHING_TITLE = Text("Fan charts")
_NOTHING = Text("The record holds no levels of the factors by day.")
_ALT = Text("Quantiles by business day of {factors} in {scenario}.")
_BANDS = Text("Bands: {bands} of paths; dashed: median; line: nights of this record. Yields are par yields.")
_RED = Text(" Red: mean of the worst 1 % of paths.")
_SOURCE = Text(" From {n:,} paths walked day by day.")
_SOURCE_ALL = Text(" From all its paths.")
_CAPTION = Text("Quantiles on business day {day} in {scenario}.")
_FACTOR, _NOW, _TAIL = Text("factor"), Text("start"), Text("worst 1 %, mean")
_LAST_DAY = Text("+{n} d")
_IN_PERCENT, _IN_UNIT = "{factor}, %", "{factor}, {unit}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Levels:
    """The levels of one factor in one scenario, as the record has them."""

    factor: str
    unit: str
    grid: F64  # (n_probabilities, 1 + n_days)
    tail_mean: float | None

    @property
    def size(self) -> float:
        """Return what a level is multiplied by to be shown."""
        return 100.0 if _PERCENT in self.unit else 1.0

    @property
    def title(self) -> str:
        """Return the factor with its unit."""
        return (_IN_PERCENT if self.size > 1.0 else _IN_UNIT).format(factor=self.factor, unit=name_of(self.unit))


def fan_panels(sheet: Sheet) -> Panels | Chart:
    """Return fans of every scenario, on the same axes; or why there are none."""
    names = [each.scenario for each in sheet.first_scenarios if each.scenario in sheet.levels]
    rows = {name: sheet.levels[name] for name in names}
    if not rows:
        return nothing(sheet, "fans", _NOTHING_TITLE, _NOTHING)
    levels = {scenario: _levels(found) for scenario, found in rows.items()}
    past = sheet.past.levels_of(sheet.run.name)
    ends = {
        factor: _ends(levels, past, factor) for factor in {each.factor for found in levels.values() for each in found}
    }
    panels = tuple(
        Panel(
            name=name_of(each.scenario),
            colour=sheet.colour_of(each.scenario),
            is_printed=sheet.number == 1 and each.scenario in (sheet.main.scenario, sheet.worst.scenario),
            charts=(_chart(sheet.of(each), rows[each.scenario], levels[each.scenario], past, ends),),
        )
        for each in sheet.first_scenarios
        if each.scenario in rows
    )
    return Panels(key=sheet.key("how"), label=_CHOICE, panels=panels, unprinted=_UNPRINTED)


def _levels(rows: Sequence[Row]) -> tuple[_Levels, ...]:
    found = []
    probabilities, last = sorted({row["probability"] for row in rows}), max(row["day"] for row in rows)
    for factor in dict.fromkeys(row["factor"] for row in rows):
        mine = [row for row in rows if row["factor"] == factor]
        by_place = {(row["probability"], row["day"]): row["level"] for row in mine}
        grid = np.array([[by_place.get((p, day), np.nan) for day in range(last + 1)] for p in probabilities])
        means = [row["tail_mean"] for row in mine if row["tail_mean"] is not None]
        found.append(_Levels(factor=factor, unit=mine[0]["unit"], grid=grid, tail_mean=means[0] if means else None))
    return tuple(found)


def _ends(
    levels: Mapping[str, Sequence[_Levels]], past: Mapping[str, Sequence[float]], factor: str
) -> tuple[float, float]:
    """Return the lowest and the highest level of a factor in all scenarios, and on the nights before."""
    mine = [each for found in levels.values() for each in found if each.factor == factor]
    values = [*past.get(factor, ()), *(each.tail_mean for each in mine if each.tail_mean is not None)]
    known = np.concatenate([np.array(values, np.float64), *(each.grid.ravel() for each in mine)])
    known = known[np.isfinite(known)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    air = _AIR * (high - low)
    return low - air, high + air


def _chart(
    sheet: Sheet,
    rows: Sequence[Row],
    levels: Sequence[_Levels],
    past: Mapping[str, Sequence[float]],
    ends: Mapping[str, tuple[float, float]],
) -> Chart:
    drawn = [each for each in levels if finite(each.grid)][:_MOST_FANS]
    probabilities = sorted({row["probability"] for row in rows})
    alt = _ALT.format(factors=", ".join(each.factor for each in drawn), scenario=sheet.main_name)
    last = max(row["day"] for row in rows)
    has_means = any(each.tail_mean is not None for each in levels)
    pictured = [_fan(each, past.get(each.factor, ()), ends[each.factor]) for each in drawn]
    today = month_and_day(sheet.night)
    return Chart(
        key=sheet.key("fans"),
        title=_TITLE.format(scenario=sheet.main_name),
        alt=alt,
        svg=drawn_fans(alt, pictured, sheet.colour_of(sheet.main.scenario), today, _LAST_DAY.format(n=last))
        if pictured
        else "",
        table=table(
            _CAPTION.format(day=last, scenario=sheet.main_name),
            columns(_FACTOR, _NOW, *(confidence_text(p) for p in probabilities), *([_TAIL] if has_means else [])),
            [_entries(each, has_means) for each in levels],
        ),
        note=_note(rows, probabilities, has_means=has_means),
        is_wide=True,
    )


def _fan(each: _Levels, past: Sequence[float], ends: tuple[float, float]) -> Fan:
    figures = [_text(each, float(each.grid[i, -1])) for i in (-1, 0)]
    now = float(each.grid[0, 0])
    return Fan(
        title=each.title,
        levels=each.grid,
        ends=(figures[0], figures[1]),
        past=np.array([*past, now] if past else [], np.float64),
        low=ends[0],
        high=ends[1],
        tail_mean=each.tail_mean,
        tail_figure="" if each.tail_mean is None else _text(each, each.tail_mean),
    )


def _text(each: _Levels, value: float) -> str:
    """Return a level as a picture has it: its title has the percent sign."""
    shown = level(value, each.unit)
    return "" if shown is NONE or not hasattr(shown, "text") else shown.text.removesuffix(" %")


def _entries(each: _Levels, has_means: bool) -> list[Entry]:
    shown: list[Figure] = [level(float(value), each.unit) for value in (each.grid[0, 0], *each.grid[:, -1])]
    if has_means:
        shown.append(NONE if each.tail_mean is None else level(each.tail_mean, each.unit))
    return [each.factor, *shown]


def _note(rows: Sequence[Row], probabilities: Sequence[float], *, has_means: bool) -> str:
    pairs = [
        f"{100.0 * low:g}\N{EN DASH}{confidence_text(high)}"
        for low, high in zip(probabilities, reversed(probabilities), strict=True)
        if low < high
    ]
    is_exact = not any(row["se"] for row in rows)
    source = str(_SOURCE_ALL) if is_exact else _SOURCE.format(n=rows[0]["n_paths"] or 0)
    return (
        _BANDS.format(bands=", ".join(pairs))
        + (str(_RED) if has_means else "")
        + (source if rows[0]["n_paths"] else "")
    )
