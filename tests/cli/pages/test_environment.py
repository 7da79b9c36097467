"""Every environment variable that the code reads stands on its page, and none that no code reads."""

import ast
import re

from cli.pages.environment import page
from engine.inputs.environment import BORROWED, PREFIX
from engine.inputs.run import RunConfig
from tests.source_files import relative, sources, tree_of

# Read by what the program stands upon, or handed on: `numba`, numpy's linear algebra, `rich`.
BY_LIBRARIES = {"NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NO_COLOR", "COLUMNS"}


def texts_read():
    """Every text that is a variable's name where a file reads the environment, and every UNWIND_ name anywhere."""
    for path in sources():
        if relative(path).startswith(("kernels/cuda/", "cli/pages/")):  # macros of the CUDA sources are called so too
            continue
        tree = tree_of(path)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call | ast.Subscript):
                yield from names_of(node)
            if isinstance(node, ast.Constant) and re.fullmatch(f"{PREFIX}[A-Z0-9_]+", str(node.value)):
                yield node.value


def names_of(node):
    """`os.environ["X"]`, `environ.get("X")`, `os.getenv("X")`."""
    called = node.func if isinstance(node, ast.Call) else node.value
    if ast.unparse(called) in ("os.environ", "os.environ.get", "environ.get", "os.getenv"):
        arguments = node.args[:1] if isinstance(node, ast.Call) else [node.slice]
        yield from (each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str))


def test_every_variable_that_is_read_stands_on_the_page():
    text = page()
    read = set(texts_read())
    assert {"UNWIND_CACHE", "XDG_CACHE_HOME"} <= read
    assert [name for name in sorted(read) if f"`{name}`" not in text] == []


def test_every_setting_of_a_run_stands_on_the_page_by_its_key():
    for name, field in RunConfig.model_fields.items():
        assert f"| `{PREFIX}{(field.alias or name).upper()}` |" in page()


def test_no_variable_of_the_page_is_one_that_nobody_reads():
    written = {
        node.value
        for path in sources()
        if relative(path) != "engine/inputs/environment.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [each.name for each in BORROWED if each.name not in written | BY_LIBRARIES] == []
