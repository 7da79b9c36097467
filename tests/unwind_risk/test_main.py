"""The command's door: its version, its help, the script that installers write."""

import zipfile

import unwind_risk
from tests.unwind_risk.conftest import SCRIPT
from unwind_risk.siblings import ENTRY


def test_the_script_and_the_module_are_the_command(program, tmp_path):
    for words in ([program.script], ["-m", "unwind_risk"]):
        done = program(*words, "--version", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, f"unwind {unwind_risk.__version__}\n"), done.stderr


def test_the_wheel_has_the_version_the_entry_and_the_mark_of_types(wheel):
    assert ENTRY in SCRIPT
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (entries,) = (name for name in names if name.endswith("entry_points.txt"))
        assert "unwind = unwind_risk.main:main" in archive.read(entries).decode()
    assert wheel.name.startswith(f"unwind_risk-{unwind_risk.__version__}-")
    assert "unwind_risk/py.typed" in names
