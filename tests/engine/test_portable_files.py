"""Locks and moves on this system, and what stands for them on one that keeps files of readers."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import portable_files
from engine.portable_files import move, open_flags, sync_folder, try_lock

AS_WINDOWS = Path(__file__).parents[1] / "as_windows.py"


def test_flags_that_a_system_lacks_count_as_none():
    assert open_flags("O_CLOEXEC", "O_NO_SYSTEM_HAS_THIS") == os.O_CLOEXEC


def test_a_lock_keeps_others_out_until_it_is_closed(tmp_path):
    path = tmp_path / "lock"
    with path.open("wb") as one, path.open("rb") as two, path.open("rb") as three:
        assert try_lock(two.fileno(), shared=True)
        assert try_lock(three.fileno(), shared=True)
        assert not try_lock(one.fileno(), shared=False)
        two.close()
        three.close()
        assert try_lock(one.fileno(), shared=False)


def test_a_file_that_somebody_reads_is_replaced_when_he_lets_go(tmp_path, monkeypatch):
    (tmp_path / "new").write_text("new")
    (tmp_path / "old").write_text("old")
    replace, refused = os.replace, [PermissionError(errno.EACCES, "in use")] * 2

    def held(source: Path, target: Path) -> None:
        if refused:
            raise refused.pop()
        replace(source, target)

    monkeypatch.setattr(os, "replace", held)
    monkeypatch.setattr(portable_files, "IS_WINDOWS", True)
    move(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old").read_text() == "new"


def test_one_that_is_never_let_go_is_an_error_and_both_stand(tmp_path, monkeypatch):
    for name in ("new", "old"):
        (tmp_path / name).write_text(name)

    def held(_source: Path, _target: Path) -> None:
        raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr(os, "replace", held)
    monkeypatch.setattr(portable_files, "IS_WINDOWS", True)
    monkeypatch.setattr(portable_files, "PATIENCE_S", 0.05)
    with pytest.raises(PermissionError):
        move(tmp_path / "new", tmp_path / "old")
    assert [path.read_text() for path in sorted(tmp_path.iterdir())] == ["new", "old"]


def test_a_system_that_cannot_flush_a_folder_is_not_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(portable_files, "IS_WINDOWS", True)
    sync_folder(tmp_path / "not there")  # no error: it was not opened


LOCKS = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import as_windows
as_windows.THIRD = ()
as_windows.become_windows()
from engine.portable_files import fcntl, try_lock
assert fcntl is None
with open(sys.argv[3], "ab") as one, open(sys.argv[3], "ab") as two:
    print(try_lock(one.fileno(), shared=True), try_lock(two.fileno(), shared=True))
    two.close()
    with open(sys.argv[3], "ab") as three:
        print(try_lock(three.fileno(), shared=False))
        one.close()
        print(try_lock(three.fileno(), shared=False))
"""


def test_windows_is_asked_for_the_same_locks(tmp_path):
    """Its LockFileEx is stood in for by flock, and checks that a byte beyond the file is locked."""
    words = [sys.executable, "-c", LOCKS, AS_WINDOWS.parent, AS_WINDOWS.parents[1], tmp_path / "lock"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.split() == ["True", "True", "False", "True"], done.stderr
