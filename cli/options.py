"""Options that several commands share, worded once."""

from pathlib import Path
from typing import Annotated

import typer

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
Currency = Annotated[str, typer.Option(metavar="CODE", help="Currency of the results: JPY or USD.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on stdout.")]
