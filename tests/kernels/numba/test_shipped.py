"""Shipped kernels are all that a run calls, run without a compiler, and give the bits of compiled ones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import kernels
from kernels.numba.settings import compiler_target, shipped_folder

CHILD = Path(__file__).parents[1] / "digest_child.py"
DIGESTS = """
import runpy, sys
from pathlib import Path
from kernels.numba.kept import KeptCode
child, shipped, *sys.argv = sys.argv[1], sys.argv[2], sys.argv[1], "float64"
runpy.run_path(child)
print(f" {KeptCode.n_compiled}")
if shipped:
    from kernels.numba.shipped import ship
    ship(Path(shipped))
"""


def _digests(shipped: Path | str = "", **env: str) -> tuple[list[str], int]:
    """Digests of a run in a process of its own, and how many kernels it compiled."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", DIGESTS, str(CHILD), str(shipped)],
        env={**os.environ, "PYTHONPATH": str(Path(kernels.__path__[0]).parent), **env},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found, n_compiled = done.stdout.rsplit(" ", 1)
    return json.loads(found)["float64"], int(n_compiled)


def test_shipped_and_compiled_give_one_digest_and_what_is_shipped_needs_no_compiler(tmp_path):
    shipped, empty = tmp_path / "shipped", tmp_path / "cache"
    compiled, _ = _digests(shipped)
    files = sorted(shipped_folder(shipped, compiler_target()[0]).iterdir())
    assert [path.name.split("-")[0] for path in files] == [
        "paths.levels_of_paths",
        "paths.pnl_of_paths",
        "reduce.keep_tails",
        "reduce.reduce_cells",
    ]
    assert _digests(UNWIND_KERNELS=str(shipped), UNWIND_CACHE=str(empty)) == (compiled, 0)
    assert not list(empty.rglob("*.nbc"))
    before = sum(path.stat().st_size for path in files)
    assert before < 3e6  # without what callers would need: no kernel calls these
