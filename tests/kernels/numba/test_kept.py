"""Machine code that one folder's kernels left serves another's of the same text, and none of another text."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import kernels

COUNT = """
from kernels.numba.steps.walk import random_rows
assert random_rows(5) == 8
print(sum(random_rows.stats.cache_hits.values()), sum(random_rows.stats.cache_misses.values()))
"""


def _hits_and_misses(folder: Path, cache: Path) -> str:
    given = {**os.environ, "UNWIND_CACHE": str(cache), "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
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
