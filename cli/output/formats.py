"""In which form a command prints what it found: `--format`, and `--json` as the short form of one of them.

A command takes both options, chooses before its work, and shows after it:

    def stress(..., output_format: options.Format = None, as_json: options.AsJson = False) -> None:
        form = formats.chosen(output_format, as_json=as_json)
        ...
        formats.show(form, table=lambda: render.show(table(found)), json=found.to_json, frame=found.table)
"""

import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from cli import render
from engine.errors import InputError, did_you_mean
from engine.words.language import ENGLISH, read_in

if TYPE_CHECKING:
    from cli.output.frames import Frame


class Format(StrEnum):
    """A form of what a command prints on stdout."""

    TABLE = "table"  # for a reader
    JSON = "json"  # one object, with everything
    CSV = "csv"  # the tidy frame: a row an observation
    PARQUET = "parquet"  # the same, as bytes


def chosen(name: str | None, *, as_json: bool = False) -> Format:
    """Return the form that `--format` and `--json` ask for. A command calls this before its work.

    Raises
    ------
    InputError
        There is no such form, the two options contradict one another, or Parquet would go to a terminal.
    """
    if name is None:
        return Format.JSON if as_json else Format.TABLE
    names = [each.value for each in Format]
    if name not in names:
        raise InputError(
            f"--format: must be {', '.join(names[:-1])} or {names[-1]}, got {name!r}{did_you_mean(name, names)}"
        )
    form = Format(name)
    if as_json and form is not Format.JSON:
        raise InputError(f"--json is short for --format json, and --format says {name}; leave one out")
    if form is Format.PARQUET and sys.stdout.isatty():
        raise InputError("Parquet is no text for a terminal; write it to a file: --format parquet > file.parquet")
    return form


def rows_object(key: str, frame: "Callable[[], Frame]") -> Callable[[], dict[str, object]]:
    """Return what makes the JSON object of a command that has no other than its frame's rows, under `key`."""

    def made() -> dict[str, object]:
        from cli.output.frames import rows_json

        return {"schema": 1, key: rows_json(frame())}

    return made


def show(
    form: Format,
    *,
    table: Callable[[], None],
    json: Callable[[], Mapping[str, object] | str],
    frame: Callable[[], "Frame"],
    language: str = ENGLISH,
) -> None:
    """Print what a command found on stdout, in one form; the others are not made.

    table   prints it for a reader, in `language`: the other forms are of no language
    json    returns the object, or its text
    frame   returns the tidy frame: a row an observation
    """
    match form:
        case Format.TABLE:
            with read_in(language):
                table()
        case Format.JSON:
            found = json()
            if isinstance(found, str):
                print(found)
            else:
                render.show_json(found)
        case Format.CSV | Format.PARQUET:
            from cli.output import frames  # here, so that --help and tables stay quick

            write = frames.write_csv if form is Format.CSV else frames.write_parquet
            write(frame())
