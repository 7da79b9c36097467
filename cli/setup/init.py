"""`unwind init`: a folder with books, markets, a batch and its limits, which run as they are."""

import shlex
from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="New, or without files of these names.")],
    general_account: Annotated[
        bool,
        typer.Option(
            "--general-account",
            help="The sample general account on two nights instead: every chapter of the report in one batch.",
        ),
    ] = False,
) -> None:
    """Write a folder that runs at once: book, market, batch.

    A scenario, limits and a README are in it as well.

    Every file says what its lines are for. Nothing is overwritten.
    """
    from engine.inputs.starter.write import write_general_account, write_starter

    for path in write_general_account(folder) if general_account else write_starter(folder):
        typer.echo(str(path))
    first = "batch run batch.toml" if general_account else "book check book.csv --market market.toml"
    typer.echo(f"next: cd {shlex.quote(str(folder))} && unwind {first}")
