"""docs/reference/mechanisms.md: every parameter of every mechanism, from its declaration."""

import inspect
from collections.abc import Iterator
from dataclasses import MISSING, is_dataclass
from pathlib import PurePosixPath
from typing import Any

from engine.mechanisms.parameters.parameter import Form, Parameter, default_of, parameters
from engine.mechanisms.registry import MECHANISMS, Mechanism
from engine.mechanisms.unwind import Unwind

PAGE = PurePosixPath("docs/reference/mechanisms.md")
HEAD = """# Parameters of the mechanisms

<!-- written by `python -m cli.pages.reference` from engine/mechanisms: change the declaration there, not this page -->

What a scenario file may hold beside shocks, vol multipliers and correlations. Money is in USD bn or JPY tn where the
name says so, rates and vols are decimals, prices move in natural logarithms. A source may be an
assumption, and says so.
"""
COLUMNS = ("parameter", "default", "unit", "range", "what it is", "source of the default")
_FORMS = {
    Form.BY_FACTOR: "a table by factor or glob",
    Form.BY_REGIME: "a table by regime",
    Form.NAMED: "a table by factor or glob, or a set's name",
    Form.LOADINGS: "a list of tables by factor or glob",
    Form.MULTIPLIERS: "a list of tables: factor, multiplier",
    Form.CORRELATIONS: "a list of tables: factors, value",
}


def page() -> str:
    """Return the whole page."""
    own = [each for each in MECHANISMS.values() if each.part is not None]
    bare = [each.key for each in MECHANISMS.values() if each.part is None]
    parts = [HEAD, *(_section(each) for each in own), "## Keys without a table\n", "\n".join(_table(Unwind, bare))]
    return "\n".join(parts) + "\n"


def heading(mechanism: Mechanism) -> str:
    """Return a mechanism's key as a file writes it: `[carry]`, or `[[regimes]]` of a list."""
    is_list = mechanism.key in parameters(Unwind) and default_of(Unwind, mechanism.key) == ()
    return f"[[{mechanism.key}]]" if is_list else f"[{mechanism.key}]"


def _section(mechanism: Mechanism) -> str:
    part: Any = mechanism.part
    lines = [f"## `{heading(mechanism)}`", "", inspect.getdoc(part) or "", "", *_table(part, list(parameters(part)))]
    return "\n".join(lines) + "\n"


def _table(part: type, names: list[str]) -> Iterator[str]:
    declared = parameters(part)
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    for name in names:
        each = declared[name]
        default = default_of(part, name)
        form = "; ".join(filter(None, (_listed(default), _range(each))))
        entries = (f"`{name}`", _default(default), each.unit, form, each.doc, each.source)
        yield f"| {' | '.join(entry.replace('|', chr(92) + '|') for entry in entries)} |"


def _default(default: Any) -> str:
    match default:
        case _ if default is MISSING:
            return "needed"
        case bool():
            return "true" if default else "false"
        case int() | float():
            return f"{default:g}"
        case tuple() if default and is_dataclass(default[0]):
            return "; ".join(f"{each.words()}, weight {each.weight:g}" for each in default)
        case tuple() if default:
            return ", ".join(f"{key} {size:g}" for key, size in default)
        case _:
            return "none"


def _listed(default: Any) -> str:
    """Return what the tables of a list hold, where the list is within a table of its own."""
    if isinstance(default, tuple) and default and is_dataclass(default[0]):
        return f"a list of tables: {', '.join(parameters(type(default[0])))}"
    return ""


def _range(declared: Parameter) -> str:
    """Return the range, and the form where it is no plain value."""
    largest = ", ".join(f"+-{size:g} of a {kind.value}" for kind, size in declared.largest.items())
    return "; ".join(each for each in (_FORMS.get(declared.form, ""), largest, declared.range_text()) if each)
