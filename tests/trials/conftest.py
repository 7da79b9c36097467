"""A small night to disturb, and what must hold whatever happens to it."""

import json
import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from engine.batch.blocks.checkpoints import WORK
from engine.part_files import PART
from engine.record.verify import changed_files
from tests.engine.batch.conftest import BatchFolder
from tests.trials.disturbance import NOTHING, READ, Disturbance, build, counted

CODES = {0, 1, 2, 4, 75}  # complete, an input or output refused, incomplete, try again


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

    def disturbed(self, disturbance: Disturbance, *options: str) -> int:
        """Run the night under a disturbance; return its code, once what it said is seen to agree with it."""
        done = self.run(disturbance, "run", self.batch.file, *options)
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

    def run(self, disturbance: Disturbance, *arguments: object, group: str = "batch") -> CompletedProcess[str]:
        """Run a command under a disturbance."""
        env = disturbance.env(self.library, self.batch.folder)
        return self.batch.run(*arguments, group=group, env=env)

    def survives(self, disturbance: Disturbance) -> int:
        """Run the night disturbed, then on a sound disk; the bits are those of the undisturbed one."""
        self.begin_anew()
        code = self.disturbed(disturbance)
        self.batch.night()  # in this process, which spares its start; it must end with 0
        assert self.batch.bits() == self.whole, disturbance
        assert changed_files(self.batch.out) == (), disturbance
        assert not any((self.batch.out / WORK).glob("*")), disturbance
        left = [path for path in self.batch.files() if PART in path]
        assert left == [], disturbance
        return code


@pytest.fixture(scope="session")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Trials:
    """A night to disturb."""
    return Trials(tmp_path_factory.mktemp("trials"))


def some(trials: Trials, n: int, seed: int) -> Iterator[tuple[str, int]]:
    """Draw calls of an undisturbed night that change the disk, each kind as often as the others."""
    rng = random.Random(seed)
    calls = [call for call in trials.n_calls if call != READ]
    for i in range(n):
        call = calls[(seed + i) % len(calls)]
        yield call, rng.randint(1, trials.n_calls[call])
