"""The digest of a program's sources sees every file that decides figures."""

from pathlib import Path

import pytest

from engine.batch.work.problem import sources_sha256


@pytest.mark.parametrize("name", ["pack.py", "cuda/walk.cuh", "cuda/paths.cu", "conventions/currencies.toml"])
def test_the_digest_of_sources_moves_with_each_file(tmp_path: Path, name: str):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("a = 1")
    before = sources_sha256(tmp_path)
    path.write_text("a = 2")
    assert sources_sha256(tmp_path) != before
