"""A market file's [law.regimes]: the regimes by which rows of its law may be drawn, memberships in a file beside it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
from pydantic import Field

from engine.inputs.toml.read import Strict
from engine.market.correlation import is_semidefinite
from engine.market.row_regimes import REGIMES, RowRegimes
from kernels.types import F64

SAME = 1e-9  # probabilities that are said twice may differ by so much


class RegimesTable(Strict):
    """Regimes of past days, for scenarios with law = "filtered-regimes"; `unwind calibrate` writes it.

    A row is drawn the more often the more its date was in the regime of the path.
    """

    series: tuple[str, ...] = Field(min_length=1, description="Factors whose residuals tell the regimes apart.")
    estimated_to: date = Field(description="Last date that the estimate looked at, before the January of `as_of`.")
    means: tuple[tuple[float, ...], ...] = Field(description="Of residuals, one row a regime.")
    covariances: tuple[tuple[tuple[float, ...], ...], ...] = Field(description="Of residuals, a matrix a regime.")
    transitions: tuple[tuple[float, ...], ...] = Field(
        description="Probability of each regime on the next joint date, one row for each of this one."
    )
    long_run: tuple[float, ...] = Field(description="Mean of the memberships; `transitions` leave it as it is.")
    tonight: tuple[float, ...] = Field(description="Probability of each regime on the date, of all seen up to it.")
    memberships_file: str = Field(
        min_length=1,
        max_length=255,
        description="The same on each row's date: numpy's format, (n_rows, n_regimes) binary64, oldest first.",
    )
    memberships_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Digest of that file: another is refused.")


def regimes_table_faults(
    table: RegimesTable, factors: tuple[str, ...], calibrated_on: date
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield place and message of everything that does not fit within a [law.regimes]; factors: columns of the rows."""
    at, n, n_series = ("law", "regimes"), len(REGIMES), len(table.series)
    if Path(table.memberships_file).name != table.memberships_file:
        yield (*at, "memberships_file"), f"must be the name of a file beside this one, got {table.memberships_file!r}"
    if unknown := [name for name in table.series if name not in factors]:
        yield (*at, "series"), f"{', '.join(unknown)} must be among `factors` of [law]"
    if table.estimated_to >= date(calibrated_on.year, 1, 1):
        yield (*at, "estimated_to"), f"must lie before the January of {calibrated_on}, got {table.estimated_to}"
    if len(table.means) != n or any(len(row) != n_series for row in table.means):
        yield (*at, "means"), f"needs {n} rows of {n_series} values, for {', '.join(REGIMES)}"
    matrices = [np.array(each, dtype=object) for each in table.covariances]
    if len(matrices) != n or any(each.shape != (n_series, n_series) for each in matrices):
        yield (*at, "covariances"), f"needs {n} matrices of {n_series} x {n_series} values"
    elif not all(is_semidefinite(each.astype(np.float64)) for each in matrices):
        yield (*at, "covariances"), "must be positive semidefinite"
    found = list(_probability_faults(table))
    yield from (((*at, key), message) for key, message in found)
    if not found:
        moved = np.array(table.long_run) @ np.array(table.transitions)
        if np.abs(moved - table.long_run).max() > SAME:
            yield (*at, "long_run"), f"`transitions` must leave it as it is; they make {moved.tolist()} of it"


def _probability_faults(table: RegimesTable) -> Iterator[tuple[str, str]]:
    """Yield key and message of what is not made of probabilities of every regime."""
    n = len(REGIMES)
    if len(table.transitions) != n:
        yield "transitions", f"needs {n} rows, one a regime, got {len(table.transitions)}"
    rows = [("transitions", row) for row in table.transitions]
    for key, row in (*rows, ("long_run", table.long_run), ("tonight", table.tonight)):
        if len(row) != n:
            yield key, f"needs {n} values, one a regime, got {len(row)}"
        elif not all(each >= 0.0 for each in row) or not abs(sum(row) - 1.0) <= SAME:
            yield key, f"must be 0 or more and add up to 1, got {list(row)}"
    if len(table.long_run) == n and min(table.long_run) <= 0.0:
        yield "long_run", f"each regime must have rows, got {list(table.long_run)}"


def memberships_fault(table: RegimesTable, memberships: F64, n_rows: int) -> str:
    """Return what is wrong with memberships that were read, (n_rows, n_regimes), "" if nothing is."""
    name, n = table.memberships_file, len(REGIMES)
    if memberships.shape != (n_rows, n):
        return f"{name} must hold ({n_rows}, {n}) probabilities, got {memberships.shape}"
    if (memberships < 0.0).any() or np.abs(memberships.sum(axis=1) - 1.0).max() > SAME:
        return f"each row of {name} must hold probabilities that add up to 1"
    if np.abs(memberships.mean(axis=0) - table.long_run).max() > SAME:
        return f"the mean of {name} must be `long_run`, it is {memberships.mean(axis=0).tolist()}"
    return ""


def regimes_of(table: RegimesTable, memberships: F64) -> RowRegimes:
    """Return the regimes of a [law.regimes] without faults: memberships (n_rows, n_regimes)."""
    return RowRegimes(
        series=table.series,
        estimated_to=table.estimated_to,
        means=np.array(table.means),
        covariances=np.array(table.covariances),
        transitions=np.array(table.transitions),
        long_run=np.array(table.long_run),
        tonight=np.array(table.tonight),
        memberships=memberships,
    )
