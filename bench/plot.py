"""Seconds against paths, as a picture: the rows of the case `crossover`."""

from collections import defaultdict
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.records import CaseResult
from engine.analysis.picture import check_picture
from engine.errors import InputError


def check_plot(path: Path, cases: Sequence[str]) -> None:
    """Refuse, before anything is timed, a picture that could not be drawn."""
    if "crossover" not in cases:
        raise InputError("a plot shows the case 'crossover'; name it too, or name no case")
    check_picture(path)


def plot(cases: Sequence[CaseResult], title: str, path: Path) -> None:
    """Write the picture: one line a backend, both axes logarithmic."""
    case = next(case for case in cases if case.name == "crossover")
    lines: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in case.rows:
        lines[row.name.split(",")[0]].append((row.work, row.median_s))
    figure: Any = import_module("matplotlib.figure").Figure(figsize=(7.0, 4.5), layout="constrained")
    axes = figure.subplots()
    for name, points in lines.items():
        axes.loglog(*zip(*points, strict=True), marker="o", label=name)
    axes.set(xlabel="paths", ylabel="seconds", title=f"{case.title}\n{title}")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.savefig(path)
