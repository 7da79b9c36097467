"""docs/reference/api.md: every public name of the package, how it is called and what it does, from its source."""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from textwrap import dedent
from typing import Any

import unwind_risk
from engine.instruments.registry import KINDS
from unwind_risk.api import positions

PAGE = PurePosixPath("docs/reference/api.md")
HEAD = """# Python

<!-- written by `python -m cli.pages.reference` from unwind_risk: change the docstring there, not this page -->

`import unwind_risk as uw` offers these names, and nothing else is promised ([The promise](promise.md)).
[The Python API](../how-to/api.md) and [why, what if, hedges and records](../how-to/api-analysis.md) show them at work;
`help(uw.run)` has the meaning and the unit of every argument, as the built pages have at their end.

`Given[Book]` is a `Book`, or what becomes one: a path, a bundled name, or a sequence of these; `Given[Scenario]`
likewise. `Run` is a `Result`, the path of a RUN.toml, or a recorded run's folder. `Asked`, of `progress`, is a function
of paths done and in all, `False`, or `None`. `Dates` and `Names` are one or several, none for all. What follows `*` is
given by its keyword alone.
"""
TAIL = """## In full

The pages that `make docs` builds have every argument here.

```{eval-rst}
.. automodule:: unwind_risk
   :members:
```
"""
_CONSTRUCTED = "__init__"  # written out in a class that callers make themselves; the rest are made by their functions
_INNER = "the engine's"  # what a docstring or a comment says of what is not promised
_PLAIN = {"Market", "None", "Path", "bool", "date", "float", "int", "str", "tuple"}  # types of a field that is shown


def page() -> str:
    """Return the whole page: functions, classes with their members, constructors of positions, errors."""
    found = {
        name: getattr(unwind_risk, name) for name in unwind_risk.__all__ if name not in ("__version__", "positions")
    }
    functions = {name: each for name, each in found.items() if inspect.isfunction(each)}
    errors = {name: each for name, each in found.items() if inspect.isclass(each) and issubclass(each, Exception)}
    classes = {name: each for name, each in found.items() if name not in functions and name not in errors}
    parts = [HEAD, "## Functions\n"]
    parts += [_function(name, each) for name, each in functions.items()]
    parts.append("## Classes\n")
    parts += [_class(name, each) for name, each in classes.items()]
    parts.append(
        "## Positions\n\nTypes stand in `unwind_risk/api/positions.pyi`, which editors read. Dates are dates or text.\n"
    )
    parts.append("\n".join(_positions()) + "\n")
    parts.append("## Errors\n\n" + "\n".join(f"* `uw.{name}`: {_first(each)}" for name, each in errors.items()) + "\n")
    return "\n".join([*parts, TAIL])


def _function(name: str, call: Any) -> str:
    node = _node(inspect.unwrap(call))
    return f"### `uw.{name}`\n\n```python\n{_shown(f'uw.{name}', node)}\n```\n\n{_first(call)}\n"


def _class(name: str, cls: type) -> str:
    rows = [*_fields(cls), *_members(name, cls)]
    return f"### `uw.{name}`\n\n{_first(cls)}\n\n" + "\n".join(["| member | what it is |", "|---|---|", *rows]) + "\n"


def _members(name: str, cls: type) -> Iterator[str]:
    """Yield a row for each public method and property, in the order of the source."""
    for member in _node(cls).body:
        if not isinstance(member, ast.FunctionDef):
            continue
        kinds = {each.id for each in member.decorator_list if isinstance(each, ast.Name)}
        text = ast.get_docstring(member) or ""
        if member.name == _CONSTRUCTED:
            yield _row(_call(f"uw.{name}", member, bound=True), "Open it.")
        elif not member.name.startswith("_") and _INNER not in text:
            of_class = kinds & {"classmethod", "staticmethod"}
            called = f"uw.{name}.{member.name}" if of_class else f".{member.name}"
            is_value = bool(kinds & {"property", "cached_property"})
            yield _row(
                called if is_value else _call(called, member, bound="staticmethod" not in kinds), _sentence(text)
            )


def _fields(cls: type) -> Iterator[str]:
    """Yield a row for each field that holds plain values, with what its comment says; others are the engine's."""
    lines = dedent(inspect.getsource(cls)).splitlines()
    for member in _node(cls).body:
        if not isinstance(member, ast.AnnAssign) or not isinstance(member.target, ast.Name):
            continue
        types = {each.id for each in ast.walk(_plain(member.annotation)) if isinstance(each, ast.Name)}
        if types <= _PLAIN and not member.target.id.startswith("_"):
            said = lines[member.lineno - 1].partition("  # ")[2]
            yield _row(f".{member.target.id}", said or f"`{ast.unparse(_plain(member.annotation))}`")


def _positions() -> Iterator[str]:
    """Yield a table of the constructors: what each needs, and what it may be given."""
    yield from ("| constructor | needs | may have | what it is |", "|---|---|---|---|")
    for kind in KINDS.values():
        taken = positions.signature_of(kind).parameters.values()
        needed, others = (
            [f"`{each.name}`" for each in taken if (each.default is None) == left] for left in (False, True)
        )
        yield f"| `uw.positions.{kind}` | {' '.join(needed)} | {' '.join(others)} | {_cell(kind.meaning)} |"


def _node(found: Any) -> Any:
    """Return the definition of a function or a class, as its source has it, with defaults as values."""
    names = vars(sys.modules[found.__module__])
    node: Any = ast.parse(dedent(inspect.getsource(found))).body[0]
    for each in ast.walk(node):
        if isinstance(each, ast.arguments):
            each.defaults = [_value(default, names) for default in each.defaults]
            each.kw_defaults = [None if default is None else _value(default, names) for default in each.kw_defaults]
    return node


def _value(default: ast.expr, names: Mapping[str, Any]) -> ast.expr:
    """Return a default as what it holds, where it is the name of a constant: a number, text, or a tuple of texts."""
    value = names.get(default.id) if isinstance(default, ast.Name) else None
    return ast.parse(repr(value), mode="eval").body if isinstance(value, int | float | str | tuple) else default


def _plain(annotation: ast.expr) -> ast.expr:
    """Return an annotation without the quotes that put off its import."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return ast.parse(annotation.value, mode="eval").body
    return annotation


def _arguments(node: ast.FunctionDef, *, bound: bool) -> list[str]:
    """Return the arguments as they are written, annotations without quotes; of a method without its first."""
    for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg):
        if each is not None and each.annotation is not None:
            each.annotation = _plain(each.annotation)
    if bound:
        node.args.args = node.args.args[1:]
    found, star = [], bool(node.args.vararg)
    first = len(node.args.args) - len(node.args.defaults)
    for i, each in enumerate(node.args.args):
        found.append(_argument(each, node.args.defaults[i - first] if i >= first else None))
    if node.args.vararg:
        found.append(f"*{_argument(node.args.vararg, None)}")
    if node.args.kwonlyargs and not star:
        found.append("*")
    found += [
        _argument(each, default) for each, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    ]
    return found


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    typed = argument.arg if argument.annotation is None else f"{argument.arg}: {ast.unparse(argument.annotation)}"
    if default is None:
        return typed
    return f"{typed} = {ast.unparse(default)}" if argument.annotation is not None else f"{typed}={ast.unparse(default)}"


def _shown(called: str, node: ast.FunctionDef) -> str:
    """Return how a function is called, an argument a line."""
    inner = "".join(f"    {each},\n" for each in _arguments(node, bound=False))
    returned = f" -> {ast.unparse(_plain(node.returns))}" if node.returns is not None else ""
    return f"{called}(\n{inner}){returned}"


def _call(called: str, node: ast.FunctionDef, *, bound: bool) -> str:
    return f"{called}({', '.join(_arguments(node, bound=bound))})"


def _first(found: Any) -> str:
    return _sentence(inspect.getdoc(found) or "")


def _sentence(text: str) -> str:
    """Return the first paragraph of a docstring on one line."""
    return " ".join(text.partition("\n\n")[0].split())


def _row(called: str, said: str) -> str:
    return f"| `{_cell(called)}` | {_cell(said)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
