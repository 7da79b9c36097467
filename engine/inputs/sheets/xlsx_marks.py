"""Marks of the sheets of an .xlsx or .xlsm file, by Office Open XML (ECMA-376, part 1, 18.3)."""

import posixpath
import re
import zipfile
from collections.abc import Mapping

from engine.inputs.sheets.marks import Marks, SheetError, is_percent_format
from engine.inputs.sheets.zipped import local, parse_xml

WORKBOOK = "xl/workbook.xml"
_BUILT_IN_PERCENT = frozenset((9, 10))  # number formats 0% and 0.00% (18.8.30)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class XlsxMarks:
    """The marks of one file; each sheet is looked at when it is asked for."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._parts, self._is_stale = _sheet_parts(file)
        self._percents = _percent_styles(file)

    def of(self, sheet: str) -> Marks:
        """Return the marks of a sheet. Raises SheetError."""
        if sheet not in self._parts:
            raise SheetError("is no sheet of rows and columns")
        found = _SheetParser(self._percents, is_stale=self._is_stale)
        parse_xml(self._file, self._parts[sheet], found.start, end=found.end, text=found.text)
        return found.marks


class _SheetParser:
    """Follows the elements of one sheet."""

    def __init__(self, percents: frozenset[int], *, is_stale: bool) -> None:
        self.marks, self._is_stale = Marks(), is_stale
        self._percents = percents
        self._row, self._column = -1, -1
        self._type, self._is_formula, self._is_there, self._within, self._value = "n", False, False, False, ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag:
            case "c":
                self._start_field(attributes)
            case "v" | "t":
                self._within = self._is_there = True
            case "f":
                self._is_formula = self._is_there = True
            case "row":
                self._row = _whole(attributes["r"]) - 1 if "r" in attributes else self._row + 1
                self._column = -1
                if attributes.get("hidden") in ("1", "true"):
                    self.marks.hidden_rows.add(self._row)
            case "mergeCell":
                first, _, last = attributes.get("ref", "").partition(":")
                self.marks.merged.append((_place(first), _place(last or first)))

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._within = False
        elif tag == "c":
            self._end_field()

    def text(self, text: str) -> None:
        if self._within:
            self._value += text

    def _start_field(self, attributes: dict[str, str]) -> None:
        if "r" in attributes:
            self._row, self._column = _place(attributes["r"])
        else:
            self._column += 1
        self._type, self._value = attributes.get("t", "n"), ""
        self._is_formula = self._is_there = self._within = False
        if self._percents and self._type == "n" and _whole(attributes.get("s", "0")) in self._percents:
            self.marks.percents.add((self._row, self._column))

    def _end_field(self) -> None:
        place = (self._row, self._column)
        if not self._is_there:
            self.marks.percents.discard(place)  # an empty field with a format
            return
        self.marks.reach(*place)
        if self._type == "e":
            self.marks.errors[place] = self._value.strip() or "#N/A"
        elif self._is_formula and (self._is_stale or (self._type != "str" and not self._value.strip())):
            self.marks.uncalculated.add(place)


def _sheet_parts(file: zipfile.ZipFile) -> tuple[Mapping[str, str], bool]:
    """Return the part of each sheet by its name; and whether formulas are to be calculated when the file is opened.

    Programs that write formulas and calculate none say so; what stands as their values, often 0, is none.
    """
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}
    is_stale = [False]

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            target = targets.get(local(attributes, "id") or "", "")
            sheets[attributes.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        elif tag == "calcPr" and attributes.get("fullCalcOnLoad") in ("1", "true"):
            is_stale[0] = True

    parse_xml(file, "xl/_rels/workbook.xml.rels", relation)
    parse_xml(file, WORKBOOK, sheet)
    return sheets, is_stale[0]


def _percent_styles(file: zipfile.ZipFile) -> frozenset[int]:
    """Return the numbers of the styles that show a percent sign."""
    if "xl/styles.xml" not in file.namelist():
        return frozenset()
    percents, styles, within = set(_BUILT_IN_PERCENT), list[int](), [False]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt" and is_percent_format(attributes.get("formatCode", "")):
            percents.add(_whole(attributes.get("numFmtId", "0")))
        elif tag == "cellXfs":
            within[0] = True
        elif tag == "xf" and within[0]:
            styles.append(_whole(attributes.get("numFmtId", "0")))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            within[0] = False

    parse_xml(file, "xl/styles.xml", start, end=end)
    return frozenset(i for i, format_ in enumerate(styles) if format_ in percents)


def _place(reference: str) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(reference.replace("$", ""))
    if found is None:
        raise SheetError(
            f"has a cell at {reference[:20]!r}, which no sheet has: save it again in a spreadsheet program"
        )
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise SheetError(f"has {text[:20]!r} where a number must stand: save it again in a spreadsheet program")
    return int(text)
