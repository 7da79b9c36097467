"""A kind of position: the word in the file's `kind` column, with what it means and what it takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.instruments.rows.rule import KindRule
from engine.payoffs.quoted import Quotation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """What a position is. It decides the columns that the position takes and the conventions of its payments."""

    name: str  # as in a book file, "UST_BILL"
    meaning: str  # one line for `unwind book template`
    rule: KindRule
    example: Mapping[str, str]  # column -> text, as of 2025-05-28; the currency may be left out
    quotation: Quotation | None = None  # of its market yield, where it has one

    def __str__(self) -> str:
        return self.name
