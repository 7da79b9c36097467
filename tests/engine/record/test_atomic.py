import errno
import json
import os

import pytest

from engine.errors import RiskError
from engine.record.atomic import DiskFullError, sealed, write_atomically, write_json


def test_a_file_appears_whole_with_its_folder(tmp_path):
    write_atomically(tmp_path / "a" / "b", b"data")
    assert (tmp_path / "a" / "b").read_bytes() == b"data"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_without_room_the_old_file_stays_and_nothing_is_left(tmp_path, monkeypatch, code):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError, match="no room for 3 bytes") as refused:
        write_atomically(path, b"new")
    assert refused.value.exit_code == 75
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_another_error_is_no_lack_of_room(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RiskError, match="cannot be written") as refused:
        write_atomically(tmp_path / "file" / "below", b"x")
    assert refused.value.exit_code == 1


def test_an_object_holds_the_digest_of_the_rest_of_it(tmp_path):
    digest = write_json(tmp_path / "a.json", {"b": 1.5, "a": [1, "ü"]})
    found = json.loads((tmp_path / "a.json").read_bytes())
    assert found["sha256"] == digest
    assert sealed(found) == ((tmp_path / "a.json").read_bytes(), digest)
