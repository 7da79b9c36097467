"""Imports run one way, third parties stay in one place, and `__init__.py` files run nothing."""

import ast
import fnmatch
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("kernels", "engine", "bench", "cli")

# Lowest first. A module may import what stands in its own row or in a row above it.
LAYERS = (
    ("kernels",),
    ("engine.errors",),
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
    ("engine.levels", "engine.analysis", "engine.record", "engine.backtest"),
    ("engine.batch",),
    ("engine.report",),
    ("bench",),
    ("cli",),
)

# Where a third party may be imported: globs of files. What is not named here may be imported everywhere.
HOMES = {
    "click": (),
    "cupy": ("kernels/*",),
    "dask": ("engine/batch/work/dask.py",),
    "distributed": ("engine/batch/work/dask.py",),
    "duckdb": ("engine/record/query.py",),
    "jinja2": ("engine/report/*",),
    "llvmlite": ("kernels/*",),
    "markupsafe": ("engine/report/*",),
    "matplotlib": ("engine/report/*",),
    "numba": ("kernels/*", "bench/*"),
    "openpyxl": ("engine/record/query.py",),
    "pydantic": ("engine/inputs/*",),
    "QuantLib": ("engine/conventions/calendars.py", "engine/book/instruments*", "bench/*"),
    "rich": ("cli/*",),
    "scipy.stats": (),
    "typer": ("cli/*",),
}


def sources() -> list[Path]:
    found = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [path for path in found if path.name != "__init__.py"]


def init_files() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("__init__.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are written out from the top"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(module: str) -> int | None:
    """Row of `LAYERS` that a module belongs to; None for third parties."""
    for row, names in enumerate(LAYERS):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return row
    assert module in PACKAGES or module.split(".")[0] not in PACKAGES, f"{module} has no place in LAYERS: give it one"
    return None


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path):
    own = layer(module_name(path))
    for name in imports(path):
        row = layer(name)
        assert row is None or row <= own, f"{path.relative_to(ROOT)} imports {name}, which is above it"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_third_parties_stay_in_one_place(path):
    relative = path.relative_to(ROOT).as_posix()
    for name in imports(path):
        for party, homes in HOMES.items():
            if name == party or name.startswith(f"{party}."):
                allowed = " or ".join(homes) or "nowhere"
                assert any(fnmatch.fnmatch(relative, home) for home in homes), (
                    f"{relative}: {party} belongs in {allowed}"
                )


@pytest.mark.parametrize("path", init_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_init_files_hold_a_docstring_and_nothing_else(path):
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)
    assert isinstance(body[0].value, ast.Constant)
