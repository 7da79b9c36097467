"""The program installed in an environment of its own: from the wheel, and as an editable checkout."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = "import sys\nfrom unwind_risk.main import main\nsys.exit(main())\n"  # as installers write it


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An environment that holds the program."""

    home: Path  # of the packages
    python: Path
    script: Path

    def __call__(self, *words: object, cwd: Path, path: Sequence[Path] = ()) -> subprocess.CompletedProcess[str]:
        """Run the environment's Python on `words`, in a folder and with a PYTHONPATH of the user's."""
        settings = {name: value for name, value in os.environ.items() if not name.startswith(("UNWIND_", "PYTHON"))}
        settings["PYTHONPATH"] = os.pathsep.join(map(str, path))
        command = [str(self.python), "-W", "error", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=cwd, env=settings)


def environment(folder: Path, paths: Sequence[Path]) -> tuple[Path, Path]:
    """An empty environment whose path ends with `paths`, and with what this one has: its bin and site-packages."""
    venv.create(folder, symlinks=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    others = [*paths, Path(sysconfig.get_path("purelib"))]
    (site / "paths.pth").write_text("".join(f"{path}\n" for path in others))  # an editable install writes such a file
    return folder / "bin", site


def installed(folder: Path, home: Path | None) -> Installed:
    """An environment with the checkout `home`; None: with room for the packages themselves."""
    scripts, site = environment(folder, [] if home is None else [home])
    script = scripts / "unwind"
    script.write_text(SCRIPT)
    return Installed(home=home or site, python=scripts / "python", script=script)


@pytest.fixture(scope="session")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture
def from_wheel(wheel: Path, tmp_path: Path) -> Installed:
    """The wheel's packages in an environment's own folder."""
    found = installed(tmp_path / "environment", None)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(found.home)
    return found


@pytest.fixture(params=["wheel", "editable"])
def program(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> Installed:
    """The program, installed in either way."""
    if request.param == "wheel":
        found: Installed = request.getfixturevalue("from_wheel")
        return found
    return installed(tmp_path / "environment", root)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A user's folder with packages of our names, none of which may be run by the command."""
    folder = tmp_path / "project"
    for name in ("engine", "kernels", "cli", "bench"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("MINE = True\n")
    return folder
