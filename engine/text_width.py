"""How wide a text is on a terminal or in a sheet: a full-width letter, as Japanese ones are, takes two columns."""

import unicodedata


def text_width(text: str) -> int:
    """Return the columns of a text, where each ASCII letter takes one (Unicode Standard Annex 11)."""
    return len(text) if text.isascii() else sum(map(_letter_width, text))


def padded(text: str, width: int, *, is_right: bool = False) -> str:
    """Return a text with spaces behind it, or before it, up to a width in columns."""
    spaces = " " * (width - text_width(text))
    return spaces + text if is_right else text + spaces


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
