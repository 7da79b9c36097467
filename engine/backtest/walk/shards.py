"""A walk in parts, a calendar year each, kept so that one that was killed goes on: whole files with their digests."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from engine.backtest.walk.day_rows import DayRows, parquet_bytes, rows_of_parquet
from engine.errors import InputError
from engine.record.atomic import sealed, write_atomically, write_json

SETTINGS = "backtest.json"


class ShardFolder:
    """The parts of one backtest in a folder. Parts of other settings, or that were changed, are never taken."""

    def __init__(self, folder: Path, settings: Mapping[str, object]) -> None:
        """Open a folder for these settings, made if absent. Raises InputError where it holds another backtest."""
        self.folder = folder
        _, self.key = sealed(dict(settings))
        path = folder / SETTINGS
        if path.exists():
            _refuse_other(path, settings)
        elif folder.exists() and any(folder.iterdir()):
            raise InputError(f"--out {str(folder)!r} holds files of something else; give a folder of its own")
        else:
            write_json(path, dict(settings))

    def kept(self, year: int) -> DayRows | None:
        """Return the rows of a year, or None where the part is not there, is not whole or was changed."""
        try:
            seal = json.loads(self._seal(year).read_text(encoding="utf-8"))
            data = self._part(year).read_bytes()
        except (OSError, ValueError):
            return None
        whole = seal.get("key") == self.key and seal.get("rows_sha256") == sha256(data).hexdigest()
        return rows_of_parquet(data) if whole else None

    def keep(self, year: int, rows: DayRows) -> None:
        """Write the rows of a year: the file, then its seal."""
        data = parquet_bytes(rows)
        write_atomically(self._part(year), data)
        write_json(self._seal(year), {"key": self.key, "year": year, "rows_sha256": sha256(data).hexdigest()})

    def _part(self, year: int) -> Path:
        return self.folder / f"{year}.parquet"

    def _seal(self, year: int) -> Path:
        return self.folder / f"{year}.json"


def _refuse_other(path: Path, settings: Mapping[str, object]) -> None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}; remove the folder, or give another by --out") from None
    wanted = json.loads(sealed(dict(settings))[0])
    differ = [name for name in wanted if name != "sha256" and found.get(name) != wanted[name]]
    if differ or found.get("sha256") != wanted["sha256"]:
        what = ", ".join(f"{name} was {found.get(name)!r}, now {wanted[name]!r}" for name in differ) or "it was changed"
        raise InputError(f"{path.parent} holds another backtest: {what}; give another folder by --out")
