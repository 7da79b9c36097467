"""`unwind data`: histories of yields and USD/JPY, and market files made from them."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options, render
from cli.output import formats
from cli.render import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd

    from cli.output.frames import Frame
    from engine.calibration.dated_markets import DatedMarkets
    from engine.inputs.history.check import SeriesCheck
    from engine.market.market import Market

# The answer in words; another language has words of its own.
HOLDS = "{n} to {last}; {missing} values missing between first and last."
HELP = "Check histories, make market files of them, estimate regimes."

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="HISTORY...",
        help="Files as the Ministry of Finance, the Treasury or FRED publish them, or tidy tables (CSV).",
    ),
]


Accepted = Annotated[
    list[str] | None,
    typer.Option(
        "--accept",
        metavar="DATE:SERIES",
        help="A value that was looked at and is true, though it is odd, as 2025-04-25:UST_3M; repeatable.",
    ),
]
Like = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Market file whose factors are wanted, and which gives what no history holds: spreads of swap and repo"
        " curves, implied vols. Default: the bundled one.",
    ),
]
LawStart = Annotated[str, typer.Option(metavar="DATE", help="First date that filtered laws look at.")]
Stressed = Annotated[
    Path | None,
    typer.Option(
        metavar="BOOK",
        help='Also find the worst year for this book since 2007, for law = "stressed": the 250 business days of'
        " Tokyo and New York with the largest ES 97.5 % of one day.",
    ),
]
WindowStart = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="First day of the window of vols and correlations, for normal moves. Default: three years before each"
        " date.",
    ),
]


def check(files: Files, output_format: options.Format = None, as_json: options.AsJson = False) -> None:
    """Say what a history holds: dates, gaps, largest moves by series.

    Missing values are never filled; what is odd is pointed out, with its line, and nothing is repaired.
    """
    from engine.inputs.history.check import check_series, odd_moves
    from engine.inputs.history.gate import MAX_NAMED, doubts_of, located
    from engine.inputs.history.load import load_history

    form = formats.chosen(output_format, as_json=as_json)
    history = load_history(files)
    found, doubts = check_series(history.values), doubts_of(history.values)
    notes = [*history.notes, *odd_moves(history.values)]

    def frame() -> "Frame":
        from cli.output.data_frames import series_frame

        return series_frame(found)

    refused = [located(history, doubt) for doubt in doubts]
    formats.show(
        form,
        table=lambda: render.show(series_table(found)),
        json=lambda: {"schema": 1, "series": _series_json(found), "notes": notes, "refused_by_build": refused},
        frame=frame,
    )
    if form is formats.Format.JSON:
        return
    for note in notes:
        render.warn(note)
    for doubt in doubts[-MAX_NAMED:]:
        render.warn(f"`unwind data build` refuses {located(history, doubt)}")
    if len(doubts) > MAX_NAMED:
        render.warn(f"`unwind data build` refuses {len(doubts) - MAX_NAMED:,} more before these")


def _series_json(found: "Sequence[SeriesCheck]") -> list[dict[str, Any]]:
    """Return each series in JSON's types, dates as text."""
    days = ("first", "last", "largest_on")
    return [{**asdict(row), **{name: _text(getattr(row, name)) for name in days}} for row in found]


def _text(day: "date | None") -> str | None:
    return None if day is None else str(day)


def series_table(found: "Sequence[SeriesCheck]") -> Table:
    from engine.inputs.history.doubt import move_words

    columns = (
        Column(heading="series", is_number=False),
        Column(heading="first", is_number=False, leaves=2),
        Column(heading="last", is_number=False),
        Column(heading="values", leaves=3),
        Column(heading="missing"),
        Column(heading="largest move"),
        Column(heading="on", is_number=False, leaves=1),
    )
    rows = [
        (
            *(row.name, str(row.first), str(row.last), f"{row.n_values:,}", f"{row.n_missing:,}"),
            *(move_words(row.name, row.largest_move), str(row.largest_on or "")),
        )
        for row in found
    ]
    n_missing = sum(row.n_missing for row in found)
    return Table(
        title="History",
        sentence=HOLDS.format(n=f"{len(found):,} series", last=max(row.last for row in found), missing=n_missing),
        columns=columns,
        rows=tuple(rows),
    )


def build(
    files: Files,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First valuation date, as 2025-05-19.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where DATE.toml and DATE.rows.npy of each date go; made if absent.")
    ],
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help="Last valuation date. Default: the first."),
    ] = None,
    like: Like = None,
    law_start: LawStart = "2002-01-01",
    window_start: WindowStart = None,
    stressed: Stressed = None,
    loop: Annotated[
        bool,
        typer.Option(
            "--loop", help="Also keep the record of USD/JPY that carry trades in a scenario are found in, of each date."
        ),
    ] = False,
    accept: Accepted = None,
) -> None:
    """Make the market files of a range of dates.

    Of each date what `unwind calibrate` with the same options writes.

    Levels are those published on the date; vols and correlations are estimated from --window-start to it, the filtered
    law from --law-start. Weekdays on which a curve or USD/JPY was not published are left out, and named. A date with
    too few joint dates for the law has a market without, which says why. What is odd in the history is refused by date,
    series and line, and nothing is written, unless it is accepted by name; the market file says what was.
    """
    from engine.calibration.dated_markets import markets_of_dates
    from engine.inputs.history.load import load_history
    from engine.inputs.market.dated_files import write_dated_markets
    from engine.inputs.market.load import bundled_market_path, load_market
    from engine.inputs.outputs import made_folder

    begin, end, law = (
        options.day(flag, text)
        for flag, text in (("--from", first), ("--to", last or first), ("--law-start", law_start))
    )
    window = options.day("--window-start", window_start) if window_start else None
    history, pattern = load_history(files), load_market(like or bundled_market_path())
    found = markets_of_dates(
        history, begin, end, like=pattern, window_start=window, law_start=law, accepted=accept or ()
    )
    markets, notes = _with_records(found, history.values, stressed, law, loop=loop)
    for path in write_dated_markets(markets, made_folder(out)):
        typer.echo(str(path))
    for note in notes:
        render.warn(note)
    render.say(found.window_words())
    render.say(found.law_words())


def _with_records(
    found: "DatedMarkets", history: "pd.DataFrame", stressed: Path | None, law_start: "date", *, loop: bool
) -> "tuple[list[Market], list[str]]":
    """Return markets with what --stressed and --loop ask for, each as of its date, and all that there is to note."""
    from engine.analysis.stressed_window import with_stressed_window
    from engine.calibration.loop_record import with_loop_record

    markets, notes = [], list(found.notes)
    for each in found.markets:
        market = each
        if stressed is not None:
            market, more = with_stressed_window(market, history, stressed, render.say, law_start)
            notes += more
        if loop:
            market, _ = with_loop_record(market, history, law_start)
        markets.append(market)
    return markets, list(dict.fromkeys(notes))
