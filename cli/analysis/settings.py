"""Which run a command of this folder is about: by the options of `unwind run`, by a RUN.toml, or a recorded one."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from engine.inputs.run import RunConfig

Law = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Lay each scenario under this law; repeat for several.")
]
Paths = Annotated[str | None, typer.Option(metavar="N", help="Simulated futures of the run. Default: 1000000.")]
Confidence = Annotated[
    list[str] | None,
    typer.Option(metavar="LEVEL", help="Such as 0.99; of several the highest. Default: 0.975, 0.99."),
]
Revaluation = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="direct: full revaluation; compressed: with a bound. Default: compressed."),
]
RunName = Annotated[
    str | None,
    typer.Option("--run", metavar="NAME", help="Of a recorded night: which of its runs, where it has several."),
]

_ONES = {"book": "--book", "scenarios": "--scenario"}  # options that are called otherwise than the setting


def is_recorded(source: Path | None) -> bool:
    """Return whether a source is a recorded run, and not a RUN.toml."""
    return source is not None and source.suffix != ".toml"


def given(flags: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in flags.items() if value is not None and value != []}


def config_of(flags: Mapping[str, Any], source: Path | None, run: str | None) -> "RunConfig":
    """Return the run that options, environment and RUN.toml ask for. Raises InputError."""
    from os import environ

    from engine.errors import InputError
    from engine.inputs.run import resolve

    if run is not None:
        raise InputError("--run chooses among the runs of a recorded night; give the night's folder, or leave it out")
    return resolve(given(flags), environ, source)


def refuse_settings(flags: Mapping[str, Any], source: Path) -> None:
    """Raise InputError where options would change a recorded run."""
    from engine.errors import InputError

    if named := [option(name) for name in given(flags)]:
        raise InputError(
            f"{', '.join(named)}: the recorded run {str(source)!r} has settings of its own; leave these out, or give"
            " a RUN.toml in its place"
        )


def option(name: str) -> str:
    """Return the option of a setting."""
    return _ONES.get(name, f"--{name.replace('_', '-')}")


def run_of(flags: Mapping[str, Any], source: Path | None, run: str | None) -> "RunConfig | Path":
    """Return the run that is asked about: its settings, or where it is recorded.

    Raises InputError where options would change a recorded run, or as `config_of`.
    """
    if source is None or not is_recorded(source):
        return config_of(flags, source, run)
    refuse_settings(flags, source)
    return source
