"""docs/reference/commands/: every command with its options, a page a command or a group of them."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import typer

from cli.main import app

FOLDER = PurePosixPath("docs/reference/commands")
WIDTH = 100  # columns of the help, whatever the terminal
HEAD = """# Commands

<!-- written by `python -m cli.pages.reference`: change the command's own help, not this page -->

"""
_TOCTREE = """
```{toctree}
:hidden:
:glob:

*
```
"""


def commands() -> Iterator[tuple[str, Any, str]]:
    """Return every command, groups first: its full name, typer's object and its help."""
    yield from _walk(typer.main.get_command(app), "unwind", None)


def pages() -> dict[PurePosixPath, str]:
    """Return the pages by path: an index with the list of commands, then each command or group with its own."""
    found = list(commands())
    name, _, text = found[0]
    pages = {FOLDER / "index.md": f"{HEAD}```\n{text.rstrip()}\n```\n\n{_list_of(found)}{_TOCTREE}"}
    for full_name, command, _ in found[1:]:
        if full_name.count(" ") == 1:
            word = full_name.removeprefix(f"{name} ")
            mine = [each for each in found if each[0] == full_name or each[0].startswith(f"{full_name} ")]
            pages[FOLDER / f"{word}.md"] = _page(full_name, command, mine)
    return pages


def _walk(command: Any, name: str, parent: Any) -> Iterator[tuple[str, Any, str]]:
    context = typer.Context(command, info_name=name, parent=parent, terminal_width=WIDTH)
    yield context.command_path, command, command.get_help(context)
    for child_name, child in getattr(command, "commands", {}).items():
        yield from _walk(child, child_name, context)


def _list_of(found: list[tuple[str, Any, str]]) -> str:
    lines = ["| command | what it does |", "|---|---|"]
    for full_name, command, _ in found[1:]:
        _, word, *rest = full_name.split(" ")
        anchor = f"#{full_name.replace(' ', '-')}" if rest else ""
        lines.append(f"| [`{full_name}`]({word}.md{anchor}) | {_first_line(command)} |")
    return "\n".join(lines) + "\n"


def _first_line(command: Any) -> str:
    """Return the first sentence of a command's help, on one line."""
    return " ".join((command.help or "").split("\n\n")[0].split()).replace("|", "\\|")


def _page(full_name: str, command: Any, mine: list[tuple[str, Any, str]]) -> str:
    parts = [f"# unwind {full_name.split(' ')[1]}\n\n{_first_line(command)}\n"]
    for name, _, text in mine:
        heading = f"## {name}\n\n" if len(mine) > 1 and name != full_name else ""
        parts.append(f"{heading}```\n{text.rstrip()}\n```\n")
    return "\n".join(parts)
