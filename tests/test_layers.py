"""Imports run one way, third parties stay in one place, and `__init__.py` files run nothing."""

import ast
import fnmatch
from collections.abc import Iterable

import pytest

from tests.source_files import PACKAGES, imports, imports_of, init_files, module_name, relative, sources

# Lowest first. A module may import what stands in its own row or in a row above it; the longest name counts.
LAYERS = (
    ("kernels",),
    ("engine.errors", "engine.part_files", "engine.portable_files", "engine.sheet_path", "engine.text_width"),
    ("engine.words",),
    ("engine.workbook",),
    ("engine.risk",),
    ("engine.conventions",),
    ("engine.market",),
    ("engine.payoffs",),
    ("engine.instruments",),
    ("engine.book", "engine.mechanisms"),
    ("engine.scenario",),
    ("engine.law",),
    ("engine.pack", "engine.inputs"),
    ("engine.calibration",),
    ("engine.run",),
    ("engine.sharing",),
    ("engine.levels", "engine.analysis", "engine.record", "engine.backtest"),
    ("engine.batch",),
    ("engine.explain",),
    ("engine.report",),
    ("bench",),
    ("unwind_risk",),
    ("cli",),
    ("unwind_risk.main", "unwind_risk.__main__"),  # where the command starts
)

# What a room may not import though it stands below.
FORBIDDEN = {
    # a report shows a record: it computes nothing, and needs no input but the record
    "engine.report": ("engine.batch", "engine.calibration", "engine.inputs.market", "engine.run"),
    "engine.record": ("engine.calibration", "engine.run"),
}

# Where a third party may be imported: globs of files. What is not named here may be imported everywhere.
HOMES = {
    "click": (),
    "cupy": ("kernels/*",),
    "dask": ("engine/sharing/dask_client.py",),
    "distributed": ("engine/sharing/dask_client.py",),
    "duckdb": ("engine/record/asking/database.py",),
    "fastapi": ("unwind_risk/serve/*",),
    "jinja2": ("engine/report/*", "unwind_risk/serve/*"),
    "llvmlite": ("kernels/*",),
    "markupsafe": ("engine/report/*", "unwind_risk/serve/*"),
    "jax": ("bench/peers/*",),
    "matplotlib": (
        "unwind_risk/api/picture.py",
        "engine/levels/picture.py",
        "engine/backtest/picture.py",
        "bench/plot.py",
    ),
    "numba": ("kernels/*", "bench/*"),
    "pydantic": ("engine/inputs/*",),
    "python_calamine": ("engine/inputs/sheets/read.py",),
    "QuantLib": ("bench/*", "cli/pages/holidays.py", "cli/pages/prices.py"),
    "rich": ("cli/*",),
    "scipy.stats": ("engine/analysis/regulatory/pnl_attribution.py",),  # takes a second to load: no run does
    "starlette": ("unwind_risk/serve/*",),
    "torch": ("bench/peers/*",),
    "typer": ("cli/*",),
    "uvicorn": ("unwind_risk/serve/server.py",),
    "xlsxwriter": ("engine/workbook.py",),
}


# Files that hold more than a docstring though they are called `__init__.py`, each with its reason.
DOORS = {"unwind_risk/__init__.py": "loads names when they are used, and refuses an `engine` that is not ours"}


def layer(module: str) -> int | None:
    """Row of `LAYERS` that a module belongs to; None for third parties."""
    found = {name: row for row, names in enumerate(LAYERS) for name in names if is_in(module, name)}
    if found:
        return found[max(found, key=len)]
    assert module in PACKAGES or module.split(".")[0] not in PACKAGES, f"{module} has no place in LAYERS: give it one"
    return None


# Modules that no command needs, each with its reason.
WITHOUT_COMMAND = {}


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("path", sources(), ids=relative)
def test_imports_run_one_way(path):
    own = layer(module_name(path))
    for name in imports(path):
        row = layer(name)
        assert row is None or row <= own, f"{relative(path)} imports {name}, which is above it"


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_imports_nothing_that_is_not_its_concern(room):
    for path in sources():
        if is_in(module_name(path), room):
            found = [name for name in imports(path) for other in FORBIDDEN[room] if is_in(name, other)]
            assert found == [], f"{relative(path)} imports {', '.join(found)}"


@pytest.mark.parametrize("path", sources(), ids=relative)
def test_third_parties_stay_in_one_place(path):
    for name in imports(path):
        for party, homes in HOMES.items():
            if is_in(name, party):
                allowed = " or ".join(homes) or "nowhere"
                assert any(fnmatch.fnmatch(relative(path), home) for home in homes), (
                    f"{relative(path)}: {party} belongs in {allowed}"
                )


def test_a_module_that_is_imported_by_its_name_is_imported():
    text = """
from importlib import import_module as get
def one(): get("matplotlib.figure")
def two(name): get(f"bench.cases.{name}")
def three(): __import__("engine.risk.tail")
"""
    found = list(imports_of(ast.parse(text), "a text"))
    assert {"matplotlib.figure", "bench.cases.*", "engine.risk.tail"} < set(found)
    table = 'import importlib\nTABLE = {"a": "kernels.cuda.backend"}\nimportlib.import_module(TABLE[x])'
    assert "kernels.cuda.backend" in list(imports_of(ast.parse(table), "a text"))
    with pytest.raises(AssertionError, match="imports by a name that no text or table of the file gives"):
        list(imports_of(ast.parse("import importlib\nimportlib.import_module(input())"), "a text"))


@pytest.mark.parametrize("path", init_files(), ids=relative)
def test_init_files_hold_a_docstring_and_nothing_else(path):
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert isinstance(body[0], ast.Expr)
    assert isinstance(body[0].value, ast.Constant)
    assert len(body) == 1 or relative(path) in DOORS


def reached(starts: Iterable[str]) -> set[str]:
    """Modules that are imported from `starts`, directly or by what these import."""
    files = {module_name(path): path for path in (*sources(), *init_files())}
    found: set[str] = set()
    coming = list(starts)
    while coming:
        name = coming.pop()
        if "*" in name:  # filled in when the program runs
            coming += [each for each in fnmatch.filter(files, name) if each.count(".") == name.count(".")]
            continue
        while name and name not in files:  # a name within a module
            name = name.rpartition(".")[0]
        if name and name not in found:
            found.add(name)
            coming += imports(files[name])
    return found


def test_every_module_is_reached_by_a_command():
    """A module that tests alone reach is no part of the program: it gets its command, or goes."""
    everything = {module_name(path) for path in sources()}
    starts = [name for name in everything if is_in(name, "cli") or is_in(name, "unwind_risk") or is_in(name, "bench")]
    lost = everything - reached(starts) - set(WITHOUT_COMMAND)
    assert lost == set(), f"no command reaches {', '.join(sorted(lost))}"
