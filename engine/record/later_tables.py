"""Tables of a run that older records lack: estimates from more and more paths, and levels by day."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.record.manifest import Manifest
from engine.record.read import read_rows
from engine.record.tables import CONVERGENCE, LEVELS, LEVELS_SCHEMA, convergence_schema

Row = Mapping[str, Any]


def recorded_convergence(folder: Path, manifest: Manifest, scenario: str, confidence: float) -> list[Row]:
    """Read estimates from growing numbers of paths; none where the record has no such table."""
    rows = _rows(folder, manifest, CONVERGENCE, convergence_schema())
    return [row for row in rows if (row["scenario"], row["confidence"]) == (scenario, confidence)]


def recorded_levels(folder: Path, manifest: Manifest, scenario: str) -> list[Row]:
    """Read quantiles of factors by day; none where the record has no such table."""
    return [row for row in _rows(folder, manifest, LEVELS, LEVELS_SCHEMA) if row["scenario"] == scenario]


def _rows(folder: Path, manifest: Manifest, name: str, schema: pa.Schema) -> list[dict[str, Any]]:
    return read_rows(folder / name, schema) if name in manifest["files"] else []
