"""The program's source files, and what each imports: what the tests of the tree's structure walk over."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("kernels", "engine", "bench", "cli", "unwind_risk")

_BY_NAME = ("import_module", "__import__")  # calls that import what a text names
_MODULE = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+")


def sources() -> list[Path]:
    """All but `__init__.py`."""
    return [path for path in _python_files() if path.name != "__init__.py"]


def init_files() -> list[Path]:
    """Every `__init__.py`."""
    return [path for path in _python_files() if path.name == "__init__.py"]


def relative(path: Path) -> str:
    """A file's path as the tests name it: "engine/errors.py"."""
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    """The module that a file holds."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree_of(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> list[str]:
    """Every module that a file imports, inside functions and by `import_module` too; for names, module and name."""
    return list(imports_of(tree_of(path), str(path)))


def imports_of(tree: ast.Module, where: str) -> Iterator[str]:
    """As `imports`, of a parsed text. Fails where a text that names a module cannot be read off."""
    by_name = set(_BY_NAME)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{where}:{node.lineno}: imports are written out from the top"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            by_name |= {alias.asname for alias in node.names if alias.asname and alias.name in _BY_NAME}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node.func) in by_name:
            yield from _named(node, tree, where)


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _named(call: ast.Call, tree: ast.Module, where: str) -> Iterator[str]:
    """Modules that a call by name may import: its text, * for what is filled in, or those of a table in the file."""
    match call.args[0]:
        case ast.Constant(value=str(name)):
            yield name
        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_] as parts) if "." in beginning:
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)
        case _:
            texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
            table = [text for text in texts if isinstance(text, str) and _MODULE.fullmatch(text)]
            assert table, f"{where}:{call.lineno}: imports by a name that no text or table of the file gives"
            yield from table


def _python_files() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
