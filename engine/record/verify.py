"""Whether a record is what was written: any changed, missing or added byte is found and named."""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from engine.errors import InputError
from engine.inputs.opened import open_once
from engine.part_files import PART
from engine.record.chain import broken_block
from engine.record.intact_files import MEND_NIGHT, RECORD_FILE, check_place, check_schema, file_errors, unsealed
from engine.record.manifest import Manifest, manifest_of
from engine.record.night_file import SIGNATURE, kept_night, kept_nights
from engine.record.tables import MANIFEST, NIGHT, SUPERSEDED

_DAMAGED = "damaged"  # how a folder under superseded/ is called whose record could not be read any more


def changed_files(out: Path, expected: Sequence[str] = ()) -> tuple[str, ...]:
    """Say what differs from what was written; empty for a sound record.

    expected   digests of nights, as `unwind batch run` printed them: one that no night has any more is named

    Raises
    ------
    InputError
        There is no record, or one of `expected` is no sha256.
    """
    for digest in expected:
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise InputError(f"--expect must be a night's sha256, 64 digits and letters a to f, got {digest!r}")
    homes = sorted(path for path in out.glob("valuation_date=*") if path.is_dir())
    if not homes:
        raise InputError(f"{str(out)!r} holds no record: no folder valuation_date=...")
    return tuple(_errors(out, homes, expected))


def _errors(out: Path, homes: Sequence[Path], expected: Sequence[str]) -> Iterator[str]:
    nights: dict[str, dict[str, Any]] = {}  # by date
    for home in homes:
        night = yield from _night_errors(home)
        if night is not None:
            nights[str(night["valuation_date"])] = night
    yield from _kept_errors(out)
    for day, night in nights.items():
        yield from _chain_errors(out, homes, nights, day)
        yield from _replaces_errors(out, night)
        yield from _replaced_errors(out, night)
    digests = {night["sha256"]: day for day, night in nights.items()}
    for digest in expected:
        if digest not in digests:
            last = max(nights, default=None)
            there = f"; the last, of {last}, has {nights[last]['sha256']}" if last else ""
            yield f"{out}: no night has the digest {digest}: it was replaced, changed or taken away{there}"


def _night_errors(home: Path) -> Generator[str, None, dict[str, Any] | None]:
    """Yield what is wrong with one night and its runs; its own file is the generator's value, where it is sound."""
    night = yield from _object(home / NIGHT, ("valuation_date", "runs"))
    listed = {run["name"]: run["manifest_sha256"] for run in night["runs"]} if night else {}
    for folder in sorted(path for path in home.iterdir() if path.is_dir()):
        name = folder.name.removeprefix("run=")
        if night and name not in listed and (folder / MANIFEST).exists():
            yield f"{folder}: no run of this night"
        yield from _run_errors(folder, listed.get(name))
    for name, digest in listed.items():
        if digest and not (home / f"run={name}" / MANIFEST).exists():
            yield f"{home / f'run={name}' / MANIFEST}: is missing"
    for path in sorted(path for path in home.iterdir() if not path.is_dir()):
        if path.name not in (NIGHT, NIGHT + SIGNATURE) and PART not in path.name:
            yield f"{path}: is no part of the record"
    return night


def _run_errors(folder: Path, digest: str | None) -> Iterator[str]:
    path = folder / MANIFEST
    if not path.exists():
        return  # a run without manifest does not exist
    manifest = yield from _object(path, ("run", "valuation_date", "files", "blocks", "problem_sha256"))
    if manifest is None:
        return
    if digest is not None and not manifest["sha256"].startswith(digest):
        yield f"{path}: is another manifest than {'the night' if len(digest) == 64 else 'its folder'}'s"
    yield from file_errors(folder, manifest)
    for extra in sorted(each for each in folder.iterdir() if each.name not in (MANIFEST, *manifest["files"])):
        if PART not in extra.name:
            yield f"{extra}: is no part of the record"
    if (block := broken_block(cast(Manifest, manifest))) is not None:
        yield f"{path}: the chain of blocks breaks at cell {block['first']}"


def _kept_errors(out: Path) -> Iterator[str]:
    """Yield what is wrong with records and nights that others took the place of."""
    for folder in _kept_runs(out):
        yield from _run_errors(folder, folder.name.partition("-")[0])
    for path in kept_nights(out):
        night = yield from _object(path, ("valuation_date", "runs"))
        if night is None:
            continue
        if kept_night(out, str(night["valuation_date"]), str(night["sha256"])) != path:
            yield f"{path}: is another night's file than its name says"
        yield from _replaces_errors(out, night)


def _kept_runs(out: Path) -> Iterator[Path]:
    for folder in sorted((out / SUPERSEDED).glob("valuation_date=*/run=*/*")):
        if folder.is_dir() and not folder.name.startswith(_DAMAGED):
            yield folder


def _chain_errors(out: Path, homes: Sequence[Path], nights: Mapping[str, Any], day: str) -> Iterator[str]:
    """Yield what is wrong with the night before one: it is gone, or another than it was."""
    before = nights[day].get("before")  # older nights name none
    if before is None:
        return
    path = out / f"valuation_date={before['valuation_date']}" / NIGHT
    if path.parent not in homes:
        yield f"{path.parent}: is missing; the night of {day} was closed after it"
    elif before["valuation_date"] in nights:  # what is wrong with one that is not was said above
        kept = kept_night(out, before["valuation_date"], before["sha256"])
        if nights[before["valuation_date"]]["sha256"] != before["sha256"] and not kept.is_file():
            yield f"{path}: is another than the night of {day} was closed after; {MEND_NIGHT}, for {day} too"


def _replaces_errors(out: Path, night: Mapping[str, Any]) -> Iterator[str]:
    if (digest := night.get("replaces")) is None:  # older nights name none
        return
    path = kept_night(out, str(night["valuation_date"]), str(digest))
    if not path.exists():
        yield f"{path}: is missing: another night's file took its place"


def _replaced_errors(out: Path, night: Mapping[str, Any]) -> Iterator[str]:
    """Yield the records that others took the place of, and that are kept no longer."""
    day = night["valuation_date"]
    standing = {run["manifest_sha256"] for run in night["runs"]}
    for each in night.get("replaced", ()):
        home = out / SUPERSEDED / f"valuation_date={day}" / f"run={each['run']}"
        kept = {path.parent.name.partition("-")[0] for path in home.glob(f"*/{MANIFEST}")}
        if each["sha256"] not in standing and not kept & {each["sha256"][:16], _DAMAGED}:
            yield f"{home / each['sha256'][:16]}: is missing: the record that the run of {day} took the place of"


def _object(path: Path, keys: Sequence[str]) -> Generator[str, None, dict[str, Any] | None]:
    """Yield what is wrong with a sealed file; its object is the generator's value, None after anything was wrong.

    keys   that it must have
    """
    if not path.exists():
        yield f"{path}: is missing; the night was not closed"
        return None
    try:
        found = unsealed(open_once(path, RECORD_FILE).data)
        if found is None:
            raise InputError(f"{path}: was changed since it was written")
        check_schema(found, path)
        check_place(found, path)
        if "files" in keys:
            manifest_of(found, path, keys)
        elif absent := [key for key in keys if key not in found]:
            raise InputError(f"{path}: is no night's file: it has no {absent[0]!r}")
    except InputError as error:
        yield str(error)
        return None
    return found
