"""What is written has the permissions that were asked for, and the process has its own again."""

import os

from engine.record.atomic import write_atomically
from engine.record.file_mode import written_with


def test_files_and_folders_do_without_the_permissions_that_are_named(tmp_path):
    before = os.umask(0o022)
    try:
        with written_with(0o027):
            write_atomically(tmp_path / "new" / "a", b"a")
        with written_with(None):
            write_atomically(tmp_path / "b", b"b")
        modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("new", "new/a", "b")]
        assert modes == [0o750, 0o640, 0o644]
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
