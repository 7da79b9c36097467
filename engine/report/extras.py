"""What a report shows beyond a run's figures, where it is at hand: convergence, fan charts, correlations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from engine.batch.books import file_sha256
from engine.batch.figures.convergence import CONVERGENCE, convergence_schema
from engine.batch.figures.levels import LEVELS, LEVELS_SCHEMA
from engine.calibration.diffusion import CORRELATION_DAYS, Window, calibrate
from engine.conventions.currencies import currency_of_curve
from engine.errors import InputError
from engine.inputs.history.load import read_history
from engine.inputs.market.load import load_market
from engine.market.factors import Factor, FactorKind
from engine.market.market import Market
from engine.record.read import read_rows
from kernels.types import F64

Row = dict[str, Any]

TRAILING = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Correlations:
    """Correlations that the night's runs used, beside those of the year before it."""

    names: tuple[str, ...]
    used: F64  # (n, n)
    calibration: str  # what `used` rests on
    trailing: F64 | None  # (n, n) NaN where a factor has no history; None: there is no history
    trailing_se: F64 | None  # (n, n) sampling error
    said: str  # what `trailing` rests on, or why it is not there


def convergence(run_home: Path, manifest: Mapping[str, Any], scenario: str, confidence: float) -> list[Row]:
    """Estimates from growing numbers of paths; none where the record has no such table."""
    return [
        row
        for row in _optional(run_home, manifest, CONVERGENCE, convergence_schema())
        if (row["scenario"], row["confidence"]) == (scenario, confidence)
    ]


def levels(run_home: Path, manifest: Mapping[str, Any], scenario: str) -> list[Row]:
    """Quantiles of factors by day; none where the record has no such table."""
    return [row for row in _optional(run_home, manifest, LEVELS, LEVELS_SCHEMA) if row["scenario"] == scenario]


def correlations(market: Mapping[str, Any], night: date, histories: Sequence[Path]) -> Correlations | str:
    """Correlations of a market as a manifest names it, against its history; or why they cannot be shown.

    market      {path, sha256}: the file must still be the one that was used
    histories   files for `engine.inputs.history.load.read_history`
    """
    path = Path(market["path"])
    if file_sha256(path) != market["sha256"]:
        return "The market file is no longer the one that was used, so its correlations are not shown."
    try:
        used = load_market(path)
    except InputError as error:
        return f"The market file cannot be read: {error}"
    trailing, error_, said = _trailing(used, night, histories)
    return Correlations(
        names=tuple(factor.name for factor in used.factors),
        used=used.correlation,
        calibration=used.calibration,
        trailing=trailing,
        trailing_se=error_,
        said=said,
    )


def _trailing(market: Market, night: date, histories: Sequence[Path]) -> tuple[F64 | None, F64 | None, str]:
    if not histories:
        return None, None, "No history was given, so there are no trailing correlations beside them."
    window = Window(start=night - TRAILING, end=night)
    try:
        history = read_history(histories)
        factors = [factor for factor in market.factors if _has_history(factor, [str(c) for c in history.columns])]
        found = calibrate(history, factors, window)
    except InputError as error:
        return None, None, f"No trailing correlations: {error}"
    places = [market.factors.index(factor) for factor in factors]
    full = np.full(market.correlation.shape, np.nan)
    full[np.ix_(places, places)] = found.correlation
    independent = max(found.n_correlation_changes / CORRELATION_DAYS, 1.0)  # overlapping changes repeat each other
    said = f"Trailing: {found.description}."
    return full, (1.0 - full**2) / np.sqrt(independent), said


def _has_history(factor: Factor, series: Sequence[str]) -> bool:
    if factor.kind is FactorKind.RATE:
        is_there = any(name.startswith(f"{factor.curve}_") for name in series)
        return is_there and currency_of_curve(str(factor.curve)) is not None
    return factor.kind is FactorKind.PRICE and factor.name in series


def _optional(run_home: Path, manifest: Mapping[str, Any], name: str, schema: pa.Schema) -> list[Row]:
    return read_rows(run_home / name, schema) if name in manifest["files"] else []
