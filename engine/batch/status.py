"""How far a batch is, from what is on disk; loads no book."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.batch.blocks.checkpoints import Checkpoints
from engine.batch.one_run import PLAN, work_folder
from engine.batch.unexpected import INTERNAL
from engine.errors import InputError
from engine.inputs.batch import Batch
from engine.record.manifest import Manifest, read_manifest
from engine.record.read import read_json, run_folder
from engine.record.tables import MANIFEST


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """One run of one date."""

    valuation_date: date
    run: str
    state: str  # in words
    is_begun: bool


def statuses(batch: Batch) -> tuple[RunStatus, ...]:
    """Return how far every run of every date of a batch is."""
    return tuple(_status(batch, day, run.name) for day in batch.dates for run in batch.runs)


def is_begun(batch: Batch) -> bool:
    """Return whether anything of a batch is on disk."""
    return any(each.is_begun for each in statuses(batch))


def _status(batch: Batch, valuation_date: date, name: str) -> RunStatus:
    home = run_folder(batch.out, valuation_date, name)
    if (home / MANIFEST).exists():
        try:
            found = read_manifest(home)
            state = "recorded" if found["complete"] else f"recorded without {_missing(found)}"
        except InputError as error:
            state = f"damaged: {error}"
        return RunStatus(valuation_date=valuation_date, run=name, is_begun=True, state=state)
    folders = [path.parent for path in sorted(work_folder(batch.out, valuation_date, name).rglob(PLAN))]
    state = "; ".join(map(_progress, folders)) or "not begun"
    return RunStatus(valuation_date=valuation_date, run=name, is_begun=bool(folders), state=state)


def _progress(folder: Path) -> str:
    plan, done = read_json(folder / PLAN), Checkpoints(folder, lambda _: None).count()
    return f"{done:,} of {plan['n_blocks']:,} blocks of {plan['n_paths']:,} paths"


def _missing(manifest: Manifest) -> str:
    return ", ".join(fault["subject"] for fault in manifest["faults"] if fault["kind"] in ("book", INTERNAL))
