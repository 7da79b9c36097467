"""Parts that the tables of a scenario file share: globs, sizes by factor, keys that another file may give."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import Field

from engine.mechanisms.parameters.sizes import Sizes
from engine.scenario.scenario import LONGEST_GLOB

Glob = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_GLOB,
        description="A factor's name, or a glob over names: JGB_10Y, UST_*, JGB_[234]0Y.",
        examples=["USDJPY", "JGB_*"],
    ),
]
ByFactor = Annotated[dict[Glob, float], Field(max_length=1000)]


def fewer_required(keys: Sequence[str]) -> Callable[[dict[str, Any]], None]:
    """Return what makes the schema of a table require `keys` alone: the rest may stand in a file that it extends."""

    def fewer(schema: dict[str, Any]) -> None:
        if "required" in schema:
            schema["required"] = [key for key in schema["required"] if key in keys]

    return fewer


def sizes(table: dict[str, float]) -> Sizes:
    """Return a table by factor as the engine has it, in the order of the file."""
    return tuple(table.items())
