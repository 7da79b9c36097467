"""`unwind reproduce`: a recorded run once more, bit by bit."""

from pathlib import Path
from typing import Annotated

import typer

from cli import render


def reproduce(
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", help="A recorded run: its manifest.json or folder.")],
) -> None:
    """Run a recorded run again: bit-identical, or what differs.

    Reads the inputs where the manifest names them. Ends with 1 if a number differs.
    """
    from cli import progress
    from engine.batch import reproduce
    from engine.errors import RiskError

    with progress.on_stderr() as report:
        found = reproduce.reproduce(manifest, report, render.say)
    for cause in found.causes:
        render.warn(f"other than then: {cause}")
    what = f"run {found.run!r} of {found.valuation_date}"
    if not found.is_identical:
        raise RiskError("\n".join([f"{what} is not reproduced; these differ:", *found.numbers]))
    exact = f"exact: {', '.join(found.exact)}" if found.exact else ""
    blocks = f"{found.n_blocks} blocks" if found.n_blocks or not exact else ""
    typer.echo(f"{what}: bit-identical, {'; '.join(filter(None, (blocks, exact)))}")
