"""docs/reference/environment.md: the environment variables that the program reads."""

from pathlib import PurePosixPath

from engine.inputs.environment import BORROWED, PREFIX, PROCESS, Variable
from engine.inputs.run import RunConfig

PAGE = PurePosixPath("docs/reference/environment.md")
_HEAD = f"""# Environment variables

<!-- written by `python -m cli.pages.reference`: change engine/inputs/environment.py or a run's keys, not this page -->

## Settings of a run

A setting is taken from the command's option, else from the environment, else from RUN.toml, else it is the default.
Lists are separated by commas. Every command refuses a variable that begins with `{PREFIX}` and looks misspelt, of
these and of the process's; of another, `unwind doctor` says that nothing reads it. Commands that simulate a run read
these; a batch takes its settings from its file alone.

| variable | as the option | meaning |
|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    settings = [
        f"| `{PREFIX}{key.upper()}` | `--{key.replace('_', '-')}` | {field.description} |"
        for key, field in ((field.alias or name, field) for name, field in RunConfig.model_fields.items())
    ]
    parts = [_HEAD + "\n".join(settings), "## Of the process", _table(PROCESS)]
    return "\n\n".join([*parts, "## Of other programs, which this one minds", _table(BORROWED)]) + "\n"


def _table(variables: tuple[Variable, ...]) -> str:
    rows = [f"| `{each.name}` | {each.meaning} | {each.default} |" for each in variables]
    return "\n".join(["| variable | meaning | where it is not set |", "|---|---|---|", *rows])
