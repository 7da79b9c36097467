"""Parts that the tables of a scenario file share: globs, sources, ranges."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from engine.mechanisms.unwind import Sizes
from engine.scenario.domain import RANGES

Glob = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="A factor's name, or a glob over names: JGB_10Y, UST_*, JGB_[234]0Y.",
        examples=["USDJPY", "JGB_*"],
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=40)]
Source = Annotated[str, Field(min_length=1, description="Where the figures come from, or 'assumption: ...'.")]
ByFactor = dict[Glob, float]


def identified_by(*keys: str) -> ConfigDict:
    """Schema of a table that a file may give in part: the rest may stand in a file that it extends."""

    def fewer(schema: dict[str, Any]) -> None:
        if "required" in schema:
            schema["required"] = [key for key in schema["required"] if key in keys]

    return ConfigDict(json_schema_extra=fewer)


def bounded(part: str, name: str, description: str, default: Any = ...) -> Any:
    """Field of a number within the range that the engine allows it."""
    low, high = RANGES[part][name]
    return Field(default, ge=low, le=high, description=description)


def sizes(given: dict[str, float]) -> Sizes:
    """A table by factor as the engine has it, in the order of the file."""
    return tuple(given.items())
