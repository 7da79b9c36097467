"""The part of a backtest: what is said of each law, and P&L against the VaR of the first with its exceptions ringed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from engine.backtest.kept_backtest import KeptBacktest
from engine.backtest.statistics.outcome import Outcome
from engine.backtest.verdicts import GATE, GATE_TESTS, Verdict
from engine.backtest.walk.day_rows import DayRows
from engine.conventions.currencies import HOME
from engine.report.numbers import NONE, Missing, Number, Scale, count, scale_of
from engine.report.parts import Badge, Chart, Entry, Table, columns, table
from engine.report.pictures.svg import BAD, INK, ONE, TWO, draw
from kernels.types import F64, Dates

MOST_POINTS = 500  # of a chart's line: as many as can be told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestPart:
    """What the page shows of a backtest."""

    verdicts: Table
    charts: tuple[Chart, ...]
    notes: tuple[str, ...]


def backtest_part(kept: KeptBacktest) -> BacktestPart:
    """Return a backtest's verdicts, and a chart for each book over the shortest horizon."""
    first, horizon = kept.laws[0], min(each.horizon_days for each in kept.verdicts)
    scopes = [each.scope for each in kept.verdicts if (each.law, each.horizon_days) == (first, horizon)]
    charts = [_chart(i, kept.rows.of(first, scope, horizon), scope, horizon) for i, scope in enumerate(scopes, start=1)]
    window = f"Forecasts from {kept.first} to {kept.last}; {kept.n_paths:,} draws, seed {kept.seed}"
    return BacktestPart(verdicts=_verdicts(kept, first), charts=tuple(charts), notes=(f"{window}.", f"{GATE}."))


def _verdicts(kept: KeptBacktest, first: str) -> Table:
    heads = columns(
        *("law", "book", "days", "dates", "beyond VaR 99", "expected", "beyond VaR 97.5", "expected"),
        *(f"p {key}" for key in GATE_TESTS),
        *("zone", "FZ0", f"t against {first}", "verdict"),
        words=2,
    )
    caption = (
        "Each law held to the hypothetical P&L that came: p-values, the traffic light of the last 250 days, the mean"
        " score of VaR and ES at 97.5 % (lower is better) and its difference from the first law's."
    )
    return table(caption, heads, [_row(each) for each in kept.verdicts])


def _row(verdict: Verdict) -> list[Entry]:
    light = verdict.light
    said = Badge(text="passes", kind="good") if verdict.passes else Badge(text="fails", kind="bad")
    return [
        verdict.law,
        verdict.scope,
        count(verdict.horizon_days),
        count(verdict.n_days),
        count(verdict.n_99),
        _plain(0.01 * verdict.n_days, 1),
        count(verdict.n_975),
        _plain(0.025 * verdict.n_days, 1),
        *(_p(verdict.tests.get(key)) for key in GATE_TESTS),
        light.zone if light else "",
        _plain(verdict.score, 3),
        _plain(verdict.score_t, 1),
        said,
    ]


def _p(found: Outcome | None) -> Number | Missing:
    return NONE if found is None else _plain(found.p_value, 3)


def _plain(value: float | None, decimals: int) -> Number | Missing:
    return NONE if value is None else Number(value=value, text=f"{value:.{decimals}f}")


def _chart(number: int, rows: DayRows, scope: str, horizon_days: int) -> Chart:
    scale = scale_of(HOME, [*rows.pnl.tolist(), *rows.var_99.tolist()])
    days = "one day" if horizon_days == 1 else f"{horizon_days} days"
    n = int(rows.failed_99.sum())
    alt = (
        f"P&L over {days} and minus VaR 99 % of {rows.law[0]} on {rows.pnl.size:,} dates in {scale.unit}: {n} losses"
        f" exceed it, {0.01 * rows.pnl.size:.1f} are expected."
    )
    key = f"backtest-{number}"
    return Chart(
        key=key,
        title=f"Backtest of {scope}: P&L against the VaR of {rows.law[0]}",
        alt=alt,
        svg=_svg(key, alt, rows, scale),
        table=_exceptions(rows, scale) if n else None,
        note=f"{alt}{_thinning(rows.pnl.size)}",
    )


def _exceptions(rows: DayRows, scale: Scale) -> Table:
    failed = rows.where(rows.failed_99)
    heads = columns("date of the forecast", "P&L", "VaR 99", "factor that lost most", "P&L of its move alone")
    found: list[Sequence[Entry]] = [
        [
            str(failed.date[i]),
            scale.amount(float(failed.pnl[i])),
            scale.amount(float(failed.var_99[i])),
            str(failed.factor[i]),
            scale.amount(float(failed.factor_pnl[i])),
        ]
        for i in range(failed.pnl.size)
    ]
    return table(f"Losses beyond VaR 99 %, in {scale.unit}; P&L gains positive.", heads, found)


def _svg(key: str, alt: str, rows: DayRows, scale: Scale) -> Markup:
    pnl, at_risk, failed = rows.pnl / scale.divisor, -rows.var_99 / scale.divisor, rows.failed_99

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot(*_bars(rows.date, pnl), color=TWO, linewidth=0.6, label="P&L that came")
        axes.plot(*_thinned(rows.date, at_risk), color=ONE, linewidth=1.0, label="minus VaR 99 %")
        ring: dict[str, Any] = {
            "markersize": 7,
            "markerfacecolor": "none",
            "markeredgewidth": 1.4,
            "markeredgecolor": BAD,
        }
        axes.plot(rows.date[failed], pnl[failed], linestyle="none", marker="o", label="exception at 99 %", **ring)
        axes.axhline(0.0, color=INK, linewidth=0.6)
        locator = AutoDateLocator(minticks=3, maxticks=8)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        axes.set(xlabel="date of the forecast", ylabel=f"P&L, {scale.unit}")
        figure.legend(loc="outside lower center", ncols=3)

    return draw(key, alt, 2.9, paint)


def _bars(dates: Dates, pnl: F64) -> tuple[Dates, F64]:
    """Return one line that goes from the least to the greatest P&L of each few dates, 0 among them, and breaks."""
    few = _few(dates.size)
    low, high = np.minimum(np.minimum.reduceat(pnl, few), 0.0), np.maximum(np.maximum.reduceat(pnl, few), 0.0)
    days = np.repeat(dates[few], 3)
    return days, np.stack([low, high, np.full(few.size, np.nan)], axis=1).ravel()


def _thinned(dates: Dates, values: F64) -> tuple[Dates, F64]:
    """Return the least value of each few dates."""
    few = _few(dates.size)
    return dates[few], np.minimum.reduceat(values, few)


def _thinning(n: int) -> str:
    """Say what a chart of `n` dates leaves out; nothing where it has them all."""
    each = -(-n // MOST_POINTS)
    return f" Of {each} dates in a row the worst and best P&L and the largest VaR are drawn." if each > 1 else ""


def _few(n: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return where each of at most 500 groups of neighbours begins."""
    return np.arange(0, n, -(-n // MOST_POINTS), dtype=np.int64)
