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
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def harmless(text: str) -> str:
    """Return a text without orders to a terminal: each is spelt."""
    return _ORDERS.sub(spelt, text)


def one_line(text: str) -> str:
    """Return a text as `harmless`, tabs and line feeds spelt too: what stands in a table's entry stays in it."""
    return _BREAKS.sub(spelt, harmless(text))


class HarmlessStream(io.TextIOWrapper):
    """A stream through which no order reaches a terminal, and JSON in an encoding that every reader of JSON takes.

    JSON is UTF-8 by its standard (RFC 8259): into a stream of another encoding it goes in ASCII, which is both.
    """

    def write(self, text: str, /) -> int:
        shown = harmless(text)
        if shown.startswith(("{", "[")) and not self._is_unicode():
            shown = _NOT_ASCII.sub(spelt, shown)
        super().write(shown)
        return len(text)

    def _is_unicode(self) -> bool:
        return self.encoding.lower().startswith("utf")


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


def spelt(found: re.Match[str]) -> str:
    """Return a character as JSON writes it: one beyond 16 bits takes two numbers."""
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
