"""What a reader can hold at once: files, functions and folders of a size; a currency's name is data, not code."""

import ast
import fnmatch
from collections import Counter

import pytest

from tests.source_files import PACKAGES, ROOT, relative, sources, tree_of

MOST_LINES, MOST_IN_BODY, MOST_FILES = 400, 60, 20

CURRENCIES = ("JPY", "USD", "EUR", "GBP", "AUD", "MXN", "CHF")
# Where a currency may be named: what a market is, as data; and the unwind's own mechanisms, which are of USD/JPY.
OF_CURRENCIES = ("engine/conventions/*", "engine/mechanisms/*", "engine/law/*")
# Files that still name a currency. The list only shrinks: a file that no longer does is taken off it.
STILL_NAMING: tuple[str, ...] = ()
# Files and folders that are still too large, likewise.
STILL_LONG: tuple[str, ...] = ()
STILL_LONG_BODIES: tuple[str, ...] = ()
STILL_FULL: tuple[str, ...] = ()


def same(found: list[str], known: tuple[str, ...]) -> None:
    """Fails for one that is new, and for one on the list that is no longer found."""
    assert sorted(set(found) - set(known)) == []
    assert sorted(set(known) - set(found)) == [], "take these off the list"


def test_no_file_is_longer_than_a_reader_reads():
    long = [relative(path) for path in sources() if len(path.read_text("utf-8").splitlines()) > MOST_LINES]
    same(long, STILL_LONG)


def body_lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its head and docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{relative(path)} {node.name}"
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and body_lines(node) > MOST_IN_BODY
    ]
    same(long, STILL_LONG_BODIES)


def test_no_folder_holds_more_files_than_a_reader_scans():
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*"))
    counts = Counter(relative(path.parent) for path in files if path.is_file() and path.parent.name != "__pycache__")
    same([folder for folder, n in counts.items() if n > MOST_FILES], STILL_FULL)


def named(tree: ast.Module) -> list[str]:
    """Currencies that a file names in a text of its own."""
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in CURRENCIES]


def test_a_currency_is_named_where_a_market_is_described_and_nowhere_else():
    naming = [
        relative(path)
        for path in sources()
        if named(tree_of(path)) and not any(fnmatch.fnmatch(relative(path), each) for each in OF_CURRENCIES)
    ]
    same(naming, STILL_NAMING)


@pytest.mark.parametrize(("text", "found"), [("x = 'USD'", ["USD"]), ("'Of USD curves.'", []), ("f'{a}JPY'", ["JPY"])])
def test_a_currency_in_a_sentence_is_no_name(text, found):
    assert named(ast.parse(text)) == found
