"""Marks of the sheets of an .ods file, by OpenDocument (OASIS, version 1.3, part 3, 9)."""

import zipfile
from collections.abc import Mapping

from engine.inputs.sheets.marks import MOST_COLUMNS, MOST_ROWS, Marks, SheetError
from engine.inputs.sheets.zipped import parse_xml

CONTENT = "content.xml"
MOST_REPEATED = 1_000_000  # fields that hold something and are written once for several, of all sheets


class OdsMarks:
    """The marks of one file, whose sheets all stand in one part."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        found = _ContentParser()
        parse_xml(file, CONTENT, found.start, end=found.end, text=found.text)
        self._marks: Mapping[str, Marks] = found.sheets

    def of(self, sheet: str) -> Marks:
        """Return the marks of a sheet. Raises SheetError."""
        if sheet not in self._marks:
            raise SheetError("is no sheet of rows and columns")
        return self._marks[sheet]


class _ContentParser:
    """Follows the elements of all sheets."""

    def __init__(self) -> None:
        self.sheets: dict[str, Marks] = {}
        self._marks, self._name = Marks(), ""
        self._row, self._n_rows, self._column = 0, 1, 0
        self._attributes: dict[str, str] = {}
        self._is_field, self._text, self._n_repeated = False, "", 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag:
            case "table":
                self._name, self._marks, self._row = attributes.get("table:name", ""), Marks(), 0
                self.sheets[self._name] = self._marks
            case "table-row":
                self._n_rows, self._column = _times(attributes, "number-rows-repeated"), 0
                if attributes.get("table:visibility") in ("collapse", "filter") and self._n_rows < MOST_ROWS:
                    self._marks.hidden_rows.update(range(self._row, self._row + self._n_rows))
            case "table-cell" | "covered-table-cell":
                self._attributes, self._is_field, self._text = attributes, True, ""

    def end(self, tag: str) -> None:
        match tag:
            case "table-row":
                self._row += self._n_rows
            case "table-cell" | "covered-table-cell":
                self._end_field()

    def text(self, text: str) -> None:
        if self._is_field:
            self._text += text

    def _end_field(self) -> None:
        attributes, first = self._attributes, self._column
        self._is_field = False
        n = _times(attributes, "number-columns-repeated")
        self._column += n
        try:
            self._mark(attributes, first, n)
        except SheetError as error:  # of the file: the reader of values unpacks all of its sheets
            raise SheetError(f"sheet {self._name!r} {error}") from None

    def _mark(self, attributes: dict[str, str], first: int, n: int) -> None:
        kind = attributes.get("office:value-type")
        high, wide = _times(attributes, "number-rows-spanned"), _times(attributes, "number-columns-spanned")
        if high * wide > 1:
            self._marks.merged.append(((self._row, first), (self._row + high - 1, first + wide - 1)))
        is_error = attributes.get("calcext:value-type") == "error"
        is_uncalculated = "table:formula" in attributes and kind is None
        if kind is None and not self._text and not is_uncalculated:
            return
        self._marks.reach(self._row + self._n_rows - 1, first + n - 1)
        self._n_repeated += n * self._n_rows - 1
        if self._n_repeated > MOST_REPEATED:
            raise SheetError(f"repeats more than {MOST_REPEATED:,} cells; save it again in a spreadsheet program")
        if not (is_error or is_uncalculated or kind == "percentage"):
            return
        for row in range(self._row, self._row + self._n_rows):
            for column in range(first, min(first + n, MOST_COLUMNS)):
                if is_error:
                    self._marks.errors[row, column] = self._text.strip() or "#N/A"
                elif is_uncalculated:
                    self._marks.uncalculated.add((row, column))
                else:
                    self._marks.percents.add((row, column))


def _times(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(f"table:{name}")
    if text is None:
        return 1
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 9 or int(text) < 1:
        raise SheetError(f"has {text[:20]!r} where a number must stand: save it again in a spreadsheet program")
    return int(text)
