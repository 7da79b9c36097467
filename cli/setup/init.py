"""`unwind init`: a folder with a book, a market, a scenario, a batch and its limits, which run as they are."""

import shlex
from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="New, or without files of these names.")],
) -> None:
    """Write a folder that runs at once: a book, a market, a scenario, a batch with limits, a README.

    Every file says what its lines are for. Nothing is overwritten.
    """
    from engine.inputs.starter.write import write_starter

    for path in write_starter(folder):
        typer.echo(str(path))
    typer.echo(f"next: cd {shlex.quote(str(folder))} && unwind book check book.csv --market market.toml")
