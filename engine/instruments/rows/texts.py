"""Texts of a position: which ones a column takes, whether a file or a program wrote them."""

import re
from functools import lru_cache

from engine.conventions.contracts import parse_contract
from engine.conventions.inflation import parse_cpi
from engine.errors import InputError
from engine.market.factors import tenor_years

NAME_MARKS = "._-・\uff08\uff09"  # that a book's name may hold beside letters and digits
_BOOK = re.compile(rf"[^\W_][\w{re.escape(NAME_MARKS)}]{{0,63}}")
_FACTOR = re.compile(r"[A-Z][A-Z0-9_]{0,31}")
LONGEST_ID = 128
LONGEST_TENOR = 40.0  # years


@lru_cache(maxsize=4096)
def text_error(name: str, text: str) -> str | None:
    """Return what is wrong with the text of a column; None where nothing is."""
    match name:
        case "book" if not _BOOK.fullmatch(text):
            return (
                f"a book's name has 1 to 64 letters and digits, '.', '_', '-', '・' or full-width parentheses, and"
                f" starts with a letter or digit, got {shown(text)}"
            )
        case "factor" if not _FACTOR.fullmatch(text):
            return f"a factor's name has 1 to 32 capitals, digits and '_', such as SPX, got {shown(text)}"
        case "curve" if not _FACTOR.fullmatch(text):
            return f"a curve's name has 1 to 32 capitals, digits and '_', such as JGB, got {shown(text)}"
        case "contract" | "tenor" | "cpi":
            return _term_error(name, text)
    return None


def id_error(text: str) -> str | None:
    """Return what is wrong with a position's name; None where nothing is."""
    if len(text) > LONGEST_ID or not text.isprintable() or not text:
        return f"must have at most {LONGEST_ID} printable characters, got {shown(text)}"
    return None


def shown(text: str) -> str:
    """Return a field's text in a message, cut where it is long."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _term_error(name: str, text: str) -> str | None:
    try:
        if name == "contract":
            parse_contract(text)
            return None
        if name == "cpi":
            parse_cpi(text)
            return None
        years = tenor_years(text)
    except InputError as error:
        return str(error)
    if round(years * 12.0, 9).is_integer() and years <= LONGEST_TENOR:
        return None
    return f"a swap runs whole months, up to 40Y, got {shown(text)}"
