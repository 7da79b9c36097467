"""A finished backtest in its folder: verdicts, and the digests of the months that they were made of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.backtest.backtest_json import as_json, verdict_of
from engine.backtest.verdicts import Verdict
from engine.backtest.walk.day_rows import DayRows, joined_rows, rows_of_parquet
from engine.errors import InputError
from engine.part_files import PART
from engine.record.atomic import sealed, write_json

if TYPE_CHECKING:
    from engine.backtest.run_backtest import BacktestResult

VERDICTS = "verdicts.json"
PARTS = "parts"
_MEND = "start the same `unwind backtest` again: it walks what was changed anew"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptBacktest:
    """What a finished backtest says, and its days; every byte as it was written."""

    first: str  # dates of forecasts
    last: str
    laws: tuple[str, ...]
    n_paths: int
    seed: int
    verdicts: tuple[Verdict, ...]
    rows: DayRows
    sha256: str  # of the verdicts' file


def write_verdicts(folder: Path, result: "BacktestResult") -> None:
    """Write the verdicts beside the months that they are of, with the months' digests, under their own.

    What a kill left half written is removed.
    """
    for part in folder.glob(f".*{PART}*"):
        part.unlink(missing_ok=True)
    months = {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.parquet"))}
    write_json(folder / VERDICTS, {**as_json(result), PARTS: months})


def read_backtest(folder: Path) -> KeptBacktest:
    """Read a finished backtest. Raises InputError where there is none, or a byte of it was changed."""
    path = folder / VERDICTS
    try:
        text = path.read_bytes()
    except OSError:
        raise InputError(
            f"{str(folder)!r} holds no finished backtest: it has no {VERDICTS}; `unwind backtest --out` writes it at"
            " the end"
        ) from None
    found = _unsealed(path, text)
    try:
        parts = [_rows(folder / name, digest) for name, digest in sorted(found[PARTS].items())]
        return KeptBacktest(
            first=found["from"],
            last=found["to"],
            laws=tuple(found["laws"]),
            n_paths=found["n_paths"],
            seed=found["seed"],
            verdicts=tuple(map(verdict_of, found["verdicts"])),
            rows=joined_rows(parts),
            sha256=found["sha256"],
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(f"{path} is not what this version writes: {error!r}; {_MEND}") from None


def _unsealed(path: Path, text: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or sealed(found)[0] != text:
        raise InputError(f"{path} was changed since it was written; {_MEND}")
    return found


def _rows(path: Path, digest: str) -> DayRows:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; {_MEND}") from None
    if sha256(data).hexdigest() != digest:
        raise InputError(f"{path} was changed since the verdicts were made of it; {_MEND}")
    return rows_of_parquet(data)
