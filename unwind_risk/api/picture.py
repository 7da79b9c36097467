"""The distribution of a run's P&L as a picture. Needs matplotlib, the extra `plot`."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import InputError
from kernels.types import F64, Array

N_BINS = 120
FAR = 0.0005  # of the paths, the largest gains, may lie beyond the picture; of losses none does
COLOURS = ("#1f4e79", "#b5482a", "#4b7f52", "#7a5195", "#8c6d31", "#5a5a5a")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Picture:
    """A picture: a notebook shows it, `save` writes it."""

    figure: Any  # matplotlib's, to be changed at will

    def save(self, path: str | Path) -> None:
        """Write it; the end of the path, such as .png or .svg, says how. Raises InputError where it cannot be."""
        try:
            self.figure.savefig(path)
        except (OSError, ValueError) as error:
            raise InputError(f"{str(path)!r} cannot be written: {error}") from None

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png")
        return buffer.getvalue()


def check_matplotlib() -> None:
    """Refuse where there is no matplotlib. Raises InputError with the way out."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise InputError(f"a plot needs matplotlib: {error}; pip install 'unwind-risk[plot]'") from None


def distribution(
    samples: Mapping[str, tuple[Array, F64 | None]], marks: Mapping[str, float], mark: str, axis: str
) -> Picture:
    """Draw the distribution of each sample, and a line at a loss of each.

    Parameters
    ----------
    samples : by scenario, P&L (n_paths,) and how likely each is; None: all alike
    marks : by scenario, the loss [as the P&L] at which a line stands
    mark : what the lines are, in words
    axis : what the P&L is, with its unit
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.2), layout="constrained", dpi=110)
    axes = figure.subplots()
    ends = np.array([(pnl.min(), np.quantile(pnl, 1.0 - FAR)) for pnl, _ in samples.values()])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    edges = np.linspace(low, high if high > low else low + 1.0, N_BINS + 1)
    for i, (name, (pnl, weights)) in enumerate(samples.items()):
        colour, likely = COLOURS[i % len(COLOURS)], np.ones(pnl.size) if weights is None else weights
        heights = np.histogram(pnl, edges, weights=likely)[0] / likely.sum()
        axes.stairs(heights, edges, color=colour, label=name)
        axes.axvline(-marks[name], color=colour, linestyle=":", linewidth=1.2)
        axes.plot(float(pnl.min()), 0.0, color=colour, marker="|", markersize=14.0, clip_on=False)
    axes.set(xlabel=f"{axis}; dotted: {mark}; on the axis: the worst path", ylabel="share of the paths")
    axes.spines[["right", "top"]].set_visible(False)
    axes.legend(frameon=False)
    return Picture(figure=figure)


def bars(parts: Mapping[str, Mapping[str, float]], axis: str) -> Picture:
    """Draw what parts add or take off, a panel for each of several, its parts from top to bottom.

    Parameters
    ----------
    parts : by the panel's title, the amount of each part by its name
    axis : what the amounts are, with their unit
    """
    from matplotlib.figure import Figure

    rows = sum(len(each) for each in parts.values())
    figure = Figure(figsize=(8.0, 1.0 + 0.5 * len(parts) + 0.24 * rows), layout="constrained", dpi=110)
    panels = figure.subplots(len(parts), 1, squeeze=False, height_ratios=[len(each) for each in parts.values()])
    for axes, (title, each) in zip(panels[:, 0], parts.items(), strict=True):
        amounts = list(each.values())
        axes.barh(list(each), amounts, color=[COLOURS[amount >= 0.0] for amount in amounts])
        axes.set_title(title, loc="left", fontsize=10.0)
        axes.axvline(0.0, color="black", linewidth=0.8)
        axes.invert_yaxis()
        axes.spines[["right", "top"]].set_visible(False)
    panels[-1, 0].set_xlabel(axis)
    return Picture(figure=figure)
