"""Seconds against paths, as a picture: the rows of the case `crossover`."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.records import CaseResult, Row
from engine.errors import InputError
from engine.levels.picture import check_picture


def check_plot(path: Path, cases: Sequence[str]) -> None:
    """Refuse, before anything is timed, a picture that could not be drawn."""
    if "crossover" not in cases:
        raise InputError("a plot shows the case 'crossover'; name it too, or name no case")
    check_picture(path)


def draw_plot(cases: Sequence[CaseResult], title: str, path: Path) -> None:
    """Write the picture: kernels alone on the left, whole runs on the right, one line a contender, axes logarithmic."""
    from matplotlib.figure import Figure  # here: an extra of the package, and slow to load

    case = next(case for case in cases if case.name == "crossover")
    kinds = list(dict.fromkeys(row.note for row in case.rows))
    colours = {name: f"C{i}" for i, name in enumerate(dict.fromkeys(_contender(row) for row in case.rows))}
    figure: Any = Figure(figsize=(5.0 * len(kinds), 4.8), layout="constrained")
    panels = figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    for kind, axes in zip(kinds, panels, strict=True):
        for name, points in _lines(case, kind).items():
            axes.loglog(*zip(*points, strict=True), marker="o", markersize=4, color=colours[name], label=name)
        axes.set(xlabel="paths", title=kind)
        axes.grid(visible=True, which="major", alpha=0.3)
    panels[0].set(ylabel="seconds")
    panels[0].legend()
    figure.suptitle(f"{case.title}\n{title}", fontsize="medium")
    figure.savefig(path)


def _lines(case: CaseResult, kind: str) -> dict[str, list[tuple[float, float]]]:
    lines: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in case.rows:
        if row.note == kind:
            lines[_contender(row)].append((row.work, row.median_s))
    return lines


def _contender(row: Row) -> str:
    return row.name.partition(",")[0]
