"""Generated documents: `python -m cli.readme` in the checkout writes README's commands and the mechanisms' page."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from cli import mechanisms_page
from cli.main import app

BEGIN = "<!-- commands: written by `python -m cli.readme` -->"
END = "<!-- end of commands -->"
WIDTH = 100
MECHANISMS_PAGE = Path("docs") / "reference" / "mechanisms.md"


def commands() -> Iterator[tuple[str, Any, str]]:
    """Return every command, groups first: its full name, typer's object and its help."""
    yield from _walk(typer.main.get_command(app), "unwind", None)


def _walk(command: Any, name: str, parent: Any) -> Iterator[tuple[str, Any, str]]:
    context = typer.Context(command, info_name=name, parent=parent, terminal_width=WIDTH)
    yield context.command_path, command, command.get_help(context)
    for child_name, child in getattr(command, "commands", {}).items():
        yield from _walk(child, child_name, context)


def section() -> str:
    """Return the generated lines, markers included."""
    parts = [f"### `{name}`\n\n```\n{text.rstrip()}\n```" for name, _, text in commands()]
    return "\n\n".join([BEGIN, *parts, END])


def with_section(readme: str) -> str:
    """Return README's text with the section between the markers replaced."""
    head, _, rest = readme.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return head + section() + tail


def main() -> None:
    """Rewrite README.md and docs/reference/mechanisms.md in the current folder."""
    path = Path("README.md")
    text = path.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        sys.exit(f"error: README.md has no lines {BEGIN!r} and {END!r}")
    path.write_text(with_section(text), encoding="utf-8")
    MECHANISMS_PAGE.write_text(mechanisms_page.page(), encoding="utf-8")


if __name__ == "__main__":
    main()
