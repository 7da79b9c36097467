"""Options that several commands share, worded once."""

import re
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import InputError

Market = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Market levels, vols and correlations (TOML). Default: the bundled one."),
]
Book = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Positions (CSV, or Parquet). Default: the bundled sample books.")
]
Scenarios = Annotated[
    list[str] | None,
    typer.Option("--scenario", metavar="NAME", help="A bundled scenario's name or a TOML file; repeat for several."),
]
Currency = Annotated[str, typer.Option(metavar="CODE", help="Currency of the results: one that the market quotes.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on stdout.")]


def whole(flag: str, text: str, low: int, high: int) -> int:
    """Return the whole number that `flag` was set to. Raises InputError where it is not one from `low` to `high`."""
    if re.fullmatch(r"[+-]?[0-9]{1,40}", text) and low <= int(text) <= high:
        return int(text)
    raise InputError(f"{flag}: must be a whole number from {low} to {high:,}, got {text!r}")
