"""Whether a run's files are those that were written: what every reader of a record asks before it trusts a figure."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.inputs.opened import FileKind, MissingFileError, open_once
from engine.record.atomic import sealed
from engine.record.tables import SCHEMA_VERSION

MEND_RUN = "`unwind batch run --again` makes the run anew and keeps the damaged record under superseded/"
MEND_NIGHT = "`unwind batch run` writes it anew"

MISSING = "missing"  # stands for the sha256 of a file that cannot be read
RECORD_FILE = FileKind(wanted="a file of a record", most_bytes=2**30, way_out="it is none that was recorded")


def read_sealed(path: Path, mend: str) -> dict[str, Any]:
    """Read a manifest or night file that is as it was written, where it was written, of a schema that is known.

    Raises InputError with the way out, `mend` where it was changed.
    """
    try:
        data = open_once(path, RECORD_FILE).data
    except MissingFileError:
        raise InputError(f"{path}: there is no such record") from None
    found = unsealed(data)
    if found is None:
        raise InputError(f"{path}: was changed since it was written; {mend}")
    check_schema(found, path)
    check_place(found, path)
    return found


def check_schema(content: Mapping[str, Any], path: Path) -> None:
    """Refuse what another version of the program wrote in another form. Raises InputError."""
    if content.get("schema") != SCHEMA_VERSION:
        raise InputError(
            f"{path}: has schema {content.get('schema')!r}, this program reads {SCHEMA_VERSION}; read it with the "
            "version of the program that wrote it"
        )


def check_place(content: Mapping[str, Any], path: Path) -> None:
    """Refuse a record that stands in the folder of another run or date than its own. Raises InputError."""
    parts = [part.partition("=") for part in Path(os.path.abspath(path)).parent.parts[-3:]]
    places = {key: value for key, sign, value in parts if sign}  # of a name that stands twice, the innermost
    for key in ("valuation_date", "run"):
        if key in content and places.get(key, content[key]) != content[key]:
            day = content.get("valuation_date")
            own = f"run {content['run']!r} of {day}" if "run" in content else f"the night of {day}"
            raise InputError(f"{path}: is {own}, copied or moved here; a record is believed in its own folder alone")


def intact_bytes(path: Path, digest: object) -> bytes:
    """Return a file's bytes, which have this sha256. Raises InputError: it is missing, unreadable or was changed."""
    try:
        opened = open_once(path, RECORD_FILE)
    except MissingFileError:
        raise InputError(f"{path}: is missing") from None
    if opened.sha256 != digest:
        raise InputError(f"{path}: was changed since it was written")
    return opened.data


def file_errors(folder: Path, manifest: Mapping[str, Any], names: Iterable[str] | None = None) -> Iterator[str]:
    """Say in words what is wrong with the files that a manifest lists beside it; with `names` alone where given."""
    listed = manifest["files"]
    for name in listed if names is None else names:
        try:
            intact_bytes(folder / name, listed.get(name))
        except InputError as error:
            yield str(error)


def unsealed(data: bytes) -> dict[str, Any] | None:
    """Return the object of a sealed file; None when a byte of it is another than was written."""
    try:
        content: dict[str, Any] = json.loads(data)
        return content if sealed(content)[0] == data else None
    except (ValueError, AttributeError, RecursionError):
        return None
