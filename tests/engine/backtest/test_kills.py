"""Walks that are stopped, by a signal or by kill -9, go on to the same bytes; nothing that was finished is lost.

What is compared is every byte of the folder: months, seals and verdicts.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.engine.backtest.synthetic import frame_of, tidy_csv

WINDOW = ("--from", "2016-12-01", "--to", "2017-05-31")  # six months
DEADLINE_S = 300.0


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    path = tmp_path_factory.mktemp("history") / "history.csv"
    path.write_text(tidy_csv(frame_of(900)), encoding="utf-8")
    return path


class Walk:
    """One backtest, to be started again and again in one folder."""

    def __init__(self, root: Path, history: Path, out: Path, *options: object) -> None:
        words = ["backtest", "--history", history, *WINDOW, "--law", "ewma", "--paths", 1000, "--out", out, *options]
        self.command = [sys.executable, "-m", "unwind_risk", *map(str, words)]
        self.root, self.out = root, out

    def start(self) -> subprocess.Popen[str]:
        """Start it in a session of its own, which hears signals as on a terminal."""
        return subprocess.Popen(
            self.command,
            cwd=self.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def finish(self) -> str:
        """Run it to its end, and return what it said."""
        child = self.start()
        _, said = child.communicate(timeout=DEADLINE_S)
        assert child.returncode in (0, 3), said
        return said

    def months(self) -> int:
        """How many months are there, seals and all."""
        return len([*self.out.glob("????-??.json")])

    def wait_for(self, n: int, child: subprocess.Popen[str]) -> None:
        """Wait until `n` months are there."""
        deadline = time.monotonic() + DEADLINE_S
        while self.months() < n and child.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def bytes(self) -> dict[str, bytes]:
        """Every file of the folder."""
        return {path.name: path.read_bytes() for path in sorted(self.out.iterdir())}


def processes_of(folder: Path) -> list[int]:
    """The processes whose environment says that they are of a test's folder."""
    mark = f"UNWIND_TEST_WALK={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.mark.slow
def test_a_walk_that_was_killed_goes_on_from_its_months_to_the_same_bytes(history, tmp_path, root):
    whole, killed = (Walk(root, history, tmp_path / name, "--workers", 1) for name in ("whole", "killed"))
    child = killed.start()
    killed.wait_for(2, child)
    child.kill()
    child.communicate()
    n = killed.months()
    assert 2 <= n < 6
    kept = {name: (killed.out / name).stat().st_mtime_ns for name in os.listdir(killed.out) if name[:2] == "20"}
    killed.finish()
    whole.finish()
    assert killed.bytes() == whole.bytes()
    now = {name: (killed.out / name).stat().st_mtime_ns for name in kept}
    sealed = {name for name in kept if name.replace(".parquet", ".json") in kept and name.endswith(".parquet")}
    assert all(now[name] == kept[name] for name in sealed)  # what was whole was taken up, not walked again


@pytest.mark.slow  # a dozen starts of the command
@pytest.mark.parametrize("n_workers", [1, 2])
def test_any_number_of_kills_and_signals_at_any_time_lose_nothing(history, tmp_path, root, n_workers):
    whole = Walk(root, history, tmp_path / "whole", "--workers", 1)
    whole.finish()
    walk = Walk(root, history, tmp_path / "killed", "--workers", n_workers)
    chance = random.Random(n_workers)
    for kill in range(12):
        before = walk.months()
        child = walk.start()
        walk.wait_for(min(before + kill % 2, 6), child)
        time.sleep(chance.uniform(0.0, 2.0 if kill % 2 else 6.0))
        how = chance.choice([signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
        os.killpg(child.pid, how) if how is signal.SIGINT else child.send_signal(how)  # Ctrl-C reaches all of a group
        _, said = child.communicate(timeout=DEADLINE_S)
        assert child.returncode in (-how, 128 + how, 0, 3), said
        assert walk.months() >= before
    walk.finish()
    assert walk.bytes() == whole.bytes()


@pytest.mark.slow  # processes that load and compile for themselves
def test_processes_end_with_the_one_that_started_them_and_a_lost_one_is_named(history, tmp_path, root, monkeypatch):
    if not Path("/proc/self/environ").exists():
        pytest.skip("finds processes by /proc")
    monkeypatch.setenv("UNWIND_TEST_WALK", str(tmp_path))
    walk = Walk(root, history, tmp_path / "out", "--workers", 2)
    child = walk.start()
    walk.wait_for(1, child)
    others = [pid for pid in processes_of(tmp_path) if pid not in (child.pid, os.getpid())]
    assert len(others) >= 2
    child.kill()
    child.communicate()
    deadline = time.monotonic() + 30.0
    while any(pid in processes_of(tmp_path) for pid in others):
        assert time.monotonic() < deadline, "a worker outlives its parent"
        time.sleep(0.1)
    child = walk.start()
    deadline = time.monotonic() + DEADLINE_S
    while not (spawned := [pid for pid in processes_of(tmp_path) if is_worker(pid)]):
        assert time.monotonic() < deadline
        assert child.poll() is None
        time.sleep(0.05)
    os.kill(spawned[0], signal.SIGKILL)
    _, said = child.communicate(timeout=DEADLINE_S)
    assert child.returncode == 1, said
    assert "a process of the walk was killed" in said
    walk.finish()


def is_worker(pid: int) -> bool:
    """Whether a process was started to share a walk's months."""
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
