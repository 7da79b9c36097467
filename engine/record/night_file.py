"""A night's own file: it names the night before by digest, and the records that were replaced, so that none can go."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.record.atomic import write_atomically, write_json
from engine.record.read import night_folder, nights, read_summary
from engine.record.tables import NIGHT, SUPERSEDED

SIGNATURE = ".sig"  # after a night file's name: what `ssh-keygen -Y sign` makes of it


def write_night(
    out: Path, valuation_date: date, content: Mapping[str, Any], *, finished: str, root: Path | None = None
) -> str:
    """Write a night's file where it says something new, and return its digest. What it replaces is kept.

    Parameters
    ----------
    out : the record's folder
    content : what the file says, but for `finished` and what is added here: `before`, the night before by date and
        digest; `replaces`, the digest of the file that it takes the place of; and `replaced`, the runs' records that
        others took the place of
    finished : UTC
    root : where the night is made whole before it takes the place of the one in `out`; None: it is made in place

    Raises DiskFullError or RiskError.
    """
    standing = _sound(out, valuation_date)
    said = {**content, "before": _before(out, valuation_date), "replaced": _replaced(standing, content)}
    made = standing if root is None else _sound(root, valuation_date)
    if made is not None and {key: made.get(key) for key in said} == said:
        return str(made["sha256"])
    if standing is not None:
        _keep(out, valuation_date, standing)
    replaces = None if standing is None else str(standing["sha256"])
    path = night_folder(root or out, valuation_date) / NIGHT
    path.with_name(path.name + SIGNATURE).unlink(missing_ok=True)  # it is of the night that is kept
    return write_json(path, {**said, "replaces": replaces, "finished": finished})


def kept_night(out: Path, valuation_date: str, sha256: str) -> Path:
    """Return where the file of a night is kept that another took the place of."""
    return out / SUPERSEDED / f"valuation_date={valuation_date}" / f"night-{sha256[:16]}.json"


def kept_nights(out: Path) -> Iterator[Path]:
    """Yield the files of nights that others took the place of."""
    yield from sorted((out / SUPERSEDED).glob("valuation_date=*/night-*.json"))


def _sound(root: Path, valuation_date: date) -> dict[str, Any] | None:
    try:
        return read_summary(root, valuation_date)
    except InputError:
        return None


def _before(out: Path, valuation_date: date) -> dict[str, str] | None:
    """Return date and digest of the last sound night before one; None where it is the first."""
    for day in reversed([day for day in nights(out) if day < valuation_date]):
        if (found := _sound(out, day)) is not None:
            return {"valuation_date": day.isoformat(), "sha256": str(found["sha256"])}
    return None


def _replaced(standing: Mapping[str, Any] | None, content: Mapping[str, Any]) -> list[dict[str, str]]:
    """List the records that were replaced so far: those of the standing night, and its runs that are others now."""
    if standing is None:
        return []
    now = {run["name"]: run["manifest_sha256"] for run in content["runs"]}
    old = {run["name"]: run["manifest_sha256"] for run in standing["runs"]}
    changed = [name for name, digest in old.items() if digest and now.get(name, digest) != digest]
    gone = [{"run": name, "sha256": old[name]} for name in changed]
    return [*(each for each in standing.get("replaced", ()) if each not in gone), *gone]


def _keep(out: Path, valuation_date: date, standing: Mapping[str, Any]) -> None:
    """Copy a night's file, and its signature, to where it stays when another takes its place."""
    path = night_folder(out, valuation_date) / NIGHT
    kept = kept_night(out, valuation_date.isoformat(), str(standing["sha256"]))
    write_json(kept, {key: value for key, value in standing.items() if key != "sha256"})
    signature = path.with_name(path.name + SIGNATURE)
    if signature.is_file():
        write_atomically(kept.with_name(kept.name + SIGNATURE), signature.read_bytes())
