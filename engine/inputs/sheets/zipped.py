"""The files within a zipped spreadsheet, each read once, up to a size that is said: no zip bomb is unpacked."""

import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from engine.inputs.sheets.marks import SheetError

MOST_UNPACKED = 1024 * 2**20  # bytes of all files within
MOST_ENTRIES = 10_000
_CHUNK = 2**20

_BAD = "is damaged or cut short: open it in a spreadsheet program and save it again, or fetch it again"


def opened_zip(data: bytes) -> zipfile.ZipFile:
    """Return the zip file in some bytes, all of whose parts unpack to what they say and to `MOST_UNPACKED` at most.

    Raises
    ------
    SheetError
        It is damaged, too large, or locked by a password.
    """
    try:
        file = zipfile.ZipFile(io.BytesIO(data))
        entries = file.infolist()
        stated = sum(entry.file_size for entry in entries)
        if len(entries) > MOST_ENTRIES or stated > MOST_UNPACKED:
            raise SheetError(
                f"unpacks to {stated:,} bytes in {len(entries):,} parts; a spreadsheet may have {MOST_UNPACKED:,} in "
                f"{MOST_ENTRIES:,} at most: remove what is not of the table, or save the sheet as CSV"
            )
        if any(entry.flag_bits & 1 for entry in entries):
            raise SheetError("is locked by a password; save it without one")
        for entry in entries:
            with file.open(entry) as stream:  # a part that holds more than it says, or other bytes, is refused here
                while stream.read(_CHUNK):
                    pass
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
        raise SheetError(_BAD) from None
    return file


def parse_xml(
    file: zipfile.ZipFile, name: str, start: Callable[[str, dict[str, str]], None], **handlers: Callable[..., Any]
) -> None:
    """Call `start` with the local name and the attributes of every element of one part, and other handlers of expat.

    Raises
    ------
    SheetError
        The part is not there, or is no XML; or it declares entities, which no spreadsheet program does.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    parser.StartDoctypeDeclHandler = _refuse_declaration
    if (end := handlers.get("end")) is not None:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    if (text := handlers.get("text")) is not None:
        parser.CharacterDataHandler = text
    try:
        with file.open(name) as stream:
            parser.ParseFile(stream)
    except (LookupError, ValueError, expat.ExpatError):  # an unknown encoding among them
        raise SheetError(_BAD) from None


def local(attributes: dict[str, str], name: str) -> str | None:
    """Return an attribute by its name without prefix; None where there is none."""
    if name in attributes:
        return attributes[name]
    return next((value for key, value in attributes.items() if key.endswith(f":{name}")), None)


def _refuse_declaration(*_: object) -> None:
    raise SheetError(_BAD)
