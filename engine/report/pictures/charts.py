"""The pictures, from arrays already in the unit that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from engine.report.pictures.svg import BAD, FOUR, INK, ONE, THREE, TWO, draw
from kernels.types import F64

SERIES = (ONE, TWO, THREE, FOUR)
_MARKERS = "Dsovp"  # of measures beside the first
_TAIL_POINTS = 120


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Density:
    """The P&L of one scenario."""

    label: str
    edges: F64  # (n_bins + 1,)
    density: F64  # (n_bins,) share of the paths per unit
    tail: F64  # the worst P&L, ascending
    n_paths: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One night of a history."""

    night: date
    value_at_risk: float
    low: float
    high: float
    pnl: float | None  # realised after the night; gains positive
    is_exception: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One book."""

    label: str
    value: float  # of the first measure, alone
    se: float
    marks: tuple[float, ...]  # of the other measures, alone
    component: float | None = None  # of the total's first measure; None: not known
    component_se: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BandBar:
    """One scope's figure over sets of parameters."""

    label: str
    low: float  # 5 % of the sets
    middle: float
    high: float  # 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class TornadoBar:
    """One parameter's share of a band."""

    label: str
    share: float
    share_se: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fan:
    """One factor's levels by day."""

    title: str
    days: F64  # (n_days,)
    probabilities: tuple[float, ...]  # ascending
    levels: F64  # (n_probabilities, n_days)


def distribution(
    key: str, alt: str, densities: Sequence[Density], marks: Sequence[tuple[str, float]], unit: str
) -> Markup:
    """Draw densities with the first one's tail filled beyond the first mark, and the probability of losses in it.

    marks   names of losses and the losses, positive
    """

    def paint(figure: Figure) -> None:
        places: dict[str, Any] = figure.subplot_mosaic([["main", "main"], ["all", "tail"]], height_ratios=(1.25, 1.0))
        _main_density(places["main"], densities[0], marks)
        places["main"].set(title=densities[0].label, xlabel=f"P&L, {unit}", ylim=(0.0, None))
        for one, colour in zip(densities, SERIES, strict=False):
            places["all"].stairs(one.density, one.edges, color=colour, linewidth=1.0, baseline=None, label=one.label)
            losses, above = _exceedance(one)
            places["tail"].plot(losses, above, color=colour, linewidth=1.2, drawstyle="steps-post")
        places["all"].set(title="all scenarios", xlabel=f"P&L, {unit}", ylim=(0.0, None))
        places["tail"].set(title="worst 1 %", xlabel=f"loss, {unit}", ylabel="P(larger loss)", yscale="log")
        places["tail"].yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100.0 * share:g} %"))
        places["tail"].minorticks_off()
        for name, axes in places.items():
            axes.xaxis.set_major_locator(MaxNLocator(9 if name == "main" else 5))
            if name != "tail":
                axes.set_yticks([])
                axes.set_ylabel("density")
        figure.legend(*places["all"].get_legend_handles_labels(), loc="outside lower center", ncols=4)

    return draw(key, alt, 4.8, paint)


def history(key: str, alt: str, days: Sequence[Day], unit: str) -> Markup:
    """Draw minus VaR by night with its interval, realised P&L as dots, exceptions ringed."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        nights = _dates([day.night for day in days])
        axes.fill_between(nights, [-d.high for d in days], [-d.low for d in days], color=ONE, alpha=0.25, linewidth=0)
        axes.plot(nights, [-day.value_at_risk for day in days], color=ONE, marker=".", label="minus VaR of the night")
        _dots(axes, [day for day in days if day.pnl is not None], "realised P&L after it", color=INK, markersize=3)
        ring = {"markersize": 10, "markerfacecolor": "none", "markeredgewidth": 1.6, "markeredgecolor": BAD}
        _dots(axes, [day for day in days if day.is_exception], "backtest exception", **ring)
        axes.axhline(0.0, color=INK, linewidth=0.6)
        locator = AutoDateLocator(minticks=3, maxticks=8)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        axes.set(xlabel="night", ylabel=f"P&L, {unit}")
        figure.legend(loc="outside lower center", ncols=3)

    return draw(key, alt, 2.9, paint)


def books(key: str, alt: str, bars: Sequence[Bar], names: Sequence[str], unit: str) -> Markup:
    """Draw a measure of each book alone with two standard errors, others as marks, and below what it contributes.

    names   of the measures, the bars' first
    """
    has_components = any(bar.component is not None for bar in bars)
    height = 0.36 if has_components else 0.6

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        rows = np.arange(len(bars))[::-1].astype(np.float64)
        alone = rows + (0.5 * height if has_components else 0.0)
        values, ses = [bar.value for bar in bars], [bar.se for bar in bars]
        label = f"{names[0]} alone, ± two standard errors"
        _error_bars(axes, alone, values, ses, height=height, color=ONE, label=label)
        for i, (name, marker) in enumerate(zip(names[1:], _MARKERS, strict=False)):
            marks = [bar.marks[i] for bar in bars]
            axes.plot(marks, alone, marker=marker, markersize=4, linestyle="none", color=TWO, label=f"{name} alone")
        if has_components:
            known = [(row, bar) for row, bar in zip(rows, bars, strict=True) if bar.component is not None]
            below = np.array([row - 0.5 * height for row, _ in known])
            shares, share_ses = [bar.component for _, bar in known], [bar.component_se for _, bar in known]
            _error_bars(axes, below, shares, share_ses, height=height, color=THREE, label=f"contribution to {names[0]}")
        axes.set_yticks(rows, [bar.label for bar in bars])
        axes.axvline(0.0, color=INK, linewidth=0.6)
        axes.grid(visible=False, axis="y")
        axes.set(xlabel=f"loss, {unit}")
        figure.legend(loc="outside lower center", ncols=3)

    return draw(key, alt, 1.1 + (0.36 if has_components else 0.24) * len(bars), paint)


def convergence(
    key: str,
    alt: str,
    n_paths: Sequence[int],
    values: F64,
    low: F64,
    high: F64,
    final: tuple[int, float],
    name: str,
    unit: str,
) -> Markup:
    """Draw a measure and its interval against the number of paths; the run's own as the last point.

    values, low, high   (n,) in `unit`, from `n_paths` (n,) paths; a NaN end is not drawn
    """

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.fill_between(n_paths, low, high, color=ONE, alpha=0.25, linewidth=0, label="95 % interval")
        axes.plot(n_paths, values, color=ONE, marker=".", label=f"{name} of the first paths")
        axes.plot(*final, color=TWO, marker="D", markersize=5, linestyle="none", label=f"{name} of the whole run")
        axes.axhline(final[1], color=TWO, linewidth=0.8, linestyle="--")
        axes.set(xlabel="paths", ylabel=f"{name}, {unit}", xscale="log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
        axes.minorticks_off()
        figure.legend(loc="outside lower center", ncols=3)

    return draw(key, alt, 2.7, paint)


def bands(key: str, alt: str, bars: Sequence[BandBar], name: str, unit: str) -> Markup:
    """Draw a figure from 5 to 95 % of the sets, one bar a scope, the median as a mark."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        rows = np.arange(len(bars))[::-1].astype(np.float64)
        widths, lows = [bar.high - bar.low for bar in bars], [bar.low for bar in bars]
        axes.barh(rows, widths, left=lows, height=0.5, color=ONE, label="5 to 95 % of the sets of parameters")
        middles = [bar.middle for bar in bars]
        axes.plot(middles, rows, marker="D", markersize=5, linestyle="none", color=TWO, label="median")
        axes.set_yticks(rows, [bar.label for bar in bars])
        axes.axvline(0.0, color=INK, linewidth=0.6)
        axes.grid(visible=False, axis="y")
        axes.set(xlabel=f"{name}, {unit}")
        figure.legend(loc="outside lower center", ncols=2)

    return draw(key, alt, 1.1 + 0.24 * len(bars), paint)


def tornado(key: str, alt: str, bars: Sequence[TornadoBar], name: str) -> Markup:
    """Draw the share of each parameter in the variance of a figure over sets, the largest on top."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        rows = np.arange(len(bars))[::-1].astype(np.float64)
        shares, ses = [bar.share for bar in bars], [bar.share_se for bar in bars]
        label = f"share of the variance of {name} over sets, ± two standard errors"
        _error_bars(axes, rows, shares, ses, height=0.6, color=THREE, label=label)
        axes.set_yticks(rows, [bar.label for bar in bars])
        axes.set_xlim(left=0.0)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.grid(visible=False, axis="y")
        figure.legend(loc="outside lower center")

    return draw(key, alt, 1.0 + 0.24 * len(bars), paint)


def fans(key: str, alt: str, found: Sequence[Fan]) -> Markup:
    """Draw bands between pairs of quantiles by day, one small chart a factor."""
    n_rows = -(-len(found) // 2)

    def paint(figure: Figure) -> None:
        places = figure.subplots(n_rows, 2, squeeze=False)
        for axes, fan in zip(places.flat, found, strict=False):
            for i in range(len(fan.probabilities) // 2):
                low, high = fan.levels[i], fan.levels[-1 - i]
                axes.fill_between(fan.days, low, high, color=ONE, alpha=0.22, linewidth=0)
            if len(fan.probabilities) % 2:
                axes.plot(fan.days, fan.levels[len(fan.probabilities) // 2], color=ONE, linewidth=1.2)
            axes.set(title=fan.title, xlabel="business day")
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            if fan.title.endswith("%"):
                axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=None))
        for axes in places.flat[len(found) :]:
            axes.set_axis_off()

    return draw(key, alt, 2.1 * n_rows, paint)


def _main_density(axes: Any, one: Density, marks: Sequence[tuple[str, float]]) -> None:
    axes.stairs(one.density, one.edges, color=ONE, fill=True, alpha=0.4, linewidth=0)
    first = marks[0][1]
    inside = int(np.searchsorted(one.edges, -first))
    if inside:
        ends = np.append(one.edges[:inside], min(-first, one.edges[-1]))
        axes.stairs(one.density[: ends.size - 1], ends, color=BAD, fill=True, alpha=0.8, linewidth=0)
    for i, (name, loss) in enumerate(marks):
        word, line, side = (f"{name} ", ":", "right") if i else (f" {name}", "--", "left")
        axes.axvline(-loss, color=INK, linewidth=0.9, linestyle=line)
        axes.annotate(word, (-loss, 0.97), xycoords=("data", "axes fraction"), ha=side, va="top", fontsize=8.5)


def _exceedance(one: Density) -> tuple[F64, F64]:
    """Losses of the tail, ascending, and the share of paths with a larger one; thinned out evenly in the logarithm."""
    n = one.tail.size
    ranks = np.unique(np.geomspace(1, n, _TAIL_POINTS).astype(np.int64)) if n else np.zeros(0, np.int64)
    return -one.tail[ranks - 1][::-1], (ranks / one.n_paths)[::-1]


def _error_bars(axes: Any, rows: F64, values: Sequence[float | None], ses: Sequence[float], **style: Any) -> None:
    axes.barh(rows, values, **style)
    axes.errorbar(values, rows, xerr=[2.0 * se for se in ses], fmt="none", ecolor=INK, elinewidth=1.0)


def _dots(axes: Any, days: Sequence[Day], label: str, **style: Any) -> None:
    if days:
        pnl = [day.pnl for day in days]
        axes.plot(_dates([day.night for day in days]), pnl, marker="o", linestyle="none", label=label, **style)


def _dates(days: Sequence[date]) -> F64:
    found: F64 = np.array([date2num(day) for day in days])
    return found
