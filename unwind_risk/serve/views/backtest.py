"""Backtest: what laws foresaw and what came, in a table and as exceptions over time."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import APIRouter
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from engine.backtest.bundled_verdicts import bundled_verdicts
from engine.backtest.kept_backtest import VERDICTS, KeptBacktest, read_backtest
from engine.backtest.statistics.outcome import Outcome
from engine.backtest.verdicts import GATE, Verdict
from engine.backtest.walk.day_rows import DayRows
from engine.conventions.currencies import HOME
from engine.errors import InputError
from engine.report.numbers import NONE, Missing, Number, count, scale_of
from engine.report.parts import Badge, Entry, Table, columns, table
from unwind_risk.serve.command_lines import command_line
from unwind_risk.serve.pages import page_text
from unwind_risk.serve.state import Chosen, ServeState, State, here_of

ROUTER = APIRouter()
P_VALUES = ("kupiec_99", "christoffersen_99")  # of the tests, those that a desk asks for first
WIDTH, HEIGHT, LEFT = 720, 220, 48
MOST_BARS = 700  # days of a picture


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSeries:
    """Which law, book and horizon the picture is of."""

    law: str
    scope: str
    horizon_days: int


@ROUTER.get("/backtest", response_class=HTMLResponse, include_in_schema=False)
def show(state: State, chosen: Chosen, law: str = "", scope: str = "") -> str:
    """Show verdicts, and one law's exceptions."""
    kept = _kept(state)
    page: dict[str, Any] = {"view": "backtest", "here": here_of(state, chosen)}
    if kept is None:
        found = bundled_verdicts()
        line = command_line(["backtest", "--history", "FOLDER", "--from", "2020-01-01", "--to", "2025-05-30"])
        return page_text(
            "backtest.html",
            **page,
            verdicts=_bundled(),
            basis=found.basis,
            laws=(),
            scopes=(),
            law="",
            scope="",
            picture="",
            caption="",
            gate=GATE,
            command=f"{line} --out days && {command_line(['serve', state.settings.record, '--backtest', 'days'])}",
        )
    horizon = min(each.horizon_days for each in kept.verdicts)
    scopes = tuple(dict.fromkeys(each.scope for each in kept.verdicts))
    series = ChosenSeries(
        law=_one_of("law", law, kept.laws), scope=_one_of("scope", scope, scopes), horizon_days=horizon
    )
    rows = kept.rows.of(series.law, series.scope, horizon)
    return page_text(
        "backtest.html",
        **page,
        verdicts=_verdicts(kept),
        basis=f"Forecasts from {kept.first} to {kept.last}; {kept.n_paths:,} draws, seed {kept.seed}.",
        laws=kept.laws,
        scopes=scopes,
        law=series.law,
        scope=series.scope,
        picture=_picture(rows, series),
        caption=_caption(rows, series),
        gate=GATE,
        command=command_line(
            ["report", state.settings.record, "--backtest", state.settings.backtest, "--out", "r.html"]
        ),
    )


@ROUTER.get("/api/backtest", tags=["record"])
def backtest_json(state: State) -> dict[str, Any]:
    """Return the verdicts, years and exceptions of a backtest, as `unwind backtest --json` prints them.

    Where the server was given no backtest: the verdicts that come with the program, of its sample books.
    """
    if _kept(state) is None or state.settings.backtest is None:
        found = bundled_verdicts()
        return {
            "schema": 1,
            "from": found.first.isoformat(),
            "to": found.last.isoformat(),
            "books": [*found.books],
            "laws": {
                name: {"words": each.words, "passes": {str(one.horizon_days): one.passes for one in each.horizons}}
                for name, each in found.laws.items()
            },
        }
    content: dict[str, Any] = json.loads((state.settings.backtest / VERDICTS).read_bytes())
    return {key: each for key, each in content.items() if key not in ("parts", "sha256")}


def _kept(state: ServeState) -> KeptBacktest | None:
    """Return the backtest that the server was given, read again when its verdicts change. Raises InputError."""
    folder = state.settings.backtest
    if folder is None:
        return None
    try:
        stamp = (folder / VERDICTS).stat().st_mtime_ns
    except OSError:
        stamp = 0
    return state.record.kept(("backtest", stamp), lambda: read_backtest(folder))


def _one_of(name: str, asked: str, known: tuple[str, ...]) -> str:
    if asked and asked not in known:
        raise InputError(f"{name}: {asked!r} was not walked; there are {', '.join(known)}")
    return asked or known[0]


def _bundled() -> Table:
    found = bundled_verdicts()
    rows: list[list[Entry]] = [
        [law, *(_verdict_badge(one.passes) for one in each.horizons), "; ".join(dict.fromkeys(
            objection for one in each.horizons for objection in one.objections)) or "none"]
        for law, each in found.laws.items()
    ]  # fmt: skip
    days = [f"{one.horizon_days} day{'s' * (one.horizon_days > 1)}" for one in next(iter(found.laws.values())).horizons]
    return table(
        "Laws of the factors' moves held to the hypothetical P&L that came", columns("law", *days, "fails"), rows
    )


def _verdicts(kept: KeptBacktest) -> Table:
    keys = [key for key in kept.verdicts[0].tests if key in P_VALUES] or [*kept.verdicts[0].tests][:2]
    heads = columns("law", "book", "days", "dates", "beyond VaR 99", "expected", *(f"p {key}" for key in keys), "zone",
                    "verdict", words=2)  # fmt: skip
    return table("Each law held to the hypothetical P&L that came", heads, [_row(each, keys) for each in kept.verdicts])


def _row(verdict: Verdict, keys: list[str]) -> list[Entry]:
    light = verdict.light
    kinds = {"green": "good", "amber": "warn", "yellow": "warn", "red": "bad"}
    return [
        verdict.law,
        verdict.scope,
        count(verdict.horizon_days),
        count(verdict.n_days),
        count(verdict.n_99),
        Number(value=0.01 * verdict.n_days, text=f"{0.01 * verdict.n_days:.1f}"),
        *(_p(verdict.tests.get(key)) for key in keys),
        "-" if light is None else Badge(text=light.zone, kind=kinds.get(light.zone, "none")),
        _verdict_badge(verdict.passes),
    ]


def _verdict_badge(passes: bool) -> Badge:
    return Badge(text="passes", kind="good") if passes else Badge(text="fails", kind="bad")


def _p(found: Outcome | None) -> Number | Missing:
    """Show a p-value: two decimals, and which side of a hundredth."""
    if found is None:
        return NONE
    return Number(value=found.p_value, text=f"{found.p_value:.2f}" if found.p_value >= 0.01 else "<0.01")


def _caption(rows: DayRows, series: ChosenSeries) -> str:
    n = int(rows.failed_99.sum())
    scale = scale_of(HOME, [*rows.pnl.tolist(), *rows.var_99.tolist()])
    return (
        f"{series.law}, {series.scope}: P&L of {rows.pnl.size:,} dates, {scale.unit}, and -VaR 99 %. {n} losses beyond"
        f" it, {0.01 * rows.pnl.size:.1f} expected."
    )


def _picture(rows: DayRows, series: ChosenSeries) -> Markup:
    """Draw P&L as bars, -VaR as a line, and exceptions as red dots; the last dates, as many as can be told apart."""
    pnl, line, failed = rows.pnl[-MOST_BARS:], -rows.var_99[-MOST_BARS:], rows.failed_99[-MOST_BARS:]
    low, high = float(min(pnl.min(), line.min())), float(max(pnl.max(), 0.0))
    scale = scale_of(HOME, [low, high])
    step, span = (WIDTH - LEFT - 8.0) / pnl.size, (high - low) or 1.0

    def y(value: float) -> float:
        return 10.0 + (high - value) / span * (HEIGHT - 34.0)

    zero = y(0.0)
    bars = "".join(f"M{LEFT + (i + 0.5) * step:.1f},{zero:.1f}V{y(value):.1f}" for i, value in enumerate(pnl.tolist()))
    var = "L".join(f"{LEFT + (i + 0.5) * step:.1f},{y(value):.1f}" for i, value in enumerate(line.tolist()))
    dots = "".join(
        f'<circle class="worst" cx="{LEFT + (i + 0.5) * step:.1f}" cy="{y(float(pnl[i])):.1f}" r="4"/>'
        for i in np.flatnonzero(failed).tolist()
    )
    dates = rows.date[-MOST_BARS:]
    words = (
        f'<text class="tick" x="{LEFT}" y="{HEIGHT - 6}">{dates[0]}</text>'
        f'<text class="tick" x="{WIDTH - 8}" y="{HEIGHT - 6}" text-anchor="end">{dates[-1]}</text>'
        f'<text class="tick" x="{LEFT - 6}" y="{y(low) + 4:.1f}" text-anchor="end">{scale.plain(low)}</text>'
        f'<text class="tick" x="{LEFT - 6}" y="{zero + 4:.1f}" text-anchor="end">0</text>'
    )
    alt = escape(f"P&L by date against minus VaR of {series.law}; red dots are losses beyond it")
    return Markup(
        f'<svg class="days" role="img" aria-label="{alt}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path class="pnl" d="{bars}"/><path class="zero" d="M{LEFT},{zero:.1f}H{WIDTH - 8}"/>'
        f'<path class="var" d="M{var}"/>{dots}{words}</svg>'
    )
