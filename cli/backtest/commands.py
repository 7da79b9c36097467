"""`unwind backtest`: laws walked through a history, and held to what came."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.backtest.tables import verdict_table, year_table
from cli.data.history import Accepted
from cli.progress import on_stderr
from engine.conventions.currencies import HOME

if TYPE_CHECKING:
    from engine.backtest.run_backtest import BacktestResult

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
    accept: Accepted = None,
    book: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Positions of one or several books (CSV, or Parquet). Default: the bundled sample books.",
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
            help="Where the days go, a Parquet file a year as soon as it is done, and verdicts.json; the same command"
            " goes on from them.",
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
    from engine.backtest.run_backtest import PATHS, BacktestSettings, default_workers, run_backtest
    from engine.inputs.book.load import bundled_book_path
    from engine.inputs.market.load import bundled_market_path
    from engine.levels.picture import check_picture
    from engine.record.atomic import write_json

    if plot is not None:
        check_picture(plot)
    settings = BacktestSettings(
        book=book or bundled_book_path(),
        market=market or bundled_market_path(),
        history=tuple(history),
        accepted=tuple(accept or ()),
        first=options.day("--from", first),
        last=options.day("--to", last),
        laws=tuple(law or DEFAULT_LAWS),
        horizons=tuple(options.whole("--horizon", part.strip(), 1, 10) for part in horizon.split(",")),
        n_paths=options.whole("--paths", paths, *PATHS),
        seed=options.whole("--seed", seed, 0, 2**64 - 1),
        n_workers=default_workers() if workers is None else options.whole("--workers", workers, 1, 256),
        out=out,
    )
    with on_stderr("dates") as progress:
        result = run_backtest(settings, progress)
    if out is not None:
        write_json(out / "verdicts.json", json_of(result))
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


def _say_gate(result: "BacktestResult") -> None:
    from engine.backtest.verdicts import GATE

    render.say(GATE)
    for each in result.verdicts:
        if not each.passes:
            days = "1 day" if each.horizon_days == 1 else f"{each.horizon_days} days"
            render.say(f"{each.law}, {each.scope}, {days}: does not pass: {'; '.join(each.objections)}")
