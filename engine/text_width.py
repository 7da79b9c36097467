"""How wide a text is on a terminal or in a sheet: a full-width letter, as Japanese ones are, takes two columns."""

import re
import unicodedata
from collections.abc import Iterator

_UNBROKEN = re.compile(r"\s+(?!%|±|bp\b)")  # where a line may end: a number keeps its unit and its error

# Where a line of Japanese may end: not within a figure with its unit, a word in katakana, some kanji in a row or a word
# of another script, not before what closes and not after what opens (JIS X 4051).
_WORD = "[ -~±→]+[兆億千百万円日回件年月]*|[ァ-ヶー]+[0-9]*|[一-鿿]{1,4}|."
_PIECE = re.compile(f"[\uff08「『]*(?:{_WORD})[。、\uff09」』\uff1a\uff1b・ー]*", re.DOTALL)


def text_width(text: str) -> int:
    """Return the columns of a text, where each ASCII letter takes one (Unicode Standard Annex 11)."""
    return len(text) if text.isascii() else sum(map(_letter_width, text))


def padded(text: str, width: int, *, is_right: bool = False) -> str:
    """Return a text with spaces behind it, or before it, up to a width in columns."""
    spaces = " " * (width - text_width(text))
    return spaces + text if is_right else text + spaces


def cut_in_the_middle(text: str, width: int) -> str:
    """Return a text of at most `width` columns: of a longer one its beginning and its end, around an ellipsis."""
    if text_width(text) <= width:
        return text
    room = max(width - 1, 0)
    head = _beginning(text, room - room // 2)
    tail = _beginning(text[::-1], room // 2)[::-1]
    return f"{head.rstrip()}…{tail.lstrip()}"


def wrapped(text: str, width: int, later: str = "") -> list[str]:
    """Return a text in lines of at most `width` columns, broken at blanks, a longer word within; `later` indents.

    Japanese, which has no blanks, is broken between its letters where a line may end.
    """
    lines: list[str] = []
    line = ""
    indent = text[: len(text) - len(text.lstrip())]
    for gap, piece in _pieces(text):
        rest, lead = piece, later if lines else indent
        if line and text_width(line) + len(gap) + text_width(rest) <= width:
            line = f"{line}{gap}{rest}"
            continue
        if line:
            lines.append(line)
            lead = later
        while text_width(lead) + text_width(rest) > width and (
            head := _beginning(rest, max(width - text_width(lead), 2))
        ):
            if head == rest:
                break
            lines.append(lead + head)
            rest, lead = rest[len(head) :], later
        line = lead + rest
    return [*lines, line] if line or not lines else lines


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stays on one line, each with the blank before it or none."""
    for word in _UNBROKEN.split(text.strip()):
        pieces = [word] if word.isascii() or text_width(word) == len(word) else _PIECE.findall(word)
        for i, piece in enumerate(pieces):
            yield ("" if i else " "), piece


def _beginning(text: str, width: int) -> str:
    """Return as many letters of a text as have room."""
    taken = 0
    for i, letter in enumerate(text):
        taken += _letter_width(letter)
        if taken > width:
            return text[:i]
    return text


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
