"""What is shipped, and what it is pinned to."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from hashlib import sha256

import pytest

import unwind_risk

PACKAGES = ("engine", "kernels", "bench", "cli", "unwind_risk")
PINNED = ("requirements.txt", "requirements-test.txt", "requirements-floors.txt", "requirements-extras.txt")
# What every run needs: compile or load a book, value it, simulate, measure. numba is asked for what is not kept.
COMPUTE_PATH = (
    "engine.book.compile",
    "engine.book.store",
    "engine.book.value",
    "engine.scenario.apply",
    "engine.market.bootstrap",
    "engine.risk.results",
    "engine.risk.tail",
    "kernels.numba.backend",
    "kernels.numpy.backend",
    "kernels.select",
)


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(root, tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    files = (path for package in PACKAGES for path in (root / package).rglob("*") if path.is_file())
    assert shipped == {path.relative_to(root).as_posix() for path in files if "__pycache__" not in path.parts}


@pytest.mark.parametrize("name", PINNED)
def test_every_package_is_pinned_by_hash_and_no_address_is_named(root, name):
    text = (root / name).read_text(encoding="utf-8").replace("\\\n", "")
    assert "://" not in text
    for line in re.sub(r"\n +# via .*", "", text).splitlines():
        assert re.match(r"[a-z0-9-]+==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", line), line


def test_the_floors_are_the_lowest_versions_that_the_project_allows(root, project):
    pinned = dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", (root / "requirements-floors.txt").read_text(), re.MULTILINE))
    for requirement in project["dependencies"]:
        name, lowest = requirement.lower().split(">=")
        assert re.sub(r"(\.0)+$", "", pinned[name]) == re.sub(r"(\.0)+$", "", lowest), name


def test_importing_the_door_loads_nothing_heavy_until_a_name_is_used(unwind):
    heavy = ("numba", "numpy", "pandas", "pydantic", "QuantLib", "typer")
    code = f"import sys, unwind_risk as uw; print([name for name in {heavy} if name in sys.modules])"
    done = unwind.python("-c", code)
    assert done.stdout == "[]\n", done.stderr


def test_every_public_name_is_there_and_no_other():
    assert all(getattr(unwind_risk, name) is not None for name in unwind_risk.__all__)
    assert set(unwind_risk.__all__) == {*unwind_risk._HOMES, "__version__"}
    with pytest.raises(AttributeError, match=r"has no 'rum'; did you mean 'run'\?"):
        unwind_risk.rum  # noqa: B018


def test_the_compute_path_needs_neither_numba_nor_pydantic_nor_pandas(unwind):
    code = f"import sys; [__import__(name) for name in {COMPUTE_PATH}]; "
    code += (
        "print([name for name in ('QuantLib', 'numba', 'pydantic', 'pandas', 'scipy.stats') if name in sys.modules])"
    )
    done = unwind.python("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


def parts(root, *extras, script="sbom.py", env=None):
    return subprocess.run(
        [sys.executable, f".ci/{script}", *extras],
        cwd=root, check=True, capture_output=True, text=True, encoding="utf-8", env={**os.environ, **(env or {})},
    ).stdout  # fmt: skip


def test_without_extras_what_is_needed_is_what_is_pinned(root):
    assert parts(root, script="pins.py") == (root / "requirements.txt").read_text(encoding="utf-8")


def test_extras_bring_what_they_need_and_what_that_needs_each_pinned_as_the_tests_have_it(root):
    lines = parts(root, "report,plot,store", script="pins.py").replace("\\\n", "").splitlines()
    assert all(re.match(r"[a-z0-9-]+==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", line) for line in lines)
    names = {line.partition("==")[0] for line in lines}
    assert {"matplotlib", "kiwisolver", "jinja2", "markupsafe", "duckdb", "numpy", "hatchling"} <= names
    assert not {"distributed", "cupy-cuda13x", "pytest"} & names
    tested = re.sub(r"\\\n", "", (root / "requirements-test.txt").read_text(encoding="utf-8")).splitlines()
    assert set(lines) <= set(tested)
    refused = subprocess.run([sys.executable, ".ci/pins.py", "repot"], cwd=root, capture_output=True, text=True)
    assert refused.returncode == 1
    assert refused.stderr.startswith("error: there is no extra 'repot'; there are ")


def test_the_list_of_parts_has_each_once_with_its_hashes_and_what_needs_it(root):
    """CycloneDX 1.6 asks for bomFormat and specVersion, of a component for type and name; purl as its own standard."""
    text = parts(root)
    found = json.loads(text)
    assert (found["bomFormat"], found["specVersion"], found["version"]) == ("CycloneDX", "1.6", 1)
    pinned = (root / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", "")
    browsers = [each for each in found["components"] if each["purl"].startswith("pkg:npm/")]
    vendor = root / "unwind_risk/serve/static/vendor"
    held = {path.name: sha256(path.read_bytes()).hexdigest() for path in vendor.iterdir() if path.name != "README.md"}
    files = [file for each in browsers for file in each["components"]]
    assert {file["name"]: file["hashes"][0]["content"] for file in files} == held
    assert all(each["licenses"][0]["license"]["name"] for each in browsers)
    packages = [each for each in found["components"] if each not in browsers]
    names = [each["name"] for each in packages]
    assert len({*names}) == len(names)  # one version of each: of this Python and this system
    assert {*names} <= {*re.findall(r"^([a-z0-9-]+)==", pinned, re.MULTILINE)}
    assert "colorama" not in names or sys.platform == "win32"
    for each in packages:
        assert f"{each['name']}=={each['version']} " in pinned
        assert all(f"sha256:{digest['content']}" in pinned for digest in each["hashes"])
    needs = {each["ref"].split("@")[0].removeprefix("pkg:pypi/"): each["dependsOn"] for each in found["dependencies"]}
    assert set(needs) == {*names, "unwind-risk", "pkg:npm/htmx.org", "pkg:npm/uplot"}
    assert [ref.split("@")[0] for ref in needs["numba"]] == [
        "pkg:pypi/llvmlite",
        "pkg:pypi/numpy",
    ]  # numba's own metadata
    assert not [ref for ref in needs["unwind-risk"] if "llvmlite" in ref]  # numba needs it, not this program
    assert "timestamp" not in found["metadata"]
    dated = json.loads(parts(root, env={"SOURCE_DATE_EPOCH": "86400"}))
    assert dated["metadata"]["timestamp"] == "1970-01-02T00:00:00Z"
    assert "://" not in text
