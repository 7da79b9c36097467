"""A night on a disk that fails, fills, shortens or stops at any call: nothing wrong, nothing lost, nothing unsaid.

Each trial disturbs a call of one kind under the batch's folder. Whatever happens, the command ends with a code and one
JSON line that agrees with it (a kill has neither), and the same command on a sound disk ends with the bits of a night
that nobody disturbed, every file intact, no part file and no checkpoint left.
"""

import errno
import json
import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.batch.blocks.checkpoints import WORK
from engine.part_files import PART
from engine.record.verify import changed_files
from tests.engine.batch.conftest import BatchFolder
from tests.trials.disturbance import NOTHING, Disturbance, build, counted

FOREVER = 1_000_000
FAILURES = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EDQUOT": errno.EDQUOT, "EROFS": errno.EROFS}
CODES = {0, 1, 2, 4, 75}  # complete, an input or output refused, incomplete, try again
DAY_S = 86_400


class Trials:
    """A small night, its bits when nobody disturbs it, and the same night disturbed."""

    def __init__(self, folder: Path) -> None:
        inside = folder / "night"
        inside.mkdir()
        self.library = build(folder)
        self.batch = BatchFolder(inside)
        self.batch.edit("paths = 400_000", "paths = 100_000")
        self.batch.edit('["base", "august-2024"]', '["base"]')
        self.batch.night()
        self.whole = self.batch.bits()
        self.begin_anew()
        assert self.disturbed(Disturbance(call="open", at=NOTHING)) == 0
        self.n_calls = counted(inside)

    def begin_anew(self) -> None:
        """Take the record away."""
        shutil.rmtree(self.batch.out, ignore_errors=True)

    def disturbed(self, disturbance: Disturbance) -> int:
        """Run the night under a disturbance; return its code, once what it said is seen to agree with it."""
        env = disturbance.env(self.library, self.batch.folder)
        done = self.batch.run("run", self.batch.file, env=env)
        if disturbance.do == "kill" and done.returncode == -signal.SIGKILL:
            return done.returncode
        assert "Traceback" not in done.stderr, (disturbance, done.stderr)
        assert done.returncode in CODES, (disturbance, done.stderr)
        said = json.loads(done.stdout.splitlines()[-1])
        assert said["exit_code"] == done.returncode, (disturbance, said)
        if done.returncode == 0:
            assert self.batch.bits() == self.whole, disturbance
            assert changed_files(self.batch.out) == (), disturbance
        else:
            assert said["message"] or any(night["faults"] for night in said["nights"]), (disturbance, said)
        return done.returncode

    def survives(self, disturbance: Disturbance) -> int:
        """Run the night disturbed, then on a sound disk; the bits are those of the undisturbed one."""
        self.begin_anew()
        code = self.disturbed(disturbance)
        done = self.batch.run("run", self.batch.file)
        assert done.returncode == 0, (disturbance, done.stderr)
        assert self.batch.bits() == self.whole, disturbance
        assert changed_files(self.batch.out) == (), disturbance
        assert not any((self.batch.out / WORK).glob("*")), disturbance
        left = [path for path in self.batch.files() if PART in path]
        assert left == [], disturbance
        return code


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Trials:
    """A night to disturb."""
    return Trials(tmp_path_factory.mktemp("trials"))


def some(trials: Trials, n: int, seed: int) -> Iterator[tuple[str, int]]:
    """Draw calls of an undisturbed night, each kind as often as the others."""
    rng = random.Random(seed)
    calls = list(trials.n_calls)
    for i in range(n):
        call = calls[(seed + i) % len(calls)]
        yield call, rng.randint(1, trials.n_calls[call])


def test_a_night_makes_calls_of_every_kind_that_is_disturbed(trials):
    assert all(trials.n_calls.values()), trials.n_calls


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_killed_at_a_call_it_goes_on_to_the_same_bits(trials, seed):
    for call, at in some(trials, 2 if seed == 1 else 60, seed):
        code = trials.survives(Disturbance(call=call, at=at, do="kill"))
        assert code == -signal.SIGKILL, (call, at)


@pytest.mark.slow
def test_killed_at_every_rename_and_open_it_goes_on_to_the_same_bits(trials):
    for call in ("rename", "open", "mkdir"):
        for at in range(1, trials.n_calls[call] + 1):
            assert trials.survives(Disturbance(call=call, at=at, do="kill")) == -signal.SIGKILL, (call, at)


@pytest.mark.parametrize("seed", [1, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize("times", [1, FOREVER], ids=["once", "from then on"])
@pytest.mark.parametrize("failure", FAILURES)
def test_a_disk_that_fails_is_said_and_costs_no_bit(trials, failure, times, seed):
    if seed == 1 and (failure, times) not in {("ENOSPC", FOREVER), ("EIO", 1)}:
        pytest.skip("the other failures are tried by `make slow`")
    for call, at in some(trials, 2 if seed == 1 else 24, seed * FAILURES[failure]):
        trials.survives(Disturbance(call=call, at=at, do=str(FAILURES[failure]), times=times))


@pytest.mark.parametrize("times", [1, FOREVER], ids=["once", "always"])
def test_short_writes_are_written_to_their_end(trials, times):
    assert trials.survives(Disturbance(call="write", at=1, do="short", times=times)) == 0


@pytest.mark.slow
@pytest.mark.parametrize("clock_s", [-400 * DAY_S, -3600, 3600, 400 * DAY_S])
def test_a_clock_that_jumps_costs_no_bit(trials, clock_s):
    for call, at in some(trials, 6, 5):
        assert trials.survives(Disturbance(call=call, at=at, clock_s=clock_s)) == 0
