"""Machine code that one folder's kernels left serves another's of the same text, and none of another text."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kernels
from kernels.numba.kept import ByContent, KeptCode

HERE = Path(kernels.__path__[0]).parent

COUNT = """
import numpy as np
from kernels.numba.draws.normal import normals_f64
from kernels.numba.settings import STRIDE
normals_f64(np.zeros(2 * STRIDE, np.uint64), 1, np.zeros(2 * STRIDE))
print(sum(normals_f64.stats.cache_hits.values()), sum(normals_f64.stats.cache_misses.values()))
"""


def _hits_and_misses(folder: Path, cache: Path, **env: str) -> str:
    given = {**os.environ, "UNWIND_CACHE": str(cache), "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **env}
    done = subprocess.run(
        [sys.executable, "-c", COUNT], cwd=folder, env=given, capture_output=True, text=True, check=True, timeout=300
    )
    return done.stdout.strip()


def _copy(folder: Path) -> Path:
    shutil.copytree(Path(kernels.__path__[0]), folder / "kernels", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (folder / "kernels").rglob("*.py"):
        os.utime(path, (1e9, 1e9))  # another time than the original's
    return folder


def test_a_copy_elsewhere_of_another_time_needs_no_compiler_and_changed_sources_do(tmp_path):
    here, there, cache = _copy(tmp_path / "here"), _copy(tmp_path / "there"), tmp_path / "cache"
    assert _hits_and_misses(here, cache) == "0 1"
    assert _hits_and_misses(there, cache) == "1 0"
    with (there / "kernels" / "numba" / "steps" / "rows.py").open("a") as changed:
        changed.write("# another text\n")
    assert _hits_and_misses(there, cache) == "0 1"


def test_kernels_of_an_image_are_read_and_its_folder_is_never_written(tmp_path):
    image = tmp_path / "image"
    assert _hits_and_misses(HERE, image) == "0 1"
    before = {path: path.read_bytes() for path in image.rglob("*") if path.is_file()}
    (tmp_path / "file").touch()  # no folder can be made in a file: as where all is read only
    assert _hits_and_misses(HERE, tmp_path / "file", UNWIND_KERNELS=str(image)) == "1 0"
    assert {path: path.read_bytes() for path in image.rglob("*") if path.is_file()} == before


@pytest.fixture
def code(tmp_path, monkeypatch):
    """Files of one kernel in a folder of their own."""
    monkeypatch.setattr(ByContent, "folders", (tmp_path / "stamp",))
    monkeypatch.setattr(ByContent, "is_written", True)
    return KeptCode("walk.step-1.py311")


def test_code_is_found_under_its_key_alone(code):
    code.save(("float64", "znver4"), "one")
    code.save(("float32", "znver4"), "two")
    assert code.load(("float64", "znver4")) == "one"
    assert code.load(("float64", "haswell")) is None  # of another processor: compiled anew, never run


@pytest.mark.parametrize("harm", ["cut", "changed", "stale", "foreign", "empty"])
def test_code_that_is_not_wholly_as_it_was_kept_is_never_run(code, tmp_path, monkeypatch, harm):
    key, other = ("float64", "znver4"), ("float32", "znver4")
    code.save(key, "machine code")
    (path,) = (tmp_path / "stamp").iterdir()
    data = path.read_bytes()
    if harm == "cut":
        path.write_bytes(data[:-1])
    elif harm == "changed":
        path.write_bytes(data.replace(b"machine", b"mankind"))
    elif harm == "stale":  # of other sources: their folder has another name, which stands in the file
        (tmp_path / "stamp").rename(tmp_path / "other")
        monkeypatch.setattr(ByContent, "folders", (tmp_path / "other",))
    elif harm == "foreign":  # of another key, under this one's name
        code.save(other, "other code")
        shutil.copy(next(each for each in path.parent.iterdir() if each != path), path)
    else:
        path.write_bytes(b"")
    assert code.load(key) is None


def test_two_keys_never_share_a_file_though_two_processes_write_at_once(code, tmp_path):
    """numba's own numbers are taken from an index that each process reads before the other has written."""
    keys = [(precision, processor) for precision in ("float64", "float32") for processor in ("znver4", "haswell")]
    for key in keys:
        KeptCode("walk.step-1.py311").save(key, key)
    assert len(list((tmp_path / "stamp").iterdir())) == len(keys)
    assert [code.load(key) for key in keys] == keys
