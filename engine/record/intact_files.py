"""Whether a run's files are those that were written: what every reader of a record asks before it trusts a figure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.record.atomic import sealed

MEND_RUN = "`unwind batch run --again` makes the run anew and keeps the damaged record under superseded/"
MEND_NIGHT = "`unwind batch run` writes it anew"

MISSING = "missing"  # stands for the sha256 of a file that cannot be read


def read_sealed(path: Path, mend: str) -> dict[str, Any]:
    """Read a manifest or night file that is as it was written. Raises InputError with the way out, `mend`."""
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


def file_errors(folder: Path, manifest: Mapping[str, Any], names: Iterable[str] | None = None) -> Iterator[str]:
    """Say in words what is wrong with the files that a manifest lists beside it; with `names` alone where given."""
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
    """Return the object of a sealed file; None when a byte of it is another than was written."""
    try:
        content: dict[str, Any] = json.loads(data)
        return content if sealed(content)[0] == data else None
    except (ValueError, AttributeError):
        return None
