"""One sheet of a spreadsheet as rows of text, from its heading on; which sheet, and what of it is no table."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import Fault, FileFaults, counted, did_you_mean
from engine.inputs.sheets.field_text import field_text
from engine.inputs.sheets.marks import Marks, SheetError, place_name
from engine.inputs.sheets.ods_marks import CONTENT, OdsMarks
from engine.inputs.sheets.ole import MAGIC
from engine.inputs.sheets.xls_marks import XlsMarks
from engine.inputs.sheets.xlsx_marks import WORKBOOK, XlsxMarks
from engine.inputs.sheets.zipped import opened_zip
from engine.sheet_path import file_of, path_of_sheet, sheet_of

HEADING_WITHIN = 20  # rows: a title may stand above a table
MAX_FAULTS = 100  # listed; the rest is counted
_ZIP = b"PK\x03\x04"
_BINARY = "xl/workbook.bin"

Fields = tuple[str, ...]
IsHeading = Callable[[Sequence[str]], bool]  # of the fields of a row without the spaces around them


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table in a sheet."""

    path: str  # FILE#SHEET, for messages
    name: str
    rows: tuple[tuple[int, Fields], ...]  # as the spreadsheet numbers them; the first is the heading; none is empty
    notes: tuple[str, ...]  # what a user may not expect


def is_spreadsheet(data: bytes, path: Path | str) -> bool:
    """Return whether some bytes are a spreadsheet's. Raises FileFaults for another file whose path names a sheet."""
    if data.startswith((_ZIP, MAGIC[:4])):
        return True
    if (sheet := sheet_of(path)) is not None:
        message = f"is no spreadsheet inside, whatever its name, so it has no sheet {sheet!r}; leave out #{sheet}"
        raise FileFaults(file_of(path), [Fault(message=message)])
    return False


def read_sheet(data: bytes, path: Path | str, is_heading: IsHeading, wanted: str) -> Sheet:
    """Return the table in a spreadsheet.

    Of several sheets it is the one that the path names, FILE.xlsx#SHEET; else the only one that is not hidden and
    holds anything; else the only one of these with a heading that fits, within its first `HEADING_WITHIN` rows.

    Parameters
    ----------
    data : everything that the file holds
    path : of the file, and perhaps a sheet
    is_heading : whether the fields of a row are the heading of the table that is wanted
    wanted : the heading in words, for messages

    Raises
    ------
    FileFaults
        No spreadsheet that can be read; no sheet or several that fit; within the table a formula without a value or
        merged cells.
    """
    try:
        file = _Workbook(data)
        names = [sheet_of(path) or ""] if sheet_of(path) else file.visible
        found = [_Grid(file, name) for name in names if name in file.names]
        grid = _chosen([each for each in found if each.rows], file, path, is_heading, wanted)
    except SheetError as error:
        raise FileFaults(path, [Fault(message=str(error))]) from None
    return _table(grid, path_of_sheet(path, grid.name), is_heading)


class _Workbook:
    """A spreadsheet: its sheets' names, their values and what stands beside these."""

    def __init__(self, data: bytes) -> None:
        from python_calamine import (  # here, so that a run of a CSV book does not load it
            CalamineWorkbook,
            SheetTypeEnum,
            SheetVisibleEnum,
        )

        self.marks = _marks(data)
        self._file: Any = _calamine(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))
        self.names = tuple(each.name for each in self._file.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet)
        visible = (each.name for each in self._file.sheets_metadata if each.visible == SheetVisibleEnum.Visible)
        self.visible = [name for name in visible if name in self.names]

    def values(self, name: str) -> list[list[Any]]:
        """Return the values of a sheet, row by row from the first row and column on."""
        rows: list[list[Any]] = _calamine(lambda: self._file.get_sheet_by_name(name).to_python(skip_empty_area=False))
        return rows


class _Grid:
    """All fields of one sheet as text."""

    def __init__(self, file: _Workbook, name: str) -> None:
        self.name = name
        try:
            self.marks: Marks = file.marks.of(name)  # before the values: it holds the sheet to its limits
        except SheetError as error:
            raise SheetError(f"sheet {name!r} {error}") from None
        percents, errors = self.marks.percents, self.marks.errors
        texts = [
            [field_text(value, is_percent=bool(percents) and (i, j) in percents).strip() for j, value in enumerate(row)]
            for i, row in enumerate(file.values(name))
        ]
        for i, j in errors:
            if i < len(texts) and j < len(texts[i]):
                texts[i][j] = errors[i, j]
        kept = [j for j in range(max(map(len, texts), default=0)) if any(j < len(row) and row[j] for row in texts)]
        self.columns = tuple(kept)  # of the sheet, without the empty ones
        self.rows = [
            (i, tuple(row[j] if j < len(row) else "" for j in kept)) for i, row in enumerate(texts) if any(row)
        ]

    def heading(self, is_heading: IsHeading) -> int | None:
        """Return the place among `rows` of the first row that is a heading; None where none is."""
        return next((k for k, (_, row) in enumerate(self.rows[:HEADING_WITHIN]) if is_heading(row)), None)


def _marks(data: bytes) -> XlsxMarks | OdsMarks | XlsMarks:
    if not data.startswith(_ZIP):
        return XlsMarks(data)
    file = opened_zip(data)
    names = file.namelist()
    if WORKBOOK in names:
        return XlsxMarks(file)
    if _BINARY in names:
        raise SheetError("is a binary spreadsheet (.xlsb); save it as .xlsx")
    if CONTENT in names:
        if b"encryption-data" in (file.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""):
            raise SheetError("is locked by a password; save it without one")
        return OdsMarks(file)
    raise SheetError("is a zip file and no spreadsheet; unzip it first")


def _calamine(read: Callable[[], Any]) -> Any:
    """Return what the reader of values makes of a file. Raises SheetError, also where the reader itself gives up."""
    from python_calamine import CalamineError

    try:
        return read()
    except (CalamineError, OSError, ValueError) as error:
        raise SheetError(f"cannot be read as a spreadsheet: {str(error)[:200]}; save it again as .xlsx") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader's own, which is no Exception
            raise
        raise SheetError("cannot be read as a spreadsheet: its parts contradict one another") from None


def _chosen(grids: Sequence[_Grid], file: _Workbook, path: Path | str, is_heading: IsHeading, wanted: str) -> _Grid:
    """Return the sheet to read. Raises SheetError."""
    if (named := sheet_of(path)) is not None and named not in file.names:
        near = did_you_mean(named, file.names)
        raise SheetError(f"has no sheet {named!r}{near}; its sheets are {', '.join(map(repr, file.names))}")
    if not grids:
        hidden = [name for name in file.names if name not in file.visible]
        where = f"; hidden sheets are read where they are named: {file_of(path)}#{hidden[0]}" if hidden else ""
        raise SheetError(f"is empty: no {'value in the sheet' if named else 'sheet holds a value'}{where}")
    if len(grids) == 1:
        return grids[0]
    fitting = [each for each in grids if each.heading(is_heading) is not None]
    if len(fitting) == 1:
        return fitting[0]
    example = path_of_sheet(path, (fitting or grids)[0].name)
    if fitting:
        names = ", ".join(repr(each.name) for each in fitting)
        raise SheetError(f"has {counted(len(fitting), 'sheet')} with {wanted}: {names}; name one: {example}")
    names = ", ".join(repr(each.name) for each in grids)
    raise SheetError(
        f"no sheet has a heading with {wanted} in its first {HEADING_WITHIN} rows; it has {names}; name one, and its "
        f"errors are listed: {example}"
    )


def _table(grid: _Grid, path: str, is_heading: IsHeading) -> Sheet:
    """Return the rows of a sheet from its heading on. Raises FileFaults with all that is no field of a table."""
    rows = grid.rows[grid.heading(is_heading) or 0 :]
    top, bottom = rows[0][0], rows[-1][0]
    left, right = grid.columns[0], grid.columns[-1]
    faults = [
        Fault(
            message=f"cell {place_name(i, j)} holds a formula without a value, as programs write it that do not "
            "calculate; open the file in a spreadsheet program and save it as .xlsx, and it has one",
            line=i + 1,
        )
        for i, j in sorted(grid.marks.uncalculated)
        if i >= top
    ]
    for (first, start), (last, end) in grid.marks.merged_places():
        if last >= top and first <= bottom and end >= left and start <= right:
            name = f"{place_name(first, start)}:{place_name(last, end)}"
            faults.append(
                Fault(message=f"cells {name} are merged: only the first holds the value; unmerge them", line=first + 1)
            )
    if faults:
        raise FileFaults(path, _capped(faults))
    hidden = [i + 1 for i, _ in rows if i in grid.marks.hidden_rows]
    notes = []
    if hidden:
        notes.append(f"{counted(len(hidden), 'hidden row')} read like the others, the first is row {hidden[0]}")
    return Sheet(path=path, name=grid.name, rows=tuple((i + 1, row) for i, row in rows), notes=tuple(notes))


def _capped(faults: Sequence[Fault]) -> list[Fault]:
    more = len(faults) - MAX_FAULTS
    return list(faults) if more <= 0 else [*faults[:MAX_FAULTS], Fault(message=f"and {more:,} errors more")]
