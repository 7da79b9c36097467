"""Fixtures that any test may use."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of full histories and reference answers, which the checkout does without."""
    folder = Path(os.environ.get("UNWIND_SHARED") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the full history in {folder}; set UNWIND_SHARED to the folder that has data/ and reference/")
    return folder


@pytest.fixture(scope="session")
def unwind() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command in a process of its own, as a user would: `unwind("run", "--paths", 1000)`."""

    def call(*args: object, env: dict[str, str] | None = None, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        settings = {name: value for name, value in os.environ.items() if not name.startswith("UNWIND_")}
        settings |= {"PYTHONPATH": str(ROOT), **(env or {})}
        command = [sys.executable, "-W", "error", "-c", "from cli.main import main; main()", *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=cwd, env=settings)

    return call
