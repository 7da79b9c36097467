"""The page that a command writes on: how wide it is, whether a person looks at it, and whether it has colours."""

import os
import re
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

LEAST_FOR_BARS = 100  # columns of a terminal from which tables have bars
WIDEST_PROSE = 100  # letters of a line: longer ones are hard to read
USUAL = 80  # columns of prose in a pipe


class Style(StrEnum):
    """How a piece of text stands out on a terminal: its number among the standard's (ECMA-48, SGR)."""

    PLAIN = ""
    BOLD = "1"  # heads, totals
    DIM = "2"  # errors, notes
    LOSS = "31"  # what adds to risk, a breach
    GAIN = "34"  # what takes off risk
    WARN = "33"
    GOOD = "32"


# Words that a colour may stand beside: it says nothing that they do not say.
_WORDS = {
    Style.LOSS: re.compile(r"\b(?:HARD|SOFT|BREACH|breached|hurts|RED)\b|(?:ハード|ソフト)超過|悪化"),
    Style.WARN: re.compile(r"\bAMBER\b"),
    Style.GOOD: re.compile(r"\bok\b"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where text goes."""

    width: int | None  # columns; None: a pipe that was told none, whose lines are as long as they are
    is_terminal: bool = False
    has_colour: bool = False
    has_blocks: bool = True  # its code page has eighths of a block

    @property
    def has_bars(self) -> bool:
        """Return whether tables have bars."""
        return self.is_terminal and self.width is not None and self.width >= LEAST_FOR_BARS

    @property
    def prose(self) -> int:
        """Return the columns of running text."""
        return USUAL if self.width is None else min(self.width, WIDEST_PROSE)

    def styled(self, text: str, style: Style) -> str:
        """Return a text as it stands out here."""
        if not self.has_colour or style is Style.PLAIN or not text.strip():
            return text
        return f"\x1b[{style.value}m{text}\x1b[0m"

    def worded(self, text: str) -> str:
        """Return a text whose words of breach, warning and good standing have their colours."""
        if self.has_colour:
            for style, words in _WORDS.items():
                text = words.sub(lambda found, style=style: self.styled(found[0], style), text)  # type: ignore[misc]
        return text


def of_stdout() -> Page:
    """Return the page that stdout is."""
    return _page(sys.stdout)


def of_stderr() -> Page:
    """Return the page that stderr is."""
    return _page(sys.stderr)


def _page(stream: TextIO) -> Page:
    """Return the page that a stream is, by the terminal, COLUMNS, NO_COLOR (https://no-color.org) and TERM."""
    is_terminal = stream.isatty()
    width = shutil.get_terminal_size((USUAL, 24)).columns if is_terminal else _set_width()
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    encoding = (getattr(stream, "encoding", None) or "ascii").lower()
    return Page(
        width=width,
        is_terminal=is_terminal,
        has_colour=is_terminal and not plain,
        has_blocks=encoding.startswith("utf"),
    )


def _set_width() -> int | None:
    """Return how long a line may be in a pipe, by COLUMNS; None: it is not set."""
    text = os.environ.get("COLUMNS", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None
