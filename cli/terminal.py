"""What reaches a terminal: letters, and of other people's text no order to it, whatever a title or file name holds.

An escape sequence moves the cursor, hides a line or fills the clipboard; a direction mark turns a number around. Each
such character is written as JSON writes it, \\u001b, so that JSON stays JSON and a person sees that it is there.
"""

import io
import re
from typing import Any, TextIO, cast

# C0 but tab and line feed, DEL and C1; marks that turn the direction of writing; line and paragraph separators.
_ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_BREAKS = re.compile(r"[\t\n]")


def harmless(text: str) -> str:
    """Return a text without orders to a terminal: each is spelt."""
    return _ORDERS.sub(_spelt, text)


def one_line(text: str) -> str:
    """Return a text as `harmless`, tabs and line feeds spelt too: what stands in a table's entry stays in it."""
    return _BREAKS.sub(_spelt, harmless(text))


class HarmlessStream(io.TextIOWrapper):
    """A stream through which no order reaches a terminal."""

    def write(self, text: str, /) -> int:
        super().write(harmless(text))
        return len(text)


class _Styled:
    """The same stream for who draws on a terminal, and has made its texts harmless."""

    def __init__(self, stream: HarmlessStream) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return io.TextIOWrapper.write(self._stream, text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def styled(stream: TextIO) -> TextIO:
    """Return the stream as rich may draw on it, with escape sequences of its own."""
    return cast(TextIO, _Styled(stream)) if isinstance(stream, HarmlessStream) else stream


def _spelt(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
