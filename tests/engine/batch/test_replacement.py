"""`--again` makes the new night beside the old one and exchanges them: at every moment one whole night stands."""

import json
import os
import random
import signal
import time
from datetime import date

import pytest

import engine.batch.replacement as replacement
from engine.batch.replacement import NEXT, Replacement
from engine.batch.run_record import SUPERSEDED
from engine.record.read import read_night
from engine.record.verify import changed_files
from tests.engine.batch.conftest import BOOKS, DATE, BatchFolder

DAY = date.fromisoformat(DATE)
SECOND_RUN = (
    '\n[[runs]]\nname = "one-day"\nscenario = "base"\nhorizon_days = 1\npaths = 100_000\nbackend = "numba"\n'
    'books = "bills"\n'
)


@pytest.fixture
def changed(folder: BatchFolder) -> BatchFolder:
    """A recorded night of two runs, and a book that was changed since: it is in one of them alone."""
    folder.edit("paths = 400_000", "paths = 100_000")
    folder.file.write_text(folder.file.read_text() + SECOND_RUN)
    folder.night()
    folder.write_book("bonds", BOOKS["bonds"].replace("180000000", "90000000"))
    return folder


def base_value(folder: BatchFolder) -> float:
    """The value of the books in the record that stands: which of two nights it is."""
    night = read_night(folder.out, DAY)
    return next(row.base_value for run in night.runs for row in run.results if run.name == "ten-days")


def is_clean(folder: BatchFolder) -> bool:
    return changed_files(folder.out) == () and not (folder.out / NEXT).exists()


def test_what_is_new_takes_its_place_and_what_stays_is_the_same_file(changed):
    old, kept = changed.manifest(), changed.out / f"valuation_date={DATE}" / "run=one-day" / "results.parquet"
    inode = kept.stat().st_ino
    (night,) = changed.night(again=True)["nights"]
    assert night["runs"] == {"ten-days": "done", "one-day": "recorded before"}
    assert kept.stat().st_ino == inode
    assert changed.manifest()["sha256"] != old["sha256"]
    (superseded,) = (changed.out / SUPERSEDED / f"valuation_date={DATE}" / "run=ten-days").iterdir()
    assert json.loads((superseded / "manifest.json").read_bytes()) == old
    assert is_clean(changed)


def test_a_system_that_cannot_exchange_renames_twice(changed, monkeypatch):
    monkeypatch.setattr(replacement, "_exchanged", lambda *_: False)
    changed.night(again=True)
    assert is_clean(changed)
    assert len(list((changed.out / SUPERSEDED).rglob("manifest.json"))) == 1


def test_a_file_system_without_links_gets_copies(changed, monkeypatch):
    monkeypatch.setattr(replacement.os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no links")))
    changed.night(again=True)
    assert is_clean(changed)
    assert len(list((changed.out / SUPERSEDED).rglob("manifest.json"))) == 1


def test_a_run_that_fails_leaves_its_old_record_and_the_next_start_goes_on(changed, monkeypatch):
    import engine.batch.one_run as one_run

    monkeypatch.setattr(one_run, "write_run", lambda *_, **__: 1 // 0)
    old = base_value(changed)
    changed.night(again=True, code=4)
    assert base_value(changed) == old
    monkeypatch.undo()
    changed.night(again=True)
    assert base_value(changed) != old
    assert is_clean(changed)


STEPS = ["mkdir", "rename", "replace", "link", "fsync", "unlink", "rmdir"]


class Killed(BaseException):
    """Nothing after it is done, as after a kill."""


def killed_at(folder: BatchFolder, name: str, n: int) -> bool:
    """Make the night again, and end before the n-th call of a kind; return whether there was one."""
    real, calls = getattr(os, name), 0

    def counted(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls > n:  # and everything after it, such as tidying up
            raise Killed
        return real(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, name, counted)
        try:
            folder.night(again=True)
        except Killed:
            return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("can_exchange", [True, False], ids=["exchange", "two renames"])
def test_ended_at_any_step_the_old_or_the_new_night_is_whole(folder, monkeypatch, can_exchange):
    """Before the n-th call of each kind, over all calls of a replacement; started again, the new one stands.

    Between two renames there is for an instant no night in its place, where a file system cannot exchange: the next
    start puts the new one there, which was closed before.
    """
    if not can_exchange:
        monkeypatch.setattr(replacement, "_exchanged", lambda *_: False)
    folder.edit("paths = 400_000", "paths = 60_000")
    folder.night()
    notional, kills, absent = 1_000_000, 0, 0
    for name in STEPS:
        for n in range(400):
            before = base_value(folder)
            notional += 1_000_000
            folder.write_book("bonds", BOOKS["bonds"].replace("180000000", str(notional)))
            was_killed = killed_at(folder, name, n)
            if was_killed:
                kills += 1
                if (folder.out / f"valuation_date={DATE}").exists():
                    read_night(folder.out, DAY)
                    assert changed_files(folder.out) == ()
                else:
                    absent += 1
                folder.night(again=True)
            assert base_value(folder) != before
            assert is_clean(folder)
            if not was_killed:
                break
    assert kills >= 60
    assert absent == 0 if can_exchange else 1 <= absent <= 2


@pytest.mark.slow
def test_killed_really_at_any_moment_the_old_or_the_new_night_is_whole(changed):
    """Sixty kills over the whole time of a replacement, process start and end included."""
    rng, kills = random.Random(5), 0
    notional = 1_000_000
    while kills < 60:
        notional += 1_000_000
        changed.write_book("bonds", BOOKS["bonds"].replace("180000000", str(notional)))
        before = base_value(changed)
        child = changed.start("run", changed.file, "--again")
        while child.poll() is None and not (changed.out / NEXT).exists():
            time.sleep(0.002)
        time.sleep(rng.uniform(0.0, 0.4))
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=60)
        kills += child.returncode == -signal.SIGKILL
        read_night(changed.out, DAY)
        assert changed_files(changed.out) == ()
        changed.night(again=True)
        assert base_value(changed) != before
        assert is_clean(changed)


def test_a_folder_without_a_next_night_is_left_alone(tmp_path):
    place = Replacement(out=tmp_path, valuation_date=DAY)
    place.recover()
    assert place.root == tmp_path
    place.give_up()
    assert list(tmp_path.iterdir()) == []
