"""Golden pages of every command: at three widths, on a terminal, without colours, and in a pipe.

`python -m tests.cli.golden_pages` draws them again, of the commands that are named or of all.
"""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

from cli.output import page as pages
from cli.output.page import Page

FOLDER = Path(__file__).parent / "golden"
WIDTHS = (60, 80, 120)
ESCAPE = "\x1b["
SHOWN_ESCAPE = "~["  # in the files, so that an editor shows them


def pages_of() -> Iterator[tuple[str, Page]]:
    """Yield every page with its name: width and kind."""
    for width in WIDTHS:
        yield f"{width} columns, terminal", Page(width=width, is_terminal=True, has_colour=True)
        yield f"{width} columns, terminal, NO_COLOR", Page(width=width, is_terminal=True)
        yield f"{width} columns, pipe", Page(width=width)


def drawn(show: Callable[[], None], page: Page) -> str:
    """Return what a command writes on a page."""
    text = io.StringIO()
    with patch.object(pages, "of_stdout", lambda: page), redirect_stdout(text):
        show()
    return text.getvalue()


def golden(show: Callable[[], None]) -> str:
    """Return the text of a golden file; pages that are as the one before are not repeated."""
    parts: list[str] = []
    for name, page in pages_of():
        parts.append(f"=== {name}\n{drawn(show, page).replace(ESCAPE, SHOWN_ESCAPE).rstrip()}\n")
    return "\n".join(parts)


def sections(text: str) -> dict[str, list[str]]:
    """Return the lines of each page of a golden file, by its name."""
    found: dict[str, list[str]] = {}
    for part in text.split("=== ")[1:]:
        name, *lines = part.splitlines()
        found[name] = lines
    return found


def draw(names: list[str]) -> None:
    """Write golden files of some commands, or of all."""
    from tests.cli.golden_cases import CASES

    FOLDER.mkdir(exist_ok=True)
    for name in names or CASES:
        (FOLDER / f"{name}.txt").write_text(golden(CASES[name]), encoding="utf-8")


if __name__ == "__main__":
    draw(sys.argv[1:])
