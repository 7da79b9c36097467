"""A file is opened once: what is no regular file is refused at once, and what was read is what was hashed."""

import io
import os
import socket
from hashlib import sha256
from pathlib import Path

import pytest

from engine.errors import FileFaults
from engine.inputs.opened import FileKind, MissingFileError, open_once

SMALL = FileKind(wanted="a small file", most_bytes=10, way_out="shorten it", larger={b"BIGG": 20})


def fault(path):
    with pytest.raises(FileFaults) as refusal:
        open_once(path, SMALL)
    (found,) = refusal.value.faults
    return found.message


def test_a_file_is_its_bytes_and_their_digest(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    opened = open_once(path, SMALL)
    path.write_bytes(b"other")
    assert (opened.path, opened.data, opened.sha256) == (path, b"abc", sha256(b"abc").hexdigest())
    assert open_once(opened, SMALL) is opened


def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # without a writer: to open it would wait for ever
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        assert fault(tmp_path / "s") == "is not a regular file but a socket or a device; give a small file"
    assert fault(tmp_path / "pipe") == "is not a regular file but a device or a pipe; give a small file"
    assert fault(Path("/dev/zero")) == "is not a regular file but a device or a pipe; give a small file"
    assert fault(tmp_path) == "is not a regular file but a directory; give a small file"
    (tmp_path / "link").symlink_to("pipe")
    assert fault(tmp_path / "link") == "is not a regular file but a device or a pipe; give a small file"


def test_a_file_that_is_not_there_has_an_error_of_its_own(tmp_path):
    with pytest.raises(MissingFileError, match=r"gone: no such file"):
        open_once(tmp_path / "gone", SMALL)
    (tmp_path / "file").write_bytes(b"")
    assert fault(tmp_path / "file" / "below") == "cannot be read: Not a directory"
    assert fault(tmp_path / "a\0b") == "cannot be read: embedded null byte"


def test_a_file_that_is_too_large_is_refused_unread_with_the_way_out(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 11)
    assert fault(path) == "has 11 bytes; a small file may have 10 at most; shorten it"
    path.write_bytes(b"BIGG" + b"x" * 16)
    assert len(open_once(path, SMALL).data) == 20
    with path.open("wb") as file:
        file.truncate(2**40)  # a sparse file: no memory could hold it
    assert fault(path) == f"has {2**40:,} bytes; a small file may have 20 at most; shorten it"


def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    os.utime(path, (0, 0))
    original = io.BufferedReader

    def grow(_self, size):
        path.write_bytes(b"abcd")
        return b"abcd"[:size]

    class Reader(original):
        read = grow

    monkeypatch.setattr("builtins.open", lambda handle, mode, closefd: Reader(io.FileIO(handle, mode, closefd)))
    assert fault(path) == "was written to while it was read; start again when it is whole"


def test_a_file_exchanged_by_a_rename_is_the_one_that_was_opened(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"one")
    handle_open = os.open

    def exchange(file, flags):
        handle = handle_open(file, flags)
        (tmp_path / "b").write_bytes(b"two")
        (tmp_path / "b").replace(path)
        return handle

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "open", exchange)
        opened = open_once(path, SMALL)
    assert (opened.data, opened.sha256) == (b"one", sha256(b"one").hexdigest())


def test_the_program_holds_no_handle_of_a_file_it_refused(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        assert fault(tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before


def test_of_a_sheet_the_file_is_opened_and_its_digest_is_its_own(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"abc")
    opened = open_once(tmp_path / "a.xlsx#国債", SMALL)
    assert (opened.path, opened.data) == (tmp_path / "a.xlsx#国債", b"abc")
    assert opened.sha256 == sha256(b"abc" + "#国債".encode()).hexdigest()
