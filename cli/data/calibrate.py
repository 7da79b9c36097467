"""`unwind calibrate`: the market of a date, and the laws of its moves, from a history."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.data.history import Accepted, Files, LawStart, Like, Stressed, WindowStart
from cli.output import formats

if TYPE_CHECKING:
    from unwind_risk.api.analysis.calibrate import Calibration


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
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Write the market of a date and its laws, as known that day.

    The filtered law is a table of 1,000 past joint dates' residuals, drawn whole, and each factor's variance at four
    speeds. It takes 2,120 joint dates at least. Three regimes of days, estimated each January, tilt the rows where a
    scenario says law = "filtered-regimes". Every parameter is shown with its standard error, window and method;
    the market file has them too. What is odd in the history is refused by date, series and line, unless it is accepted
    by name. `unwind data build` does the same for a range of dates.
    """
    from unwind_risk.api.analysis.calibrate import calibrate_with
    from unwind_risk.api.notes import Notes

    form = formats.chosen(output_format, as_json=as_json)
    day, first = options.day("--date", date), options.day("--law-start", law_start)
    window = options.day("--window-start", window_start) if window_start else None
    notes = Notes(pass_on=render.say)
    found = calibrate_with(files, day, like, window, first, stressed, accept or (), loop=loop, notes=notes).write(out)
    formats.show(form, table=lambda: _show(found), json=found.to_json, frame=found.table)
    render.warn_of(found.warnings)


def _show(found: "Calibration") -> None:
    from cli.data.law_tables import law_tables
    from cli.data.loop_tables import loop_tables

    market, falls = found.market.loaded, found.falls
    typer.echo(str(found.market.path))
    render.show(*law_tables(market, found.given_as_of), *(loop_tables(market, falls) if falls is not None else ()))
