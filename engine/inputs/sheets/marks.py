"""What a spreadsheet says of its fields beside their values, which its reader of values leaves out.

An error such as #REF!, and a formula that was never calculated, read as empty; 5 % reads as 0.05.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_ROWS = 1_048_576  # of a sheet, as Excel has
MOST_COLUMNS = 256  # a book file has some thirty, a history some hundred
MOST_FIELDS = 20_000_000  # of the rectangle that holds all values: it is kept in memory as a whole

Place = tuple[int, int]  # row, column, from 0


class SheetError(Exception):
    """Why a sheet or file is not read, in words that follow its name."""


@dataclass(slots=True, kw_only=True)
class Marks:
    """What stands beside the values of one sheet."""

    errors: dict[Place, str] = field(default_factory=dict)  # "#N/A" of a field that holds an error
    uncalculated: set[Place] = field(default_factory=set)  # formulas without a value
    percents: set[Place] = field(default_factory=set)  # fields that are shown with a percent sign
    merged: list[tuple[Place, Place]] = field(default_factory=list)  # first and last field of each range
    hidden_rows: set[int] = field(default_factory=set)
    n_rows: int = 0  # up to the last that holds a value
    n_columns: int = 0

    def reach(self, row: int, column: int) -> None:
        """Note that a field holds something. Raises SheetError beyond the limits, before anything is allocated."""
        if row >= self.n_rows or column >= self.n_columns:
            self.n_rows, self.n_columns = max(self.n_rows, row + 1), max(self.n_columns, column + 1)
            if row >= MOST_ROWS or column >= MOST_COLUMNS or self.n_rows * self.n_columns > MOST_FIELDS:
                raise SheetError(
                    f"has a value in {place_name(row, column)}; a table may have {MOST_ROWS:,} rows, {MOST_COLUMNS} "
                    f"columns and {MOST_FIELDS:,} cells at most: remove what is not of the table, or split it"
                )

    def merged_places(self) -> Iterator[tuple[Place, Place]]:
        """Yield the merged ranges of more than one field."""
        yield from (each for each in self.merged if each[0] != each[1])


def column_letters(column: int) -> str:
    """Return the letters of a column, counted from 0: A, B, ..., AA."""
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def place_name(row: int, column: int) -> str:
    """Return a field's name as the spreadsheet gives it: B7."""
    return f"{column_letters(column)}{row + 1}"


def is_percent_format(code: str) -> bool:
    """Return whether a number format shows a percent sign: one beyond quotes, brackets and escapes."""
    plain, i = "", 0
    while i < len(code):
        if code[i] in "\\_*":
            i += 2
            continue
        if code[i] in '"[':
            end = code.find('"' if code[i] == '"' else "]", i + 1)
            i = len(code) if end < 0 else end + 1
            continue
        plain += code[i]
        i += 1
    return "%" in plain
