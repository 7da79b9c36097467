"""`unwind schema`: what a file may hold."""

from typing import Annotated

import typer


def schema(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="Kind of file: market, book, hedges, scenario, run, batch, prices or spreads."
        ),
    ],
) -> None:
    """Print the JSON Schema of a kind of file.

    It holds every key's meaning, unit, bounds and default.
    """
    import json

    from engine.inputs.schema import json_schema

    typer.echo(json.dumps(json_schema(kind), indent=2, ensure_ascii=False))
