"""`unwind backtest`: laws walked through a history, and held to what came."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.progress import on_stderr
from cli.render import Column, Table
from engine.conventions.currencies import HOME

if TYPE_CHECKING:
    from engine.backtest.run_backtest import BacktestResult
    from engine.backtest.verdicts import Verdict

GATE_FAILED = 3
DEFAULT_LAWS = ("filtered", "historical-500", "gaussian")


def backtest(
    history: Annotated[
        list[Path],
        typer.Option(
            metavar="FILE",
            help="History of yields and USD/JPY, as the publishers print it or a tidy table (CSV); repeatable.",
        ),
    ],
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First date of a forecast, as 2020-01-01.")],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="Last date of a forecast.")],
    book: options.Book = None,
    market: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Market of the date of the book (TOML): its factors, its spreads, and the levels that coupons and"
            " rates are compared with. Default: the bundled one.",
        ),
    ] = None,
    law: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A law to walk; repeat for several, the first is what scores are compared with; all: every one."
            f" Default: {', '.join(DEFAULT_LAWS)}.",
        ),
    ] = None,
    horizon: Annotated[
        str, typer.Option(metavar="DAYS", help="Joint dates to the outcome, up to 10, by commas.")
    ] = "1,10",
    paths: Annotated[str, typer.Option(metavar="N", help="Moves that a law draws on each date.")] = "10000",
    seed: Annotated[str, typer.Option(metavar="N", help="Seed of the draws, the same for all laws.")] = "1",
    workers: Annotated[
        str | None, typer.Option(metavar="N", help="Processes that share the years. Default: one a core.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where the days go, a Parquet file a year, as soon as it is done; the same command goes on from them.",
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw P&L against the VaR of the first law (.png, .svg or .pdf)."),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Test laws of the factors' moves on history: what each foresaw on a date, and what came.

    On every date the book stands as it would have stood: each payment as many days ahead, coupons and rates moved with
    the curves. Its P&L of the realised moves, and of each law's, is by full revaluation; nothing ages. Laws see
    nothing after the date. Ends with 3 where a law does not pass the gate.
    """
    import json

    from engine.backtest.backtest_json import as_json as json_of
    from engine.backtest.run_backtest import BacktestSettings, default_workers, run_backtest
    from engine.inputs.book.load import bundled_book_path
    from engine.inputs.market.load import bundled_market_path
    from engine.levels.picture import check_picture

    if plot is not None:
        check_picture(plot)
    settings = BacktestSettings(
        book=book or bundled_book_path(),
        market=market or bundled_market_path(),
        history=tuple(history),
        first=options.day("--from", first),
        last=options.day("--to", last),
        laws=tuple(law or DEFAULT_LAWS),
        horizons=tuple(options.whole("--horizon", part.strip(), 1, 10) for part in horizon.split(",")),
        n_paths=options.whole("--paths", paths, 1000, 1_000_000),
        seed=options.whole("--seed", seed, 0, 2**64 - 1),
        n_workers=default_workers() if workers is None else options.whole("--workers", workers, 1, 256),
        out=out,
    )
    with on_stderr("dates") as progress:
        result = run_backtest(settings, progress)
    if as_json:
        print(json.dumps(json_of(result), ensure_ascii=False, allow_nan=False))
    else:
        render.show(verdict_table(result), year_table(result))
    if plot is not None:
        from engine.backtest.picture import draw

        draw(result.rows, result.laws[0], HOME, plot)
        render.say(f"drawn to {plot}")
    for note in result.notes:
        render.warn(note)
    if not result.passes:
        _say_gate(result)
        raise typer.Exit(GATE_FAILED)


def verdict_table(result: "BacktestResult") -> Table:
    """Return a row for each law, book and horizon: counts, p-values, traffic light, score, verdict."""
    from engine.backtest.statistics.registry import TESTS
    from engine.backtest.verdicts import GATE, LEVEL

    columns = (
        Column(heading="law and book", is_number=False),
        Column(heading="days", meaning="joint dates to the outcome; dates with a forecast and an outcome."),
        Column(heading="dates"),
        Column(heading="n 99", meaning="losses above the 99 % VaR, and how many are expected."),
        Column(heading="n 97.5", meaning="the same at 97.5 %."),
        *(Column(heading=test.label, meaning=f"p-value: {test.meaning}.") for test in TESTS),
        Column(heading="zone", is_number=False, meaning="traffic light of the last 250 days, and its multiplier."),
        Column(heading="FZ0", meaning="mean score of VaR and ES 97.5 %, lower is better; ES in millions."),
        Column(heading="t", meaning="of the difference from the first law (Diebold-Mariano); below 0 is better."),
        Column(heading="bet", meaning="wealth of a bet of 1 against VaR and ES 97.5 %: above 20 is evidence at 5 %."),
        Column(heading="verdict", is_number=False, meaning=f"tests with p under {LEVEL:g}, and {GATE}."),
    )
    rows: list[list[str]] = []
    for law in result.laws:
        rows.append([law, *[""] * (len(columns) - 1)])
        rows += [_verdict_row(each) for each in result.verdicts if each.law == law]
    title = f"Laws held to what came, forecasts from {result.first} to {result.last}, seed {result.seed}"
    return Table(title=title, columns=columns, rows=rows)


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
        cell = (year.law, year.scope, year.horizon_days)
        name = f"{year.law}, {year.scope}, {year.horizon_days}" if cell != before else ""
        factors = ", ".join(f"{factor} {n}" for factor, n in year.factors.items())
        rows.append([name, str(year.year), str(year.n_days), str(year.n_99), str(year.n_975), factors])
        before = cell
    return Table(title="Exceptions by year", columns=columns, rows=rows)


def _verdict_row(verdict: "Verdict") -> list[str]:
    light = verdict.light
    said = "passes" if verdict.passes else "fails"
    return [
        f"  {verdict.scope}",
        str(verdict.horizon_days),
        f"{verdict.n_days:,}",
        f"{verdict.n_99} of {0.01 * verdict.n_days:.1f}",
        f"{verdict.n_975} of {0.025 * verdict.n_days:.1f}",
        *(_p(None if found is None else found.p_value) for found in verdict.tests.values()),
        "" if light is None else f"{light.zone} {light.multiplier:.2f}",
        "?" if verdict.score is None else f"{verdict.score:.3f}",
        "" if verdict.score_t is None else f"{verdict.score_t:+.1f}",
        "?" if verdict.wealth is None else f"{verdict.wealth:.2g}",
        f"{said}, {len(verdict.failed)} tests failed" if verdict.failed else said,
    ]


def _p(value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value:.2f}" if value >= 0.01 else f"{value:.3f}" if value >= 0.001 else "<.001"


def _say_gate(result: "BacktestResult") -> None:
    from engine.backtest.verdicts import GATE

    render.say(GATE)
    for each in result.verdicts:
        if not each.passes:
            days = "1 day" if each.horizon_days == 1 else f"{each.horizon_days} days"
            render.say(f"{each.law}, {each.scope}, {days}: does not pass: {'; '.join(each.objections)}")
