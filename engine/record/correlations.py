"""Correlations that a run used, beside those of the year before its night: a table of the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from engine.record.manifest import Manifest, RecordedCorrelations, RecordedFile
from engine.record.read import read_rows
from kernels.types import F64

CORRELATIONS = "correlations.parquet"  # beside a run's manifest, and among its `files`; older records have none

# A row is a pair of factors. Columns are only ever added.
CORRELATIONS_SCHEMA = pa.schema(
    [
        pa.field("factor", pa.string(), nullable=False),
        pa.field("other", pa.string(), nullable=False),  # stands before it in the market's order
        pa.field("used", pa.float64(), nullable=False),
        pa.field("trailing", pa.float64()),  # of the year up to the night; null: no history is at hand
        pa.field("trailing_se", pa.float64()),  # sampling error
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Correlations:
    """Correlations that the night's runs used, beside those of the year before it."""

    names: tuple[str, ...]  # of the factors
    used: F64  # (n, n)
    calibration: str  # what `used` rests on
    trailing: F64 | None  # (n, n) NaN where a factor has no history; None: there is no history
    trailing_se: F64 | None  # (n, n) sampling error
    basis: str  # what `trailing` rests on, or why it is not there
    histories: tuple[RecordedFile, ...]  # that `trailing` was taken from


def correlation_rows(found: Correlations) -> list[dict[str, Any]]:
    """Lay correlations out as rows of `CORRELATIONS_SCHEMA`, a pair of factors each: (n_pairs,)."""
    return [
        {"factor": name, "other": other, "used": float(found.used[i, j])}
        | {"trailing": _number(found.trailing, i, j), "trailing_se": _number(found.trailing_se, i, j)}
        for i, name in enumerate(found.names)
        for j, other in enumerate(found.names[:i])
    ]


def recorded_correlations(found: Correlations) -> RecordedCorrelations:
    """Return what the manifest holds of correlations: what the table's rows do not."""
    return {
        "factors": list(found.names),
        "calibration": found.calibration,
        "basis": found.basis,
        "histories": list(found.histories),
    }


def read_correlations(manifest: Manifest, files: Mapping[str, bytes]) -> Correlations | None:
    """Return a run's correlations from its `files`; None where an older record has none. Raises InputError."""
    if "correlations" not in manifest or CORRELATIONS not in files:
        return None
    notes = manifest["correlations"]
    rows = read_rows(Path(CORRELATIONS), CORRELATIONS_SCHEMA, files[CORRELATIONS])
    names = tuple(notes["factors"])
    is_trailing = any(row["trailing"] is not None for row in rows)
    return Correlations(
        names=names,
        used=_square(names, rows, "used", diagonal=1.0),
        calibration=notes["calibration"],
        trailing=_square(names, rows, "trailing", diagonal=1.0) if is_trailing else None,
        trailing_se=_square(names, rows, "trailing_se", diagonal=0.0) if is_trailing else None,
        basis=notes["basis"],
        histories=tuple(notes["histories"]),
    )


def _number(matrix: F64 | None, i: int, j: int) -> float | None:
    return None if matrix is None or np.isnan(matrix[i, j]) else float(matrix[i, j])


def _square(names: Sequence[str], rows: Sequence[Mapping[str, Any]], column: str, *, diagonal: float) -> F64:
    """Return (n, n) symmetric, NaN where a row has no number."""
    places = {name: place for place, name in enumerate(names)}
    found = np.full((len(names), len(names)), np.nan)
    np.fill_diagonal(found, diagonal)
    for row in rows:
        i, j = places[row["factor"]], places[row["other"]]
        found[i, j] = found[j, i] = np.nan if row[column] is None else row[column]
    return found
