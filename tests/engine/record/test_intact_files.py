"""Whether files are as they were written."""

from hashlib import sha256

import pytest

from engine.errors import InputError
from engine.record.atomic import write_json
from engine.record.intact_files import file_errors, read_sealed, unsealed


def test_a_sealed_object_is_read_back_and_a_changed_byte_is_found(tmp_path):
    path = tmp_path / "night.json"
    digest = write_json(path, {"schema": 1, "a": 5})
    assert read_sealed(path, "write it anew") == {"schema": 1, "a": 5, "sha256": digest}
    data = path.read_bytes()
    for changed in (data.replace(b"5", b"6", 1), data + b"\n", data[:-2], b"[]", b"no json", b"[" * 100_000):
        assert unsealed(changed) is None
    path.write_bytes(data + b"\n")
    with pytest.raises(InputError, match=r"was changed since it was written; write it anew"):
        read_sealed(path, "write it anew")


def test_errors_of_files_name_each(tmp_path):
    (tmp_path / "good").write_bytes(b"good")
    (tmp_path / "bad").write_bytes(b"other")
    (tmp_path / "folder").mkdir()
    digest = sha256(b"good").hexdigest()
    manifest = {"files": dict.fromkeys(("good", "bad", "gone", "folder"), digest)}
    bad, gone, folder = file_errors(tmp_path, manifest)
    assert bad == f"{tmp_path / 'bad'}: was changed since it was written"
    assert gone == f"{tmp_path / 'gone'}: is missing"
    assert folder.startswith(f"{tmp_path / 'folder'}: is not a regular file but a directory")
    assert list(file_errors(tmp_path, manifest, ["good"])) == []
