"""Parallel shelves have the same names: the three wings of kernels, and payoffs on every floor."""

import ast
import re
from pathlib import Path

import pytest

from engine.mechanisms.registry import MECHANISMS
from engine.pack.payoffs import PACKERS
from kernels.payoffs import PAYOFFS

ROOT = Path(__file__).parent.parent
WINGS = {"numpy": "*.py", "numba": "*.py", "cuda": "*.cu*"}

# Files that not every wing has, and why.
ALONE = {
    "backend": "CUDA's is in kernels/cuda/host, with all that needs a compiler or a device",
    "payoffs": "CUDA's is written for each build by kernels/cuda/host/headers.py",
    "chebyshev": "the oracle prices every option by itself",
    "gauss": "the oracle takes the normal distribution from scipy",
    "intrinsics": "what numba lacks",
    "settings": "how numba compiles",
    "compiled": "whether numba has compiled already",
    "real": "what C lacks",
    "observed": "the paths of a CUDA thread",
}

# The oracle's functions that another wing has not, and why.
MISSING = {
    ("philox", "draw_words", "cuda"): "a thread asks philox itself for one path's words",
    ("points", "point_value", "numba"): "the others take the exponential where they use it",
    ("points", "point_value", "cuda"): "likewise",
    ("step", "correlate_and_step", "cuda"): "a thread uses a normal up as soon as it is drawn: draw_and_step",
    ("regimes", "scale_normals", "cuda"): "a thread scales a normal where it uses it",
    ("walk", "unwind_one_step", "cuda"): "walk_one_step has its order; what few paths have is add_events",
}


def files(wing: str) -> dict[str, Path]:
    """Stage -> its file."""
    found = sorted((ROOT / "kernels" / wing).glob(WINGS[wing]))
    return {path.stem: path for path in found if path.stem != "__init__"}


def functions(path: Path) -> set[str]:
    """Public functions of a source in Python or CUDA."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        names = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
        return {name for name in names if not name.startswith("_")}
    plain = re.sub(r"__launch_bounds__\([^)]*\)", "", text)
    return set(re.findall(r"^(?:__device__|extern \"C\")[^;{=(]*?\b(\w+)\(", plain, re.MULTILINE))


def test_the_three_wings_have_the_same_files():
    stages = {wing: set(files(wing)) for wing in WINGS}
    everywhere = set.intersection(*stages.values())
    assert set.union(*stages.values()) - everywhere == set(ALONE)


@pytest.mark.parametrize("wing", ["numba", "cuda"])
@pytest.mark.parametrize("stage", sorted(set(files("numpy")) - set(ALONE)))
def test_a_stage_has_the_oracles_functions_in_every_wing(stage, wing):
    missing = functions(files("numpy")[stage]) - functions(files(wing)[stage])
    assert missing == {name for where, name, of in MISSING if (where, of) == (stage, wing)}


# What the engine's table is called where kernels have another word: units of a factor's level are holdings of it.
TABLES = {"units": "holdings"}


@pytest.mark.parametrize("name", PAYOFFS)
def test_a_payoff_has_a_file_of_its_name_on_every_floor(name):
    for wing in WINGS:
        assert f"add_{name}" in functions(files(wing)[name])
    assert (ROOT / "engine" / "payoffs" / f"{TABLES.get(name, name)}.py").is_file()
    assert f"pack_{name}" in functions(ROOT / "engine" / "pack" / f"{name}.py")


def test_every_payoff_has_a_packer_in_the_same_order():
    assert list(PACKERS) == list(PAYOFFS)


def test_what_payoffs_stand_upon_has_its_file_too():
    for wing in WINGS:
        assert {"flows", "points"} <= set(files(wing))
    assert all((ROOT / "engine" / "pack" / f"{name}.py").is_file() for name in ("flows", "points"))


# Mechanisms whose file has another name, since two share it.
SHARED = {"hazards": "regimes", "nu": "fat_tails"}


@pytest.mark.parametrize("key", MECHANISMS)
def test_a_mechanism_has_a_file_of_its_name_beside_the_law(key):
    """Its parameters in engine/mechanisms, what they do to a step in engine/law."""
    for room in ("mechanisms", "law"):
        assert (ROOT / "engine" / room / f"{SHARED.get(key, key)}.py").is_file()


def test_tests_of_the_wings_stand_where_these_do():
    """A test file of a wing is called as the file it tests."""
    for wing in ("numpy", "numba"):
        tests = (ROOT / "tests" / "kernels" / wing).glob("test_*.py")
        assert {path.stem.removeprefix("test_") for path in tests} <= set(files(wing))
