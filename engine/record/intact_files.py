"""Whether a run's files are those that were written: what every reader of a record asks before it trusts a figure."""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.record.atomic import sealed
from engine.record.tables import MANIFEST

MEND_RUN = "`unwind batch run --again` makes the run anew and keeps the damaged record under superseded/"
MEND_NIGHT = "`unwind batch run` writes it anew"


def read_sealed(path: Path, mend: str) -> dict[str, Any]:
    """A manifest or night file that is as it was written. Raises InputError with the way out, `mend`."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such record") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    found = unsealed(data)
    if found is None:
        raise InputError(f"{path}: was changed since it was written; {mend}")
    return found


def read_manifest(folder: Path, names: Iterable[str] | None = None) -> dict[str, Any]:
    """The manifest of a run whose files are as they were written.

    names   of the files that matter to the reader; None: all that the manifest lists

    Raises
    ------
    InputError
        There is none, or it or one of the files was changed since; names them, and the way out.
    """
    manifest = read_sealed(folder / MANIFEST, MEND_RUN)
    if faults := list(file_faults(folder, manifest, names)):
        raise InputError(f"{'; '.join(faults)}; {MEND_RUN}")
    return manifest


def file_faults(folder: Path, manifest: dict[str, Any], names: Iterable[str] | None = None) -> Iterator[str]:
    """What is wrong with the files beside a manifest, in words; see `read_manifest`."""
    listed = manifest["files"]
    for name in listed if names is None else names:
        try:
            digest = sha256((folder / name).read_bytes()).hexdigest()
        except FileNotFoundError:
            yield f"{folder / name}: is missing"
        except OSError as error:
            yield f"{folder / name}: cannot be read: {error.strerror}"
        else:
            if digest != listed.get(name):
                yield f"{folder / name}: was changed since it was written"


def unsealed(data: bytes) -> dict[str, Any] | None:
    """The object of a sealed file; None when a byte of it is another than was written."""
    try:
        content: dict[str, Any] = json.loads(data)
        return content if sealed(content)[0] == data else None
    except (ValueError, AttributeError):
        return None
