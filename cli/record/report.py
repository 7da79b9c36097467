"""`unwind report`: a recorded night as one HTML file."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.explain.nights.changes_since import Changes
    from engine.record.correlations import Correlations


def report(
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="The record's folder: `out` of the batch file.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The HTML file to write, such as report.html.")],
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="DATE", help="Valuation date, or `last`, the default."),
    ] = None,
    history: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="History of yields and USD/JPY, for trailing correlations instead of the record's; repeatable.",
        ),
    ] = None,
    backtest: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Show a backtest too: the folder of `unwind backtest --out`, none of whose bytes may be changed.",
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Take the change since the night before apart: runs between the two, some 5 s a run.",
        ),
    ] = False,
    language: Annotated[
        str | None,
        typer.Option(metavar="LANGUAGE", envvar=options.LANGUAGE_VARIABLE, help="Of the page: en, the default, or ja."),
    ] = None,
) -> None:
    """Write a recorded night as one HTML file that needs no other.

    Needs the extra `report`.

    VaR, expected shortfall and limits with errors and changes, charts with their numbers as tables, data quality, and
    what everything was made from. It can be printed, and mailed: it loads nothing from elsewhere.
    """
    from engine.inputs.outputs import check_out
    from engine.report.write import write_report

    valuation_date = _night(folder, day)
    path = check_out(out, inputs=history or ())
    if _in_record(path, folder):
        raise InputError(f"--out {str(out)!r} lies among the record's own files; write the report beside them")
    correlations = _correlations(folder, valuation_date, history or [])
    changes = _changes(folder, valuation_date) if explain else None
    size = write_report(folder, valuation_date, path, correlations, backtest, changes, options.language_of(language))
    render.say(f"{out}: the night of {valuation_date}, {size / 1000:,.0f} kB")


def _correlations(folder: Path, valuation_date: date, histories: list[Path]) -> "Correlations | None":
    """Return the correlations of the night's market against the histories; None: the record's own are shown."""
    if not histories:
        return None
    from engine.batch.correlations import correlations_of_night
    from engine.record.read import read_night

    return correlations_of_night(read_night(folder, valuation_date), histories)


def _changes(folder: Path, valuation_date: date) -> "Changes":
    """Take the change of each run since the night before apart."""
    from cli import progress
    from engine.explain.nights.changes_since import changes_since

    with progress.on_stderr("runs") as report:
        return changes_since(folder, valuation_date, report, render.say)


def _night(folder: Path, day: str | None) -> date:
    from engine.inputs.batch import day_of_text
    from engine.inputs.batch_dates import LAST
    from engine.record.read import nights

    found = nights(folder)
    if not found:
        raise InputError(f"{str(folder)!r} holds no closed night")
    if day is None or day == LAST:
        return found[-1]
    try:
        wanted = day_of_text(day)
    except ValueError as error:
        raise InputError(f"--date {error}") from None
    if wanted not in found:
        raise InputError(f"{str(folder)!r} has no night of {wanted}; the nearest are {', '.join(_near(found, wanted))}")
    return wanted


def _near(found: tuple[date, ...], wanted: date) -> list[str]:
    return [str(each) for each in sorted(sorted(found, key=lambda each: abs(each - wanted))[:3])]


def _in_record(path: Path, folder: Path) -> bool:
    home = folder.resolve()
    return home in path.parents and path.relative_to(home).parts[0].startswith("valuation_date=")
