import fcntl
import json
import os

import pytest

from engine.batch.record_lock import LOCK, holder, one_of_shards, only_writer
from engine.errors import BusyError, InputError


def test_the_holder_is_named(tmp_path):
    assert holder(tmp_path) is None
    with only_writer(tmp_path, "batch nightly.toml"):
        assert f"batch nightly.toml: process {os.getpid()} on " in holder(tmp_path)
        with pytest.raises(BusyError, match=f"process {os.getpid()} on "), only_writer(tmp_path, "another"):
            pass
    assert holder(tmp_path) is None


def test_shards_write_side_by_side_but_not_one_shard_twice(tmp_path):
    with one_of_shards(tmp_path, 1, 2), one_of_shards(tmp_path, 2, 2):
        with pytest.raises(BusyError, match="shard 2/2"), one_of_shards(tmp_path, 2, 2):
            pass
        with pytest.raises(BusyError, match="shard "), only_writer(tmp_path, "merge"):
            pass
    with only_writer(tmp_path, "merge"), pytest.raises(BusyError, match="merge"), one_of_shards(tmp_path, 1, 2):
        pass


def test_a_lock_file_that_says_nothing_still_locks(tmp_path):
    with (tmp_path / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(BusyError, match="left no name"), only_writer(tmp_path, "batch"):
            pass


def test_a_lock_file_of_a_dead_process_is_taken_over(tmp_path):
    (tmp_path / LOCK).write_text(json.dumps({"what": "x", "pid": 1, "host": "h", "since": "2025-05-28"}))
    with only_writer(tmp_path, "batch"):
        assert "process 1 " not in holder(tmp_path)


def test_a_lock_that_is_a_link_empties_nothing(tmp_path):
    """Whoever may write in the record's folder must not be able to have another file emptied."""
    other = tmp_path / "other"
    other.write_text("precious")
    for make in (os.symlink, os.link):
        make(other, tmp_path / LOCK)
        said = r"\.lock: is a .*, and was to be the record's lock; remove it"
        with pytest.raises(InputError, match=said), only_writer(tmp_path, "batch"):
            pass
        with pytest.raises(InputError, match="remove it"), one_of_shards(tmp_path, 1, 2):
            pass
        (tmp_path / LOCK).unlink()
    assert other.read_text() == "precious"


def test_a_pipe_in_the_place_of_a_lock_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / LOCK)
    with pytest.raises(InputError, match="is no regular file"), only_writer(tmp_path, "batch"):
        pass
    with pytest.raises(InputError, match="is no regular file"):
        holder(tmp_path)
