"""What a table is before it is drawn: columns, entries, and the sentence that answers first."""

from collections.abc import Sequence
from dataclasses import dataclass

LOWER = 9  # rank of the columns that leave a narrow page first, and a wide one for bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    heading: str
    is_number: bool = True  # aligned right, its errors in a column of their own
    meaning: str = ""  # a sentence below the table, of what a desk would not take it for
    leaves: int = 0  # on a narrow page columns leave, the highest first; 0: it stays while there is room for any


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Entries already formatted, row by row.

    An empty row is drawn as a gap, a row of one entry as a heading over those below it. An entry of a number is
    "15.3", "15.3 ±0.1", "15.3 ±0.1 ±0.4", or "15.3  ±0.4": two blanks keep the place of an error that is not shown.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[str]]
    unit: str = ""  # "JPY bn", at the end of the title's line
    sentence: str = ""  # the answer in words, between title and entries
    footnote: str = ""  # a sentence below those of the columns
    bars: Sequence[float | None] = ()  # one a row, on a terminal wide enough; above 0 to the right
