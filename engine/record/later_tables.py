"""Tables of a run that older records lack: estimates from more and more paths, and levels by day."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.record.read import read_rows
from engine.record.tables import CONVERGENCE, LEVELS, LEVELS_SCHEMA, convergence_schema

Row = Mapping[str, Any]


def recorded_convergence(files: Mapping[str, bytes], scenario: str, confidence: float) -> list[Row]:
    """Read estimates from growing numbers of paths from a run's files; none where they have no such table."""
    rows = _rows(files, CONVERGENCE, convergence_schema())
    return [row for row in rows if (row["scenario"], row["confidence"]) == (scenario, confidence)]


def recorded_levels(files: Mapping[str, bytes], scenario: str) -> list[Row]:
    """Read quantiles of factors by day from a run's files; none where they have no such table."""
    return [row for row in _rows(files, LEVELS, LEVELS_SCHEMA) if row["scenario"] == scenario]


def recorded_levels_by_scenario(files: Mapping[str, bytes]) -> dict[str, list[Row]]:
    """Read the same of every scenario at once."""
    found: dict[str, list[Row]] = {}
    for row in _rows(files, LEVELS, LEVELS_SCHEMA):
        found.setdefault(row["scenario"], []).append(row)
    return found


def _rows(files: Mapping[str, bytes], name: str, schema: pa.Schema) -> list[dict[str, Any]]:
    return read_rows(Path(name), schema, files[name]) if name in files else []
