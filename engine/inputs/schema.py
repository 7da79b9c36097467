"""JSON Schemas (draft 2020-12) of the files a user writes, made from the models that read them."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from engine.errors import InputError, did_you_mean
from engine.inputs.batch import BatchFile
from engine.inputs.hedge_file import COLUMNS as HEDGE_COLUMNS
from engine.inputs.hedge_file import MOST_LOTS, REQUIRED
from engine.inputs.market.price_files import PriceFile
from engine.inputs.market.schema import MarketFile
from engine.inputs.market.spread_files import SpreadFile
from engine.inputs.run import RunConfig
from engine.inputs.scenario.load import scenario_file
from engine.instruments.registry import KINDS as POSITION_KINDS
from engine.instruments.rows.columns import ALWAYS, COLUMNS, Column
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.ranges import column_ranges

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KINDS = ("market", "book", "hedges", "scenario", "run", "batch", "prices", "spreads")
_MODELS: dict[str, type[BaseModel]] = {
    "market": MarketFile,
    "run": RunConfig,
    "batch": BatchFile,
    "prices": PriceFile,
    "spreads": SpreadFile,
}


def json_schema(kind: str) -> dict[str, Any]:
    """Return the schema of a market, scenario, run or batch file, or of a row of a book or of hedges. Dates are text.

    A schema says what single keys may hold; what several keys decide together, such as a correlation that must
    be positive definite, is checked on reading. Raises InputError for another kind.
    """
    if kind == "book":
        schema = _book_row()
    elif kind == "hedges":
        schema = _hedge_row()
    elif kind == "scenario":
        schema = scenario_file().model_json_schema(by_alias=True)
    elif kind in _MODELS:
        schema = _MODELS[kind].model_json_schema(by_alias=True)
    else:
        raise InputError(f"no schema of {kind!r}{did_you_mean(kind, KINDS)}; there are {', '.join(KINDS)}")
    return {"$schema": DIALECT, **schema}


def _book_row() -> dict[str, Any]:
    return {
        "title": "Book row",
        "description": "One position: a row of a CSV, Excel or Parquet book, an empty field left out. Other columns"
        " are not read, with a warning.",
        "type": "object",
        "properties": {name: _column(column) for name, column in COLUMNS.items()},
        "required": list(ALWAYS),
        "allOf": [_rule(kind) for kind in POSITION_KINDS.values()],
    }


def _hedge_row() -> dict[str, Any]:
    row, number = _book_row(), {"type": "number", "minimum": 0.0, "maximum": MOST_LOTS}
    own = {name: {"description": meaning, **number} for name, meaning in HEDGE_COLUMNS.items()}
    return {
        **row,
        "title": "Hedge row",
        "description": "A row of a CSV or spreadsheet of candidate hedges, an empty field left out: a position of one"
        " lot, with what a lot costs and how many there may be. Rows that share `book` are one hedge and have the same"
        " `most` and `least`; a row without one is a hedge called as its `position_id`.",
        "properties": {**own, **row["properties"]},
        "required": [*REQUIRED, *row["required"]],
    }


def _column(column: Column) -> dict[str, Any]:
    description = {"description": column.meaning}
    if column.name == "kind":
        return {**description, "enum": list(POSITION_KINDS)}
    match column.type:
        case "number":
            return {**description, "type": "number", "minimum": column.low, "exclusiveMaximum": column.high}
        case "date":
            return {**description, "type": "string", "format": "date"}
        case "text":
            return {**description, "type": "string", "minLength": 1}


def _rule(kind: Kind) -> dict[str, Any]:
    """Return what a kind takes, needs and leaves empty."""
    rule = kind.rule
    properties: dict[str, Any] = {name: False for name in COLUMNS if not rule.takes(name)}
    properties["currency"] = {"enum": list(rule.currencies)}
    for name, (low, high) in rule.ranges.items():
        properties[name] = {"minimum": low, "exclusiveMaximum": high}
    of_currencies = [each for code in rule.currencies for each in _ranges_in(kind, code)]
    return {
        "if": {"properties": {"kind": {"const": kind.name}}, "required": ["kind"]},
        "then": {
            "required": list(rule.required),
            "properties": properties,
            **({"allOf": of_currencies} if of_currencies else {}),
        },
    }


def _ranges_in(kind: Kind, currency: str) -> Iterator[dict[str, Any]]:
    """Yield the ranges that a kind's numbers have in one currency, where a row leaves `against` empty."""
    ranges = {
        name: {"minimum": low, "exclusiveMaximum": high}
        for name, (low, high), _ in column_ranges(kind.rule, currency, None)
        if name not in kind.rule.ranges
    }
    if ranges:
        condition = {"properties": {"currency": {"const": currency}, "against": False}, "required": ["currency"]}
        yield {"if": condition, "then": {"properties": ranges}}
