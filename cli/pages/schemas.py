"""docs/reference/files/: what each kind of file may hold, key by key, from the schemas that `unwind schema` prints."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from engine.inputs.schema import KINDS, json_schema
from engine.instruments.registry import KINDS as POSITION_KINDS

FOLDER = PurePosixPath("docs/reference/files")
COLUMNS = ("key", "holds", "default", "range", "meaning")
_TITLES = {
    "market": "Market file (TOML)",
    "book": "Book (CSV, Excel, Parquet)",
    "hedges": "Hedges (CSV, spreadsheet)",
    "scenario": "Scenario (TOML)",
    "run": "Run file (RUN.toml)",
    "batch": "Batch file (TOML)",
    "prices": "Prices to lay on a market (TOML)",
    "spreads": "Spreads to lay on a market (TOML)",
}
_BOUNDS = {"minimum": ">= ", "exclusiveMinimum": "> ", "maximum": "<= ", "exclusiveMaximum": "< "}
_LENGTHS = {"minItems": "at least {} of them", "minProperties": "at least {} of them"}


def pages() -> dict[PurePosixPath, str]:
    """Return a page for each kind of file, by path."""
    return {FOLDER / f"{kind}.md": _page(kind) for kind in KINDS}


def _page(kind: str) -> str:
    schema = json_schema(kind)
    parts = [
        f"# {_TITLES.get(kind, f'{kind.capitalize()} file')}",
        "<!-- written by `python -m cli.pages.reference`: change the declaration, not this page -->",
        f"{_text(schema)}\n\nThe same as JSON Schema: `unwind schema {kind}`.",
        "\n".join(_table(schema, kind)),
        *(["\n".join(_kinds_of_positions())] if kind == "book" else []),
    ]
    for name, each in schema.get("$defs", {}).items():
        if "properties" in each:
            parts += [f"## {name}", _text(each), "\n".join(_table(each, kind))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(schema: dict[str, Any], kind: str) -> Iterator[str]:
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    needed = schema.get("required", ())
    for key, each in schema["properties"].items():
        default = "needed" if key in needed else _default(each, kind)
        entries = (f"`{key}`", _holds(each), default, "; ".join(dict.fromkeys(_ranges(each))), _text(each))
        yield f"| {' | '.join(entry.replace('|', chr(92) + '|') for entry in entries)} |"


def _kinds_of_positions() -> Iterator[str]:
    """Yield the table of the columns that each kind needs and takes."""
    yield "## Columns by kind\n"
    yield "| kind | needs, beside the columns of every row | one of | may have | currencies |"
    yield "|---|---|---|---|---|"
    for kind in POSITION_KINDS.values():
        rule = kind.rule
        columns = (rule.required, rule.one_of, (*rule.optional, *rule.at_most_one))
        yield f"| `{kind.name}` | {' | '.join(map(_code, columns))} | {', '.join(rule.currencies)} |"


def _code(names: Any) -> str:
    return " ".join(f"`{name}`" for name in names) or "-"


def _text(schema: dict[str, Any]) -> str:
    """Return a description on one line."""
    return " ".join(schema.get("description", "").split())


def _holds(schema: dict[str, Any]) -> str:
    """Return what a value is, in words; a table of the file by its name, linked to its section."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return " ".join(f"`{each}`" for each in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            words = list(dict.fromkeys(_holds(each) for each in schema[choice] if each.get("type") != "null"))
            is_one_or_several = len(words) == 2 and words[1] == f"list of {words[0]}"
            return f"{words[0]}, or a list" if is_one_or_several else " or ".join(words)
    match schema.get("type"):
        case "array":
            inside = [_holds(each) for each in schema.get("prefixItems", ())] or [_holds(schema.get("items", {}))]
            return f"list of {', '.join(inside)}"
        case "object":
            inside_table = schema.get("additionalProperties")
            return f"table: name = {_holds(inside_table)}" if isinstance(inside_table, dict) else "table"
        case "string":
            return {"date": "date", "path": "path"}.get(schema.get("format", ""), "text")
        case "integer":
            return "whole number"
        case "boolean":
            return "true or false"
        case other:
            return str(other or "any value")


def _ranges(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the bounds of a number, and how many of a list, inside its choices too."""
    bounds = [f"{sign}{schema[name]:g}" for name, sign in _BOUNDS.items() if name in schema]
    if bounds:
        yield ", ".join(bounds)
    yield from (words.format(schema[name]) for name, words in _LENGTHS.items() if schema.get(name, 0) > 1)
    inside = [*schema.get("anyOf", ()), schema.get("items", {}), schema.get("additionalProperties", {})]
    for each in inside:
        if isinstance(each, dict) and each:
            yield from _ranges(each)


def _default(schema: dict[str, Any], kind: str) -> str:
    if kind in ("book", "hedges"):
        return "empty"
    match schema.get("default"):
        case None | [] | {} | ():
            return "none"
        case bool(value):
            return "true" if value else "false"
        case list(values):
            return ", ".join(f"`{each}`" for each in values)
        case dict():
            return "a table"
        case value:
            return f"`{value}`"
