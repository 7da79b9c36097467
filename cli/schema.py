"""`unwind schema`: what a file may hold."""

from enum import StrEnum
from typing import Annotated

import typer


class Kind(StrEnum):
    """Files that have a schema."""

    MARKET = "market"
    BOOK = "book"
    SCENARIO = "scenario"
    RUN = "run"


def schema(kind: Annotated[Kind, typer.Argument(metavar="KIND", help="Kind of file.")]) -> None:
    """Print the JSON Schema of a kind of file.

    It holds every key's meaning, unit, bounds and default.
    """
    import json

    from engine.inputs.schema import json_schema

    typer.echo(json.dumps(json_schema(kind.value), indent=2, ensure_ascii=False))
