"""A backtest's verdicts and exceptions as tables."""

from typing import TYPE_CHECKING

from cli.render import Column, Table, scale
from engine.conventions.currencies import HOME
from engine.errors import counted

# The answer in words; another language has words of its own.
PASS = "{passed} of {n} verdicts pass."
MOST = "Most exceptions beyond what is expected: {law} on {book}, {n} for {expected}."
NOTE = (
    "Exceptions for those expected; zone of the last 250 days, and its multiplier. Failed: tests with p under {level};"
    " each test's p and what it means: --format csv, docs/validation/backtest.md."
)

if TYPE_CHECKING:
    from engine.backtest.run_backtest import BacktestResult
    from engine.backtest.verdicts import Verdict


def verdict_table(result: "BacktestResult") -> Table:
    """Return a row for each law, book and horizon: counts, p-values, traffic light, score, verdict."""
    from engine.backtest.statistics.registry import TESTS
    from engine.backtest.verdicts import LEVEL

    columns = (
        Column(heading="", is_number=False),
        Column(heading="days", leaves=3),
        Column(heading="dates", leaves=5),
        Column(heading="exceptions 99 %"),
        Column(heading="exceptions 97.5 %", leaves=4),
        *(Column(heading=test.label, leaves=6) for test in TESTS),
        Column(heading="zone", is_number=False),
        Column(heading="FZ0", leaves=7),
        Column(heading="t", leaves=7),
        Column(heading="bet", leaves=7),
        Column(heading="verdict", is_number=False),
    )
    rows: list[list[str]] = []
    for law in result.laws:
        rows.append([law])
        rows += [_verdict_row(each) for each in result.verdicts if each.law == law]
    return Table(
        title=f"Laws held to what came, forecasts from {result.first} to {result.last}, seed {result.seed}",
        sentence=_sentence(result),
        columns=columns,
        rows=rows,
        footnote=NOTE.format(level=f"{LEVEL:g}"),
    )


def _sentence(result: "BacktestResult") -> str:
    """Return the answer in words: how many verdicts pass, and the worst zone."""
    passed = sum(each.passes for each in result.verdicts)
    words = PASS.format(passed=passed, n=len(result.verdicts))
    judged = [each for each in result.verdicts if each.light]
    if not judged:
        return words
    worst = max(judged, key=lambda each: each.n_99 - 0.01 * each.n_days)
    most = MOST.format(law=worst.law, book=worst.scope, n=worst.n_99, expected=f"{0.01 * worst.n_days:.1f}")
    return f"{words} {most}"


def year_table(result: "BacktestResult") -> Table:
    """Return exceptions at 99 % by year, and the factors that made them."""
    columns = (
        Column(heading="law, book, days", is_number=False),
        Column(heading="year"),
        Column(heading="dates"),
        Column(heading="n 99"),
        Column(heading="n 97.5"),
        Column(
            heading="factors",
            is_number=False,
            meaning="whose realised move alone lost most on each exception at 99 %, and on how many.",
        ),
    )
    rows: list[list[str]] = []
    before = None
    for year in result.years:
        trial = (year.law, year.scope, year.horizon_days)
        name = f"{year.law}, {year.scope}, {year.horizon_days}" if trial != before else ""
        factors = ", ".join(f"{factor} {n}" for factor, n in year.factors.items())
        rows.append([name, str(year.year), str(year.n_days), str(year.n_99), str(year.n_975), factors])
        before = trial
    return Table(title="Exceptions by year", columns=columns, rows=rows)


def day_table(result: "BacktestResult") -> Table:
    """Return a row for each date, horizon, book and law: what came, what was foreseen, and how likely it was."""
    rows = result.rows
    unit = scale(HOME, rows.pnl.tolist())
    columns = (
        Column(heading="date", is_number=False),
        Column(heading="days"),
        Column(heading="book", is_number=False),
        Column(heading="law", is_number=False),
        Column(heading="P&L"),
        Column(heading="VaR 99"),
        Column(heading="ES 97.5"),
        Column(heading="P&L / VaR", meaning="below -1: an exception at 99 %."),
        Column(heading="p", meaning="share of the law's P&L below what came.", leaves=1),
    )
    found = [
        [
            str(rows.date[i]),
            str(rows.horizon_days[i]),
            str(rows.scope[i]),
            str(rows.law[i]),
            *(unit.amount(float(each[i])) for each in (rows.pnl, rows.var_99, rows.es_975)),
            f"{rows.pnl[i] / rows.var_99[i]:.2f}" if rows.var_99[i] > 0.0 else "?",
            f"{rows.pit[i]:.4f}",
        ]
        for i in range(rows.pnl.size)
    ]
    return Table(title="What came on each date", unit=unit.unit, columns=columns, rows=found)


def _verdict_row(verdict: "Verdict") -> list[str]:
    from engine.backtest.statistics.traffic_light import GREEN

    light = verdict.light
    said = "passes" if verdict.passes else "fails"
    return [
        f"  {verdict.scope}",
        str(verdict.horizon_days),
        f"{verdict.n_days:,}",
        f"{verdict.n_99} for {0.01 * verdict.n_days:.1f}",
        f"{verdict.n_975} for {0.025 * verdict.n_days:.1f}",
        *(_p(None if found is None else found.p_value) for found in verdict.tests.values()),
        "-" if light is None else f"{light.zone if light.zone == GREEN else light.zone.upper()} {light.multiplier:.2f}",
        "?" if verdict.score is None else f"{verdict.score:.3f}",
        "" if verdict.score_t is None else f"{verdict.score_t:+.1f}",
        "?" if verdict.wealth is None else f"{verdict.wealth:.2g}",
        f"{said}, {counted(len(verdict.failed), 'test')} failed" if verdict.failed else said,
    ]


def _p(value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value:.2f}" if value >= 0.01 else f"{value:.3f}" if value >= 0.001 else "<.001"
