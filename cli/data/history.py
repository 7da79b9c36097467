"""`unwind data`: histories of yields and USD/JPY, and market files made from them."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options, render
from cli.render import Column, Table

HELP = "Check histories of yields and USD/JPY, make market files of their dates, and estimate regimes from them."

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="HISTORY...",
        help="Files as the Ministry of Finance, the Treasury or FRED publish them, or tidy tables (CSV).",
    ),
]


def check(files: Files) -> None:
    """Say what a history holds: each series' dates, gaps and largest move over one business day.

    Missing values are never filled; what is odd is pointed out, and nothing is repaired.
    """
    from engine.inputs.history.check import check_series, move, odd_moves
    from engine.inputs.history.load import read_history

    history = read_history(files)
    columns = (
        Column(heading="series", is_number=False),
        *(Column(heading=heading, is_number=False) for heading in ("first", "last")),
        Column(heading="values"),
        Column(heading="missing", meaning="dates of the history between first and last that have no value."),
        Column(heading="largest move", meaning="over neighbouring weekdays, none across a holiday."),
        Column(heading="on", is_number=False),
    )
    rows = [
        (
            *(row.name, str(row.first), str(row.last), f"{row.n_values:,}", f"{row.n_missing:,}"),
            *(move(row.name, row.largest_move), str(row.largest_on or "")),
        )
        for row in check_series(history)
    ]
    render.show(Table(title="History", columns=columns, rows=tuple(rows)))
    for note in odd_moves(history):
        render.warn(note)


def build(
    files: Files,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First valuation date, as 2025-05-19.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where DATE.toml goes, one file a date; made if absent.")],
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help="Last valuation date. Default: the first."),
    ] = None,
    like: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Market file whose factors are wanted, and which gives what no history holds: spreads of swap and repo"
            " curves, implied vols. Default: the bundled one.",
        ),
    ] = None,
    window_start: Annotated[
        str,
        typer.Option(metavar="DATE", help="First day that vols and correlations are estimated from."),
    ] = "2022-01-01",
) -> None:
    """Make the market files of a range of dates.

    Levels are those published on the date; vols and correlations are estimated from --window-start to it. Weekdays on
    which a curve or USD/JPY was not published are left out, and named.
    """
    from engine.calibration.market_of_date import carried_notes, days_with_levels, market_of_date
    from engine.errors import InputError
    from engine.inputs.history.load import read_history
    from engine.inputs.market.load import bundled_market_path, load_market, write_market
    from engine.inputs.outputs import made_folder

    begin, end, window = (
        options.day(flag, text)
        for flag, text in (("--from", first), ("--to", last or first), ("--window-start", window_start))
    )
    history, pattern = read_history(files), load_market(like or bundled_market_path())
    days, skipped = days_with_levels(history, pattern, begin, end)
    if days[0] <= window:
        raise InputError(f"--window-start {window} must lie before the first valuation date, {days[0]}")
    markets = [market_of_date(history, day, pattern, window) for day in days]
    folder = made_folder(out)
    for day, market in zip(days, markets, strict=True):
        write_market(market, folder / f"{day}.toml")
        typer.echo(str(out / f"{day}.toml"))
    for note in dict.fromkeys([*skipped, *(each for day in days for each in carried_notes(pattern, day))]):
        render.warn(note)
