"""Whether a record is what was written: any changed, missing or added byte is found and named."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, cast

from engine.errors import InputError
from engine.part_files import PART
from engine.record.chain import broken_block
from engine.record.intact_files import file_errors, unsealed
from engine.record.manifest import Manifest
from engine.record.tables import MANIFEST, NIGHT


def changed_files(out: Path) -> tuple[str, ...]:
    """Say what differs from what was written; empty for a sound record. Raises InputError without a record."""
    homes = sorted(out.glob("valuation_date=*"))
    if not homes:
        raise InputError(f"{str(out)!r} holds no record: no folder valuation_date=...")
    return tuple(error for home in homes for error in _night_errors(home))


def _night_errors(home: Path) -> Iterator[str]:
    night = yield from _object(home / NIGHT)
    listed = {run["name"]: run["manifest_sha256"] for run in night["runs"]} if night else {}
    for folder in sorted(path for path in home.iterdir() if path.is_dir()):
        name = folder.name.removeprefix("run=")
        if night and name not in listed and (folder / MANIFEST).exists():
            yield f"{folder}: no run of this night"
        yield from _run_errors(folder, listed.get(name))
    for name, digest in listed.items():
        if digest and not (home / f"run={name}" / MANIFEST).exists():
            yield f"{home / f'run={name}' / MANIFEST}: is missing"
    for path in sorted(path for path in home.iterdir() if path.is_file() and path.name != NIGHT):
        if PART not in path.name:
            yield f"{path}: is no part of the record"


def _run_errors(folder: Path, digest: str | None) -> Iterator[str]:
    path = folder / MANIFEST
    if not path.exists():
        return  # a run without manifest does not exist
    manifest = yield from _object(path)
    if manifest is None:
        return
    if digest is not None and manifest["sha256"] != digest:
        yield f"{path}: is another manifest than the night's"
    yield from file_errors(folder, manifest)
    for extra in sorted(each for each in folder.iterdir() if each.name not in (MANIFEST, *manifest["files"])):
        if PART not in extra.name:
            yield f"{extra}: is no part of the record"
    if (block := broken_block(cast(Manifest, manifest))) is not None:
        yield f"{path}: the chain of blocks breaks at cell {block['first']}"


def _object(path: Path) -> Generator[str, None, dict[str, Any] | None]:
    """Yield the object of a sealed file, as the generator's value; None after saying what is wrong with it."""
    if not path.exists():
        yield f"{path}: is missing; the night was not closed"
        return None
    found = unsealed(path.read_bytes())
    if found is None:
        yield f"{path}: was changed since it was written"
    return found
