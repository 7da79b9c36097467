"""`unwind calibrate`: the market of a date, and the laws of its moves, from a history."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options, render
from cli.data.history import Accepted, Files, LawStart, Like, Stressed, WindowStart


def calibrate(
    files: Files,
    date: Annotated[str, typer.Option(metavar="DATE", help="Valuation date, as 2025-05-28: no later row is used.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where DATE.toml and the arrays beside it go; made if absent.")
    ],
    like: Like = None,
    law_start: LawStart = "2002-01-01",
    window_start: WindowStart = None,
    stressed: Stressed = None,
    loop: Annotated[
        bool,
        typer.Option(
            "--loop",
            help="Also keep the record of USD/JPY that carry trades in a scenario, as in unwind-loop, are found in, and"
            " show what it says of their loop's strength.",
        ),
    ] = False,
    accept: Accepted = None,
    as_json: options.AsJson = False,
) -> None:
    """Write the market of a date and the laws of its moves, as they were known on that date.

    The filtered law is a table of 1,000 past joint dates' residuals, drawn whole, and each factor's variance at four
    speeds. It takes 2,120 joint dates at least. Three regimes of days, estimated each January, tilt the rows where a
    scenario says law = "filtered-regimes". Every parameter is shown with its standard error, window and method;
    the market file has them too. What is odd in the history is refused by date, series and line, unless it is accepted
    by name. `unwind data build` does the same for a range of dates.
    """
    import json

    from cli.data.law_tables import law_json, law_tables
    from cli.data.loop_tables import loop_json, loop_tables
    from engine.analysis.stressed_window import with_stressed_window
    from engine.calibration.dated_markets import calibrated_market
    from engine.calibration.loop_record import with_loop_record
    from engine.inputs.history.load import load_history
    from engine.inputs.market.dated_files import write_dated_markets
    from engine.inputs.market.load import bundled_market_path, load_market
    from engine.inputs.outputs import made_folder

    day, first = options.day("--date", date), options.day("--law-start", law_start)
    window = options.day("--window-start", window_start) if window_start else None
    pattern, history = load_market(like or bundled_market_path()), load_history(files)
    found = calibrated_market(history, day, like=pattern, window_start=window, law_start=first, accepted=accept or ())
    (market,), notes = found.markets, found.notes
    if stressed is not None:
        market, more = with_stressed_window(market, history.values, stressed, render.say, first)
        notes = (*notes, *more)
    falls = None
    if loop:
        market, falls = with_loop_record(market, history.values, first)
    (path,) = write_dated_markets([market], made_folder(out))
    if as_json:
        of_loop = loop_json(market, falls) if falls is not None else {}
        typer.echo(json.dumps({"market": str(path), **law_json(market), **of_loop, "notes": notes}, allow_nan=False))
    else:
        typer.echo(str(path))
        render.show(*law_tables(market, pattern.valuation_date), *(loop_tables(market, falls) if falls else ()))
    if market.filtered is not None and (year := market.filtered.stressed) is not None:
        render.say(f"stressed year of {year.book}: {year.first} to {year.last}; {year.description}")
    for note in notes:
        render.warn(note)
    render.say(found.window_words())
    render.say(found.law_words())
