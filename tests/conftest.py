"""Fixtures that any test may use."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_configure(config: pytest.Config) -> None:
    """Quick tests take the same examples each time, so that what lands does not hang on luck; slow ones new ones."""
    settings.register_profile("fixed", deadline=None, derandomize=True)
    settings.register_profile("drawn", deadline=None)
    settings.load_profile("fixed" if config.option.markexpr == "not slow" else "drawn")
    for name in ("COLUMNS", "LINES"):  # of whoever runs the tests, and of their workers: pages would follow them
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of full histories and reference answers, which the checkout does without."""
    folder = Path(os.environ.get("UNWIND_SHARED") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(
            f"needs the full history in {folder}; set UNWIND_SHARED to the folder that has data/ and reference/"
        )
    return folder


class Command:
    """The `unwind` command, run in a process of its own as a user would: `unwind("run", "--paths", 1000)`."""

    root = ROOT

    def __call__(
        self, *arguments: object, env: dict[str, str] | None = None, cwd: Path = ROOT
    ) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "unwind_risk", *arguments, env=env, cwd=cwd)

    def python(
        self, *arguments: object, env: dict[str, str] | None = None, cwd: Path = ROOT
    ) -> subprocess.CompletedProcess[str]:
        """Run Python on this checkout, warnings as errors, without the UNWIND_* variables of the outside."""
        settings = {name: value for name, value in os.environ.items() if not name.startswith("UNWIND_")}
        settings |= {"PYTHONPATH": str(ROOT), **(env or {})}
        command = [sys.executable, "-W", "error", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=cwd, env=settings)


@pytest.fixture(scope="session")
def unwind() -> Command:
    """Run the command in a process of its own."""
    return Command()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium that is here already, for all tests of one file."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright, which drives the browser")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"needs a browser: none of {', '.join(BROWSERS)} is on PATH; Debian's package is `chromium`")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses root with its sandbox
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=arguments)
        yield found
        found.close()
