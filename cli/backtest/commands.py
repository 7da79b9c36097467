"""`unwind backtest`: laws walked through a history, and held to what came."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli import options, render
from cli.backtest.tables import day_table, verdict_table, year_table
from cli.data.history import Accepted
from cli.output import formats
from cli.progress import on_stderr
from engine.backtest.default_laws import DEFAULT_LAWS
from engine.conventions.currencies import HOME
from engine.errors import InputError

if TYPE_CHECKING:
    from datetime import date

    from cli.render import Table
    from engine.backtest.run_backtest import BacktestResult
    from engine.backtest.settings import BacktestSettings
    from unwind_risk.api.analysis.backtest import Backtest

GATE_FAILED = 3


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
    accept: Accepted = None,
    book: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Positions of one or several books (CSV, or Parquet), which stand on every date as on that of the"
            " market; repeatable. With {date} in the path, or a folder of DATE.csv: the book of each date. Default: the"
            " bundled sample books.",
        ),
    ] = None,
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
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A scenario to walk beside the laws, by name or as a TOML file, on each date's market; repeatable.",
        ),
    ] = None,
    horizon: Annotated[
        str,
        typer.Option(metavar="DAYS", help="Business days of Tokyo and New York to the outcome, up to 10, by commas."),
    ] = "1,10",
    paths: Annotated[str, typer.Option(metavar="N", help="Moves that a law draws on each date.")] = "10000",
    seed: Annotated[str, typer.Option(metavar="N", help="Seed of the draws, the same for all laws.")] = "1",
    workers: Annotated[
        str | None, typer.Option(metavar="N", help="Processes that share the months. Default: one a core.")
    ] = None,
    dask: options.Dask = None,
    insecure: options.Insecure = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where the days go, a Parquet file a month as soon as it is done, and verdicts.json; the same"
            " command goes on from them, however it was stopped.",
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw P&L against the VaR of the first law (.png, .svg or .pdf)."),
    ] = None,
    days: Annotated[bool, typer.Option("--days", help="Print a row for each date too, what came beside it.")] = False,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Test laws on history: what each foresaw, and what came.

    On every date the book stands as it would have stood: each payment as many days ahead, coupons and rates moved with
    the curves. Its P&L of the realised moves, and of each law's, is by full revaluation; nothing ages. Laws see
    nothing after the date. Ends with 3 where a law does not pass the gate.
    """
    from engine.levels.picture import check_picture

    form = formats.chosen(output_format, as_json=as_json)
    if plot is not None:
        check_picture(plot)
    settings = _settings(
        Given(history=history, accepted=accept, books=book, market=market, laws=law, scenarios=scenario, out=out),
        window=(options.day("--from", first), options.day("--to", last)),
        horizons=tuple(options.whole("--horizon", part.strip(), 1, 10) for part in horizon.split(",")),
        paths=paths,
        seed=seed,
    )
    walked = _walked(settings, workers, dask, insecure=insecure)
    result = walked.found
    formats.show(
        form,
        table=lambda: render.show(*_tables(result, days=days)),
        json=lambda: walked.to_json(days=days),
        frame=walked.days if days else walked.table,
    )
    if plot is not None:
        from engine.backtest.picture import draw

        draw(result.rows, result.laws[0], HOME, plot)
        render.say(f"drawn to {plot}")
    for note in result.notes:
        render.warn(note)
    if not result.passes:
        _say_gate(result)
        raise typer.Exit(GATE_FAILED)


class Given(NamedTuple):
    """Files and names as the options give them."""

    history: list[Path]
    accepted: list[str] | None
    books: list[Path] | None
    market: Path | None
    laws: list[str] | None
    scenarios: list[str] | None
    out: Path | None


def _settings(
    given: Given, *, window: "tuple[date, date]", horizons: tuple[int, ...], paths: str, seed: str
) -> "BacktestSettings":
    from engine.backtest.settings import PATHS, BacktestSettings
    from engine.inputs.book.load import book_path, bundled_book_path
    from engine.inputs.default_market import market_path_for
    from engine.inputs.scenario.load import load_scenarios

    books = tuple(map(book_path, given.books or [bundled_book_path()]))
    return BacktestSettings(
        books=books,
        market=given.market or market_path_for(books),
        history=tuple(given.history),
        accepted=tuple(given.accepted or ()),
        first=window[0],
        last=window[1],
        laws=tuple(given.laws or DEFAULT_LAWS),
        scenarios=load_scenarios(given.scenarios or ()),
        horizons=horizons,
        n_paths=options.whole("--paths", paths, *PATHS),
        seed=options.whole("--seed", seed, 0, 2**64 - 1),
        out=given.out,
    )


def _walked(settings: "BacktestSettings", workers: str | None, dask: str | None, *, insecure: bool) -> "Backtest":
    """Walk here, on this machine's cores, or on a cluster; a signal stops it after what is in hand."""
    from engine.backtest.walk.workers import MOST, Processes, default_processes
    from engine.sharing.stop import stop_on_signals
    from unwind_risk.api.analysis.backtest import backtest_with

    if workers is not None and dask is not None:
        raise InputError("--workers and --dask are two ways to share the months out; take one")
    with stop_on_signals() as stop, on_stderr("dates") as progress:
        if dask is None:
            n = default_processes() if workers is None else options.whole("--workers", workers, 1, MOST)
            return backtest_with(settings, Processes(n), progress=progress, stop=stop)
        from engine.backtest.walk.dask_days import dask_walkers

        with dask_walkers(dask, insecure=insecure, check=stop.check, say=render.say) as walkers:
            return backtest_with(settings, walkers, progress=progress, stop=stop)


def _tables(result: "BacktestResult", *, days: bool) -> "list[Table]":
    """Return the tables to show; of so few dates that nothing can be said, the dates alone where they are asked for."""
    from engine.backtest.statistics.registry import LEAST_DAYS

    judged = [verdict_table(result), year_table(result)]
    if not days:
        return judged
    is_judged = any(each.n_days >= LEAST_DAYS for each in result.verdicts)
    return [day_table(result), *(judged if is_judged else [])]


def _say_gate(result: "BacktestResult") -> None:
    """Say what the gate is, and who does not pass it and why; those with one reason together."""
    from engine.backtest.verdicts import GATE

    render.say(GATE)
    failed: dict[str, list[str]] = {}
    for each in result.verdicts:
        if not each.passes:
            days = "1 day" if each.horizon_days == 1 else f"{each.horizon_days} days"
            failed.setdefault("; ".join(each.objections), []).append(f"{each.law}, {each.scope}, {days}")
    for why, names in failed.items():
        who = "every law, book and horizon" if len(names) == len(result.verdicts) > 1 else "; ".join(names)
        render.say(f"{who}: does not pass: {why}")
