"""Parallel shelves have the same names: the three wings of kernels, and payoffs on every floor."""

import ast
import re
from pathlib import Path

import pytest

from engine.mechanisms.registry import MECHANISMS
from engine.pack.payoffs import PACKERS
from kernels.payoffs import PAYOFFS

ROOT = Path(__file__).parent.parent
WINGS = {"numpy": (".py",), "numba": (".py",), "cuda": (".cu", ".cuh")}
SHELVES = {"draws", "steps", "payoffs"}  # folders of a wing; what calls them stands above

# Stages that not every wing has: which have it, and why.
ALONE = {
    "backend": ({"numpy", "numba"}, "CUDA's is in kernels/cuda/host, with all that needs a compiler or a device"),
    "moves": ({"numpy", "numba"}, "moves that are given lie in the host's memory: the CUDA backend asks numba"),
    "payoffs/all_payoffs": ({"numpy", "numba"}, "CUDA's is written for each build by kernels/cuda/host/headers.py"),
    "payoffs/chebyshev": ({"numba", "cuda"}, "the oracle prices every option by itself"),
    "payoffs/gauss": ({"numba", "cuda"}, "the oracle takes the normal distribution from scipy"),
    "intrinsics": ({"numba"}, "what numba lacks"),
    "settings": ({"numba"}, "how numba compiles"),
    "compiled": ({"numba"}, "what is said while numba compiles"),
    "kept": ({"numba"}, "where numba finds again what it compiled"),
    "shipped": ({"numba"}, "what of it goes with a wheel"),
    "parts": ({"numba"}, "how numba compiles what only kernels call"),
    "real": ({"cuda"}, "what C lacks"),
    "observed": ({"cuda"}, "the paths of a thread"),
}

# The oracle's functions that another wing has not, and why.
MISSING = {
    ("draws/philox", "draw_words", "cuda"): "a thread asks philox itself for one path's words",
    ("payoffs/points", "point_value", "numba"): "the others take the exponential where they use it",
    ("payoffs/points", "point_value", "cuda"): "likewise",
    ("payoffs/fx_options", "log_rate", "numba"): "log_forward has it in its loop, which reads and writes a row once",
    ("steps/step", "correlate_and_step", "cuda"): "a thread uses a normal up as soon as it is drawn: draw_and_step",
    ("steps/regimes", "scale_normals", "cuda"): "a thread scales a normal where it uses it",
    ("steps/walk", "unwind_one_step", "cuda"): "walk_one_step has its order; what few paths have is add_events",
}


def files(wing: str) -> dict[str, Path]:
    """Stage, with its shelf -> its file: "draws/philox"."""
    folder = ROOT / "kernels" / wing
    found = (path for path in sorted(folder.rglob("*")) if path.suffix in WINGS[wing] and path.stem != "__init__")
    stages = {path.relative_to(folder).with_suffix("").as_posix(): path for path in found}
    return {stage: path for stage, path in stages.items() if not stage.startswith("host/")}


def functions(path: Path) -> set[str]:
    """Public functions of a source in Python or CUDA."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        names = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
        return {name for name in names if not name.startswith("_")}
    plain = re.sub(r"__launch_bounds__\([^)]*\)", "", text)
    return set(re.findall(r"^(?:__device__|extern \"C\")[^;{=(]*?\b(\w+)\(", plain, re.MULTILINE))


@pytest.mark.parametrize("wing", WINGS)
def test_a_wing_has_every_stage_on_the_same_shelf(wing):
    everywhere = set().union(*map(files, WINGS)) - set(ALONE)
    assert set(files(wing)) == everywhere | {stage for stage, (wings, _) in ALONE.items() if wing in wings}


@pytest.mark.parametrize("wing", WINGS)
def test_a_wing_has_the_same_shelves_and_no_other_folder(wing):
    shelves = {stage.partition("/")[0] for stage in files(wing) if "/" in stage}
    assert shelves == SHELVES
    assert all(stage.count("/") <= 1 for stage in files(wing))


@pytest.mark.parametrize("wing", ["numba", "cuda"])
@pytest.mark.parametrize("stage", sorted(set(files("numpy")) - set(ALONE)))
def test_a_stage_has_the_oracles_functions_in_every_wing(stage, wing):
    missing = functions(files("numpy")[stage]) - functions(files(wing)[stage])
    assert missing == {name for where, name, of in MISSING if (where, of) == (stage, wing)}


@pytest.mark.parametrize("name", PAYOFFS)
def test_a_payoff_has_a_file_of_its_name_on_every_floor(name):
    for wing in WINGS:
        assert f"add_{name}" in functions(files(wing)[f"payoffs/{name}"])
    for room in ("pack", "payoffs"):
        assert (ROOT / "engine" / room / f"{name}.py").is_file()
    assert f"pack_{name}" in functions(ROOT / "engine" / "pack" / f"{name}.py")


def test_every_payoff_has_a_packer_in_the_same_order():
    assert list(PACKERS) == list(PAYOFFS)


def test_what_payoffs_stand_upon_has_its_file_too():
    for wing in WINGS:
        assert {"payoffs/flows", "payoffs/points"} <= set(files(wing))
    assert all((ROOT / "engine" / "pack" / f"{name}.py").is_file() for name in ("flows", "points"))


# Mechanisms whose file has another name, since two share it.
SHARED = {"hazards": "regimes", "nu": "fat_tails", "row_followers": "rows"}


@pytest.mark.parametrize("key", MECHANISMS)
def test_a_mechanism_has_a_file_of_its_name_beside_the_law(key):
    """Its parameters in engine/mechanisms, what they do to a step in engine/law."""
    for room in ("mechanisms", "law"):
        assert (ROOT / "engine" / room / f"{SHARED.get(key, key)}.py").is_file()


def test_tests_of_the_wings_stand_where_these_do():
    """A test file of a wing is called as the file it tests, on the same shelf."""
    for wing in ("numpy", "numba"):
        folder = ROOT / "tests" / "kernels" / wing
        tests = (path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("test_*.py"))
        assert {test.replace("test_", "", 1) for test in tests} <= set(files(wing))
