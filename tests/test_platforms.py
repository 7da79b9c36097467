"""The program runs where POSIX is not: its modules, flags and signals are taken away, and the terminal's UTF-8."""

import ast
import json
from pathlib import Path

import pytest

from tests import as_windows
from tests.source_files import relative, sources

CHILD = Path(as_windows.__file__)
PORTABLE = {"engine/portable_files.py"}  # asks for what is there, and has a way without
CODE_PAGE = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp932", "NUMBA_THREADING_LAYER": "workqueue"}
BATCH = """
out = "record"
market = "market.toml"
date = 2025-05-28

[[books]]
path = "book.csv"

[[runs]]
name = "a"
scenario = "august-2024"
paths = 1000
backend = "numba"
"""
LOST = {"os": {*as_windows.FLAGS, *as_windows.CALLS}, "signal": set(as_windows.SIGNALS)}


@pytest.fixture(scope="module")
def trees():
    return {relative(path): ast.parse(path.read_text(encoding="utf-8")) for path in sources()}


def posix_names(tree: ast.AST):
    """Yield what a module takes from POSIX alone: modules that it imports, attributes of `os` and `signal`."""
    guarded = {
        inner
        for each in ast.walk(tree)
        if isinstance(each, ast.IfExp) and "hasattr" in ast.unparse(each.test)
        for inner in ast.walk(each.body)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in as_windows.ABSENT)
        elif isinstance(node, ast.ImportFrom) and node.module in as_windows.ABSENT:
            yield node.module
        elif isinstance(node, ast.Attribute) and node not in guarded:
            owner = ast.unparse(node.value) if isinstance(node.value, ast.Name) else ""
            if node.attr in LOST.get(owner, ()):
                yield f"{owner}.{node.attr}"


def test_nothing_is_taken_from_posix_alone(trees):
    found = {name: set(posix_names(tree)) for name, tree in trees.items()}
    assert {name: each for name, each in found.items() if each and name not in PORTABLE} == {}
    assert "fcntl" in found["engine/portable_files.py"]  # the search finds what is there


def test_text_is_never_read_or_written_in_the_systems_own_encoding(trees):
    """It is UTF-8 here and a code page on Windows: a file of one system would be another text on the other."""
    calls = [
        (f"{name}:{node.lineno}", ast.unparse(node))
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ("read_text", "write_text")
    ]
    assert len(calls) > 10
    assert [call for call in calls if "encoding=" not in call[1] and "'utf-8'" not in call[1]] == []


@pytest.mark.slow  # loads all that there is
def test_every_module_is_imported_without_posix(unwind):
    done = unwind.python(CHILD, "import")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 500


@pytest.mark.slow
def test_the_demo_runs_without_posix_on_a_japanese_console(unwind):
    done = unwind.python(CHILD, "unwind", "demo", "--paths", 1000, "--json", env=CODE_PAGE)
    assert done.returncode == 0, done.stderr
    here = unwind("demo", "--paths", 1000, "--json")
    digests = [[row["pnl_sha256"] for row in json.loads(each.stdout)["results"]] for each in (done, here)]
    assert digests[0] == digests[1]
    assert done.stdout.isascii()


@pytest.mark.slow
def test_a_night_runs_without_posix_and_is_verified(unwind, tmp_path, root):
    (tmp_path / "nightly.toml").write_text(BATCH, encoding="utf-8")
    for path in (root / "engine" / "market" / "data").glob("2025-05-28.*"):
        (tmp_path / path.name.replace("2025-05-28.toml", "market.toml")).write_bytes(path.read_bytes())
    (tmp_path / "book.csv").write_bytes((root / "engine" / "book" / "data" / "carry-fund.csv").read_bytes())
    words = (CHILD, "unwind", "batch")
    for state in ("done", "recorded before"):
        done = unwind.python(*words, "run", tmp_path / "nightly.toml", env=CODE_PAGE)
        assert done.returncode == 0, done.stderr
        (night,) = json.loads(done.stdout.splitlines()[-1])["nights"]
        assert night["runs"] == {"a": state}
    assert unwind.python(*words, "verify", tmp_path / "record").returncode == 0
