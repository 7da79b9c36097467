"""Marks of the sheets of an .xls file of Excel 97 to 2003, by its records ([MS-XLS], 2.4)."""

import struct
from collections.abc import Iterator

from engine.inputs.sheets.marks import Marks, SheetError, is_percent_format
from engine.inputs.sheets.ole import OleFile

_BOF, _END, _SHEET, _FORMAT, _STYLE, _PASSWORD = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0, 0x002F
_FORMULA, _NUMBER, _RK, _SEVERAL_RK, _BOOL_OR_ERROR = 0x0006, 0x0203, 0x027E, 0x00BD, 0x0205
_TEXTS = (0x00FD, 0x0204, 0x00D6)  # of the shared table, in the record, with fonts
_ROW, _MERGED = 0x0208, 0x00E5
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_EXCEL_97 = 0x0600
_BUILT_IN_PERCENT = frozenset((9, 10))
_HIDDEN = 0x20
_BAD = "is damaged or cut short: open it in a spreadsheet program and save it as .xlsx"

_Record = tuple[int, bytes]


class XlsMarks:
    """The marks of one file; each sheet is looked at when it is asked for."""

    def __init__(self, data: bytes) -> None:
        file = OleFile(data)
        if "EncryptedPackage" in file.names:
            raise SheetError("is locked by a password; save it without one")
        name = next((name for name in ("Workbook", "Book") if name in file.names), None)
        if name is None:
            raise SheetError("is an Office file, but no spreadsheet; save the table as .xlsx or CSV")
        self._stream = file.stream(name)
        self._starts: dict[str, int] = {}
        self._percents: set[int] = set()
        try:
            self._read_globals()
        except (struct.error, IndexError):
            raise SheetError(_BAD) from None

    def of(self, sheet: str) -> Marks:
        """Return the marks of a sheet. Raises SheetError."""
        if sheet not in self._starts:
            raise SheetError("is no sheet of rows and columns")
        marks = Marks()
        try:
            for kind, data in _records(self._stream, self._starts[sheet]):
                self._mark(marks, kind, data)
        except (struct.error, IndexError):
            raise SheetError(_BAD) from None
        return marks

    def _read_globals(self) -> None:
        formats, percents = list[int](), set(_BUILT_IN_PERCENT)
        for kind, data in _records(self._stream, 0):
            if kind == _BOF and struct.unpack_from("<H", data)[0] != _EXCEL_97:
                raise SheetError("is of Excel 95 or older; save it as .xlsx")
            if kind == _PASSWORD:
                raise SheetError("is locked by a password; save it without one")
            if kind == _SHEET:
                self._starts[_text(data, 6, wide_count=False)] = struct.unpack_from("<I", data)[0]
            elif kind == _FORMAT and is_percent_format(_text(data, 2, wide_count=True)):
                percents.add(struct.unpack_from("<H", data)[0])
            elif kind == _STYLE:
                formats.append(struct.unpack_from("<H", data, 2)[0])
        self._percents = {i for i, format_ in enumerate(formats) if format_ in percents}

    def _mark(self, marks: Marks, kind: int, data: bytes) -> None:
        if kind == _ROW:
            row, options = struct.unpack_from("<H10xH", data)
            if options & _HIDDEN:
                marks.hidden_rows.add(row)
        elif kind == _MERGED:
            n = struct.unpack_from("<H", data)[0]
            for i in range(n):
                first, last, left, right = struct.unpack_from("<4H", data, 2 + 8 * i)
                marks.merged.append(((first, left), (last, right)))
        elif kind in (_FORMULA, _NUMBER, _RK, _BOOL_OR_ERROR, *_TEXTS):
            row, column, style = struct.unpack_from("<3H", data)
            marks.reach(row, column)
            if style in self._percents and kind not in _TEXTS:
                marks.percents.add((row, column))
            self._mark_value(marks, kind, data, (row, column))
        elif kind == _SEVERAL_RK:
            row, first = struct.unpack_from("<2H", data)
            for i in range((len(data) - 6) // 6):
                marks.reach(row, first + i)
                if struct.unpack_from("<H", data, 4 + 6 * i)[0] in self._percents:
                    marks.percents.add((row, first + i))

    @staticmethod
    def _mark_value(marks: Marks, kind: int, data: bytes, place: tuple[int, int]) -> None:
        if kind == _BOOL_OR_ERROR and data[7]:
            marks.errors[place] = _ERRORS.get(data[6], "#N/A")
        elif kind == _FORMULA and data[12:14] == b"\xff\xff":  # no number: a text, a truth value, an error or nothing
            if data[6] == 2:
                marks.errors[place] = _ERRORS.get(data[8], "#N/A")
            elif data[6] == 3:  # an empty text; or never calculated, which programs write the same way
                marks.uncalculated.add(place)


def _records(stream: bytes, start: int) -> Iterator[_Record]:
    """Yield the records from one BOF to its end, without those of charts within."""
    at, depth = start, 0
    while True:
        kind, size = struct.unpack_from("<2H", stream, at)
        data = stream[at + 4 : at + 4 + size]
        if len(data) < size:
            raise SheetError(_BAD)
        at += 4 + size
        if kind == _END:
            depth -= 1
            if depth <= 0:
                return
            continue
        if kind == _BOF:
            depth += 1
        if depth == 1:
            yield kind, data


def _text(data: bytes, at: int, *, wide_count: bool) -> str:
    """Return a text of a record: a count of letters in one or two bytes, a flag, then Latin-1 or UTF-16."""
    n = struct.unpack_from("<H" if wide_count else "<B", data, at)[0]
    at += 2 if wide_count else 1
    is_wide = data[at] & 1
    letters = data[at + 1 : at + 1 + n * (2 if is_wide else 1)]
    return letters.decode("utf-16-le" if is_wide else "latin-1", errors="replace")
