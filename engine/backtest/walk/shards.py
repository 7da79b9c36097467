"""A walk in parts, a calendar month each, kept so that one that was killed goes on: whole files with their digests."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from engine.backtest.walk.day_rows import DayRows, parquet_bytes, rows_of_parquet
from engine.errors import InputError
from engine.inputs.outputs import made_folder
from engine.record.atomic import sealed, write_atomically, write_json

SETTINGS = "backtest.json"


class ShardFolder:
    """The parts of one backtest in a folder. Parts of other settings, or that were changed, are never taken."""

    def __init__(self, folder: Path, settings: Mapping[str, object]) -> None:
        """Open a folder for these settings, made if absent.

        Raises InputError where it holds another backtest or anything else, or cannot be written.
        """
        self.folder = made_folder(folder)
        _, self.key = sealed(dict(settings))
        path = folder / SETTINGS
        if path.exists():
            _refuse_other(path, settings)
        elif any(each for each in folder.iterdir() if not each.name.startswith(f".{SETTINGS}")):
            raise InputError(f"--out {str(folder)!r} holds files of something else; give a folder of its own")
        else:
            write_json(path, dict(settings))

    def kept(self, part: str) -> DayRows | None:
        """Return the rows of a part, or None where it is not there, is not whole or was changed."""
        try:
            seal = json.loads(self._seal(part).read_text(encoding="utf-8"))
            data = self._rows(part).read_bytes()
        except (OSError, ValueError):
            return None
        whole = seal.get("key") == self.key and seal.get("rows_sha256") == sha256(data).hexdigest()
        return rows_of_parquet(data) if whole else None

    def keep(self, part: str, rows: DayRows) -> None:
        """Write the rows of a part: the file, then its seal."""
        data = parquet_bytes(rows)
        write_atomically(self._rows(part), data)
        write_json(self._seal(part), {"key": self.key, "part": part, "rows_sha256": sha256(data).hexdigest()})

    def _rows(self, part: str) -> Path:
        return self.folder / f"{part}.parquet"

    def _seal(self, part: str) -> Path:
        return self.folder / f"{part}.json"


def _refuse_other(path: Path, settings: Mapping[str, object]) -> None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("it holds no object")
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}; remove the folder, or give another by --out") from None
    wanted = json.loads(sealed(dict(settings))[0])
    differ = [name for name in wanted if name != "sha256" and found.get(name) != wanted[name]]
    if differ or found.get("sha256") != wanted["sha256"]:
        what = ", ".join(f"{name} was {found.get(name)!r}, now {wanted[name]!r}" for name in differ) or "it was changed"
        raise InputError(f"{path.parent} holds another backtest: {what}; give another folder by --out")
