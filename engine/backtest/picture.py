"""P&L against VaR as a picture: what came each day, what was foreseen, exceptions ringed. Needs matplotlib."""

from pathlib import Path
from typing import Any

import numpy as np

from engine.backtest.walk.day_rows import DayRows
from engine.levels.levels_file import new_file
from engine.levels.picture import INK, SETTINGS, UNDATED

GAIN_OR_LOSS, FORESEEN, RING = "#6a8fb5", "#222222", "#b3261e"
BILLION = 1e9


def draw(rows: DayRows, law: str, currency: str, path: Path) -> None:
    """Write the picture of one law: a panel for each book and horizon. `path` ends in .png, .svg or .pdf."""
    with new_file(path) as part, _settings():
        figure_of(rows, law, currency).savefig(part, format=path.suffix[1:], metadata=UNDATED[path.suffix])


def figure_of(rows: DayRows, law: str, currency: str) -> Any:
    """Return the same as a figure of matplotlib."""
    from matplotlib.figure import Figure  # here, as below: an extra of the package, and slow to load

    trials = [(scope, horizon) for name, scope, horizon in rows.trials() if name == law]
    with _settings():
        figure = Figure(figsize=(10.0, 0.9 + 2.4 * len(trials)), layout="constrained", dpi=150)
        panels = figure.subplots(len(trials), 1, squeeze=False).ravel()
        for panel, (scope, horizon) in zip(panels, trials, strict=True):
            _panel(panel, rows.of(law, scope, horizon), scope, horizon, currency)
        figure.suptitle(f"P&L against the VaR of {law}", x=0.01, ha="left", fontsize=12.0, color=INK)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower left", ncols=len(labels))
    return figure


def _settings() -> Any:
    """Return a context in which pictures look alike on every machine."""
    import matplotlib

    return matplotlib.rc_context({**matplotlib.rcParamsDefault, **SETTINGS})


def _panel(axes: Any, rows: DayRows, scope: str, horizon_days: int, currency: str) -> None:
    pnl, failed = rows.pnl / BILLION, rows.failed_99
    axes.vlines(rows.date, np.minimum(pnl, 0.0), np.maximum(pnl, 0.0), color=GAIN_OR_LOSS, linewidth=0.5, label="P&L")
    axes.plot(rows.date, -rows.var_99 / BILLION, color=FORESEEN, linewidth=0.9, label="VaR 99 %")
    axes.plot(
        *(rows.date, -rows.es_975 / BILLION),
        color=FORESEEN,
        linewidth=0.7,
        linestyle=(0, (4, 1.5)),
        label="ES 97.5 %",
    )
    axes.plot(
        *(rows.date[failed], pnl[failed]),
        linestyle="none",
        marker="o",
        markersize=5.0,
        markerfacecolor="none",
        markeredgecolor=RING,
        label="exception at 99 %",
    )
    days = "one day" if horizon_days == 1 else f"{horizon_days} days"
    expected = 0.01 * rows.pnl.size
    axes.set(
        title=f"{scope}, {days}: {int(failed.sum())} exceptions at 99 %, {expected:.1f} expected",
        ylabel=f"{currency} bn",
    )
    axes.grid(visible=True, axis="y")
    axes.margins(x=0.005)
