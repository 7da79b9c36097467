"""Files that are being written have names of their own, also where every process has the number 1."""

import os
import socket
import subprocess
import sys

import pytest

from engine.part_files import PART, open_part, part_of

WRITER = """
import os, sys
from pathlib import Path
os.getpid = lambda: 1  # as in a container
from engine.record.atomic import write_atomically
letter = sys.argv[2]
for _ in range(200):
    write_atomically(Path(sys.argv[1]), letter.encode() * 100_000)
"""


def test_two_writers_of_one_number_on_one_host_never_share_a_name(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "getpid", lambda: 1)
    monkeypatch.setattr(socket, "gethostname", lambda: "pod/1")
    names = {part_of(tmp_path / "manifest.json").name for _ in range(1000)}
    assert len(names) == 1000
    assert all(name.startswith(f".manifest.json{PART}pod-1-1-") for name in names)


def test_a_name_that_is_there_already_is_never_written_through(monkeypatch, tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"kept")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setattr("engine.part_files.part_of", lambda path: path)
    with pytest.raises(FileExistsError):
        open_part(tmp_path / "link")
    assert (tmp_path / "elsewhere").read_bytes() == b"kept"


def test_a_long_name_still_has_a_part(tmp_path):
    part, file = open_part(tmp_path / ("x" * 250))
    file.close()
    assert part.exists()


def test_two_processes_of_one_number_write_one_file_and_it_is_always_whole(root, tmp_path):
    """With names by process alone one renames what the other is still writing: the file is cut short, or gone."""
    target = tmp_path / "block.npz"
    env = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, "-c", WRITER, str(target)]
    children = [subprocess.Popen([*command, letter], env=env, stderr=subprocess.PIPE) for letter in "ab"]
    seen = set()
    while any(child.poll() is None for child in children):
        if target.exists():
            data = target.read_bytes()
            seen.add((len(data), data.count(data[:1])))
    assert [child.communicate()[1] for child in children] == [b"", b""]
    assert seen == {(100_000, 100_000)}
    assert [path.name for path in tmp_path.iterdir()] == ["block.npz"]
