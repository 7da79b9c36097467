"""The part of a backtest: what is said of each law, and P&L against the VaR of the first with its exceptions ringed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from engine.backtest.kept_backtest import KeptBacktest
from engine.backtest.statistics.outcome import Outcome
from engine.backtest.verdicts import GATE, GATE_TESTS, Verdict
from engine.backtest.walk.day_rows import DayRows
from engine.conventions.currencies import HOME
from engine.report.numbers import NONE, Missing, Number, Scale, count, scale_of
from engine.report.parts import Badge, Chart, Entry, Table, columns, table
from engine.report.pictures.exceptions import MOST_POINTS, VarLine, exceptions
from engine.report.sheet import N_COLOURS
from engine.words.language import Text, name_of, texts
from kernels.types import F64, Dates

TOTAL = "total"  # the scope of all books
_MOST_LINES = 4  # of laws in a picture

_P_OF, _T_AGAINST = texts("p {test}", "t against {law}")
_PASSES, _FAILS = texts("passes", "fails")
_TITLE = Text("Backtest of {scope}: daily P&L against VaR")
_WINDOW = Text("Forecasts from {first} to {last}; {n:,} draws, seed {seed}.")
_GATE = "{gate}."
_VERDICTS = Text(
    "Each law held to the hypothetical P&L that came: p-values, the traffic light of the last 250 days, the mean"
    " score of VaR and ES at 97.5 % (lower is better) and its difference from the first law's."
)
_ONE_DAY, _DAYS = Text("one day"), Text("{n} days")
_ALT = Text(
    "P&L over {horizon} and minus VaR 99 % on {days:,} dates in {unit}: {n} losses exceed that of {law}, {expected} are"
    " expected."
)
_NO_EXCEPTION = Text("No loss of {scope} exceeds the 99 % VaR of {law} on {days:,} dates; {expected} are expected.")
_ONE = Text(
    "{n} loss of {scope} exceeds the 99 % VaR of {law} on {days:,} dates, {expected} are expected: {times} times VaR,"
    " on {date}."
)
_SEVERAL = Text(
    "{n} losses of {scope} exceed the 99 % VaR of {law} on {days:,} dates, {expected} are expected; the worst is"
    " {times} times VaR, on {date}."
)
_NOTE = Text(
    "P&L, {unit}, gains positive; lines: minus VaR 99 % of each law; red: exceptions of the first, the worst dated."
)
_THINNED = Text(" Of {n} dates in a row the worst and best P&L and the largest VaR are drawn.")
_EXCEPTIONS = Text("Losses beyond VaR 99 %, in {unit}; P&L gains positive.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestPart:
    """What the page shows of a backtest."""

    chart: Chart
    verdicts: Table
    of_books: Table | None  # the same of each book; None: there is one alone
    notes: tuple[str, ...]


def backtest_part(kept: KeptBacktest) -> BacktestPart:
    """Return a backtest's verdicts, and a chart of all books, or of the only one, over the shortest horizon."""
    first, horizon = kept.laws[0], min(each.horizon_days for each in kept.verdicts)
    scopes = [each.scope for each in kept.verdicts if (each.law, each.horizon_days) == (first, horizon)]
    scope = TOTAL if TOTAL in scopes else scopes[0]
    of_books = [each for each in kept.verdicts if each.scope != scope]
    window = _WINDOW.format(first=kept.first, last=kept.last, n=kept.n_paths, seed=kept.seed)
    return BacktestPart(
        chart=_chart(kept, scope, horizon),
        verdicts=_verdicts([each for each in kept.verdicts if each.scope == scope], first),
        of_books=_verdicts(of_books, first) if of_books else None,
        notes=(window, _GATE.format(gate=name_of(GATE[:1].upper() + GATE[1:]))),
    )


def _verdicts(verdicts: Sequence[Verdict], first: str) -> Table:
    heads = columns(
        *texts("law", "book", "days", "dates", "beyond VaR 99", "expected", "beyond VaR 97.5", "expected"),
        *(_P_OF.format(test=key) for key in GATE_TESTS),
        *(Text("zone"), "FZ0", _T_AGAINST.format(law=first), Text("verdict")),
        words=2,
    )
    return table(_VERDICTS, heads, [_row(each) for each in verdicts])


def _row(verdict: Verdict) -> list[Entry]:
    light = verdict.light
    said = Badge(text=_PASSES, kind="good") if verdict.passes else Badge(text=_FAILS, kind="bad")
    return [
        verdict.law,
        name_of(verdict.scope),
        count(verdict.horizon_days),
        count(verdict.n_days),
        count(verdict.n_99),
        _plain(0.01 * verdict.n_days, 1),
        count(verdict.n_975),
        _plain(0.025 * verdict.n_days, 1),
        *(_p(verdict.tests.get(key)) for key in GATE_TESTS),
        name_of(light.zone) if light else "",
        _plain(verdict.score, 3),
        _plain(verdict.score_t, 1),
        said,
    ]


def _p(found: Outcome | None) -> Number | Missing:
    return NONE if found is None else _plain(found.p_value, 3)


def _plain(value: float | None, decimals: int) -> Number | Missing:
    return NONE if value is None else Number(value=value, text=f"{value:.{decimals}f}")


def _chart(kept: KeptBacktest, scope: str, horizon_days: int) -> Chart:
    rows = {law: kept.rows.of(law, scope, horizon_days) for law in kept.laws}
    first = rows[kept.laws[0]]
    scale = scale_of(HOME, [*first.pnl.tolist(), *first.var_99.tolist()])
    n, n_days = int(first.failed_99.sum()), first.pnl.size
    words = {"law": kept.laws[0], "scope": name_of(scope), "days": n_days, "n": n, "expected": f"{0.01 * n_days:.1f}"}
    alt = _ALT.format(
        unit=scale.unit, horizon=str(_ONE_DAY) if horizon_days == 1 else _DAYS.format(n=horizon_days), **words
    )
    each = -(-n_days // MOST_POINTS)
    return Chart(
        key="backtest-chart",
        title=_TITLE.format(scope=name_of(scope)),
        alt=alt,
        svg=_picture(alt, rows, first, scale),
        table=_exceptions(first, scale) if n else None,
        lead=_lead(first, words),
        note=_NOTE.format(unit=scale.unit) + (_THINNED.format(n=each) if each > 1 else ""),
        is_wide=True,
    )


def _lead(rows: DayRows, words: Mapping[str, Any]) -> str:
    """Say how many exceptions there are, and how far the worst went."""
    if not words["n"]:
        return _NO_EXCEPTION.format(**words)
    failed = rows.where(rows.failed_99)
    worst = int(np.argmin(failed.pnl))
    times = -float(failed.pnl[worst]) / float(failed.var_99[worst])
    said = _ONE if words["n"] == 1 else _SEVERAL
    return said.format(times=f"{times:.1f}", date=str(failed.date[worst]), **words)


def _exceptions(rows: DayRows, scale: Scale) -> Table:
    failed = rows.where(rows.failed_99)
    heads = columns(*texts("date of the forecast", "P&L", "VaR 99", "factor that lost most", "P&L of its move alone"))
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
    return table(_EXCEPTIONS.format(unit=scale.unit), heads, found)


def _picture(alt: str, rows: Mapping[str, DayRows], first: DayRows, scale: Scale) -> Markup:
    """Draw the P&L against the first laws, each over the dates of the first of them."""
    lines = [
        VarLine(label=law, colour=1 + k % N_COLOURS, value_at_risk=_on(first.date, each) / scale.divisor)
        for k, (law, each) in enumerate(list(rows.items())[:_MOST_LINES])
    ]
    figures = [scale.plain(value, signed=True) for value in first.pnl.tolist()]
    return exceptions(alt, first.date, first.pnl / scale.divisor, lines, first.failed_99.tolist(), figures)


def _on(dates: Dates, rows: DayRows) -> F64:
    """Return VaR on some dates; NaN where the law has none."""
    by_date = dict(zip(rows.date.tolist(), rows.var_99.tolist(), strict=True))
    return np.array([by_date.get(day, np.nan) for day in dates.tolist()], np.float64)
