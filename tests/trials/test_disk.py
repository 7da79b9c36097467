"""A night on a disk that fails, fills, shortens, stops or turns read-only at any call: nothing wrong, lost or unsaid.

Each trial disturbs a call of one kind under the batch's folder. Whatever happens, the command ends with a code and one
JSON line that agrees with it (a kill has neither), and the same command on a sound disk ends with the bits of a night
that nobody disturbed, every file intact, no part file and no checkpoint left.
"""

import errno
import json
import random
import signal

import pytest

from tests.trials.conftest import some
from tests.trials.disturbance import ANY, READ, Disturbance

FOREVER = 1_000_000
FAILURES = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EDQUOT": errno.EDQUOT, "EROFS": errno.EROFS}


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
@pytest.mark.parametrize("failure", [errno.EIO, errno.ESTALE, errno.EACCES, errno.EMFILE], ids=errno.errorcode.get)
def test_a_file_that_cannot_be_read_is_said_and_costs_no_bit(trials, failure):
    """A bad sector, a share that was mounted anew, a right that was taken away, too many open files."""
    rng = random.Random(failure)
    for at in rng.sample(range(1, trials.n_calls[READ] + 1), 12):
        trials.survives(Disturbance(call=READ, at=at, do=str(failure)))


@pytest.mark.slow
@pytest.mark.parametrize("failure", [errno.ESTALE, errno.EACCES, errno.EINVAL, errno.EXDEV], ids=errno.errorcode.get)
def test_errors_that_few_disks_have_are_said_and_cost_no_bit(trials, failure):
    """Of a network's share, or of one that can flush no folder and rename nothing across its parts."""
    for call, at in some(trials, 12, failure):
        trials.survives(Disturbance(call=call, at=at, do=str(failure)))


def test_short_reads_are_read_to_their_end(trials):
    assert trials.survives(Disturbance(call=READ, at=1, do="short", times=FOREVER)) == 0


@pytest.mark.slow
@pytest.mark.parametrize("failure", ["EROFS", "EIO", "ENOSPC"])
def test_a_disk_that_fails_whole_from_a_call_on_is_said_and_costs_no_bit(trials, failure):
    """Such as one that the system makes read-only after an error: every later call fails, those that tidy up too."""
    for call, at in some(trials, 24, 7 * FAILURES[failure]):
        trials.survives(Disturbance(call=call, at=at, do=str(FAILURES[failure]), is_all=True))


def test_a_record_on_a_read_only_disk_is_read_and_not_written(trials):
    trials.begin_anew()
    trials.batch.night()
    read_only = Disturbance(call=ANY, at=1, do=str(errno.EROFS), is_all=True)  # before the first call
    for group, command in (("runs", "list"), ("batch", "verify")):
        done = trials.run(read_only, command, trials.batch.out, group=group)
        assert done.returncode == 0, done.stderr
    done = trials.run(read_only, "run", trials.batch.file)
    assert done.returncode == 2
    assert "Read-only file system" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["exit_code"] == 2
