"""Batches killed at random moments, really: what comes out in the end are the bits of one that nobody stopped."""

import random
import shutil
import signal
import time

import pytest

from engine.batch.blocks.checkpoints import WORK
from engine.record.verify import changed_files

# Brackets after a pilot of two cells, so narrow at first that they miss: the cells after it are passed over twice.
NARROW = {"pilot_cells": 2, "engine.batch.blocks.block_files:MARGIN_SE": 1.6}


def killed_at_random(folder, seed: int, n_kills: int, settings: dict[str, object]) -> int:
    """Start, kill, start again; return how many kills came before the end of a run. It ends complete."""
    rng = random.Random(seed)
    kills = 0
    while kills < n_kills:
        before = folder.files()
        child = folder.start("run", folder.file, settings=settings)
        try:
            while child.poll() is None and folder.files() == before:
                time.sleep(0.002)
            time.sleep(rng.uniform(0.0, 0.5))
            child.kill()
            said = child.communicate(timeout=60)
        finally:
            child.wait()
        if child.returncode == 0:
            shutil.rmtree(folder.out)  # it was done before the kill: from the beginning again
        else:
            assert child.returncode == -signal.SIGKILL, said
            kills += 1
    return kills


@pytest.mark.parametrize(
    ("seed", "n_kills"), [(1, 2), pytest.param(2, 100, marks=pytest.mark.slow)], ids=["two", "hundred"]
)
def test_killed_at_any_moment_it_goes_on_to_the_same_bits(folder, seed, n_kills):
    folder.edit("paths = 400_000", "paths = 700_000")
    folder.night(settings=NARROW)
    whole = folder.bits()
    assert len(whole["blocks"]) == 11
    shutil.rmtree(folder.out)
    killed_at_random(folder, seed, n_kills, NARROW)
    folder.night(settings=NARROW)
    assert folder.bits() == whole
    assert not any((folder.out / WORK).glob("*"))
    assert changed_files(folder.out) == ()


@pytest.mark.slow
def test_killed_while_exact_moves_are_valued_nothing_of_them_is_recorded_and_the_same_bits_come_out(exact, tmp_path):
    folder = exact.copied(tmp_path / "copy")
    manifest = folder.out / "valuation_date=2025-05-28" / "run=one-day" / "manifest.json"
    child = folder.start("run", folder.file)
    while child.poll() is None and not any("run=one-day" in path for path in folder.files()):
        time.sleep(0.002)
    child.kill()  # its files are being written: figures come first, the manifest last
    child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL
    assert not manifest.exists()
    folder.night()
    for name in ("one-day", "mixed"):
        assert folder.bits(name) == exact.bits(name)
    assert changed_files(folder.out) == ()


@pytest.mark.slow
def test_a_night_of_exact_and_drawn_scenarios_killed_fifty_times_has_the_same_bits(exact, tmp_path):
    folder = exact.copied(tmp_path / "copy")
    killed_at_random(folder, 3, 50, {})
    folder.night()
    for name in ("one-day", "mixed"):
        assert folder.bits(name) == exact.bits(name)
    assert not any((folder.out / WORK).glob("*"))
    assert changed_files(folder.out) == ()
