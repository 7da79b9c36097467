"""A market file's [law]: the filtered state of its date, with the table of residuals in a file of its own, sealed."""

import io
import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from engine.errors import FileFaults
from engine.inputs.market.jumps_table import JumpsTable, cap_jumps_of, jumps_table_faults
from engine.inputs.market.loop_table import (
    LARGEST_RESIDUAL,
    LOOP_SUFFIX,
    LoopTable,
    loop_record_fault,
    loop_record_of,
    loop_table_faults,
)
from engine.inputs.market.regimes_table import (
    RegimesTable,
    memberships_fault,
    regimes_of,
    regimes_table_faults,
)
from engine.inputs.opened import FileKind, MissingFileError, open_once
from engine.inputs.toml.read import Strict
from engine.market.factors import PRICE_FACTOR
from engine.market.filtered import FilteredState, GivenFactor, StressedWindow
from engine.market.loop_record import RECORD_COLUMNS, LoopRecord
from engine.market.row_regimes import RowRegimes
from engine.mechanisms.law import LEAST_STRESSED
from kernels.lanes import MAX_FACTORS
from kernels.law_layout import N_SPEEDS
from kernels.types import F64

MOST_ROWS = 100_000
LARGEST_MOVE = 1.0  # of a zero rate or logarithm in a day
MOST_SPAN = 30  # weekdays between two joint dates
ROWS_AT, MOVES_AT, STRESSED_AT = ("rows_file",), ("moves_file",), ("stressed", "moves_file")  # places in [law]
ROWS_SUFFIX, MOVES_SUFFIX, STRESSED_SUFFIX = "rows.npy", "moves.npy", "stressed.npy"
MEMBERSHIPS_SUFFIX = "memberships.npy"
ROWS = FileKind(
    wanted="a table of rows in numpy's format",
    most_bytes=8 * MOST_ROWS * MAX_FACTORS + 1024,
    way_out="take the one that `unwind calibrate` wrote",
)


class GivenTable(Strict):
    """How a factor without a history moves with those that have one; its vol is that of `factors.vols`."""

    loadings: dict[str, float] = Field(
        description="Factor of the rows -> weight of its residual, standardised: { USDJPY = -0.3 }; the rest of the "
        "variance is a normal of the factor's own."
    )
    source: str = Field(min_length=1, description="Whose figures, or 'assumption: ...' with the reasoning.")


class StressedTable(Strict):
    """The worst year for a book, found by search over the history: `unwind calibrate --stressed`."""

    first: date = Field(alias="from", description="Joint date of its first change.")
    last: date = Field(alias="to", description="Joint date of its last change.")
    book: str = Field(min_length=1, description="The book for which it is the worst.")
    description: str = Field(min_length=1, description="How it was searched, and what it says.")
    moves_file: str = Field(
        min_length=1, max_length=255, description="Its joint changes as they were, and up to nine before: numpy's."
    )
    moves_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Digest of that file: another is refused.")


class LawTable(Strict):
    """The law of moves by the market's own history, for scenarios with law = "filtered"; `unwind calibrate` writes it.

    A move over some weekdays is the root of their number times a factor's vol of the day, times a past residual and
    what the leaders' last ones add.
    """

    kind: Literal["filtered"] = Field(description="Filtered historical simulation.")
    calibrated_on: date = Field(alias="as_of", description="The valuation date: nothing later was looked at.")
    first: date | None = Field(default=None, description="The later date of the first change.")
    n_dates: int = Field(ge=1, description="Changes between joint dates that it was calibrated on.")
    description: str = Field(min_length=1, description="Window, method and sample sizes.")
    decays: tuple[float, ...] = Field(
        min_length=1, max_length=N_SPEEDS, description="What a joint date leaves of each average of squares."
    )
    weights: tuple[float, ...] = Field(description="Of each average in the variance; they add up to 1.")
    clip: float = Field(gt=0.0, description="A leader's residual counts up to this, either way.")
    cap: float = Field(gt=0.0, description="The largest residual of the rows, either way.")
    leaders: tuple[str, ...] = Field(description="Factors whose residual of one date others follow on the next.")
    led: tuple[str, ...] = Field(description="Factors that follow.")
    factors: tuple[str, ...] = Field(min_length=1, description="Columns of the rows.")
    states: tuple[tuple[float, ...], ...] = Field(
        description="Averages of squares per weekday, one row a factor, in the states' units squared."
    )
    gamma: tuple[tuple[float, ...], ...] = Field(description="What a leader's residual adds; one row a leader.")
    gamma_se: tuple[tuple[float, ...], ...] | None = Field(
        default=None, description="Standard errors of `gamma`, by blocks of dates."
    )
    last: tuple[float, ...] = Field(description="The leaders' residuals on the date, clipped.")
    rows_file: str = Field(
        min_length=1,
        max_length=255,
        description="The rows, numpy's format, (n_rows, n_factors) binary64, oldest first.",
    )
    rows_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Digest of that file: another is refused.")
    moves_file: str | None = Field(
        default=None,
        max_length=255,
        description="The last joint changes as they were, likewise: what plain history needs.",
    )
    moves_sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$", description="Digest of that file.")
    move_spans: tuple[int, ...] = Field(
        default=(), description="Weekdays of each of these changes: what laws by their covariance need."
    )
    stressed: StressedTable | None = Field(default=None, description="The worst year for a book, for law = 'stressed'.")
    given: dict[str, GivenTable] = Field(default={}, description="Factors without a history, by name.")
    regimes: RegimesTable | None = Field(default=None, description="By which rows may be drawn: filtered-regimes.")
    loop: LoopTable | None = Field(default=None, description="What [carry] of a scenario is found in.")
    jumps: JumpsTable | None = Field(default=None, description="Beyond the cap of the rows: mixture.")


def law_table_faults(table: LawTable) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield place and message of everything that does not fit within a [law] whose keys and types are right."""
    n, at = len(table.factors), "law"
    for key in ("rows_file", "moves_file"):
        if (name := getattr(table, key)) is not None and Path(name).name != name:
            yield (at, key), f"must be the name of a file beside this one, got {name!r}"
    if table.stressed is not None and Path(table.stressed.moves_file).name != table.stressed.moves_file:
        message = f"must be the name of a file beside this one, got {table.stressed.moves_file!r}"
        yield (at, "stressed", "moves_file"), message
    if table.stressed is not None and table.stressed.first > table.stressed.last:
        yield (at, "stressed", "from"), f"{table.stressed.first} lies after `to`, {table.stressed.last}"
    if not all(1 <= span <= MOST_SPAN for span in table.move_spans):
        yield (at, "move_spans"), f"must be whole weekdays from 1 to {MOST_SPAN}"
    if (table.moves_file is None) != (table.moves_sha256 is None):
        yield (at, "moves_file"), "`moves_file` and `moves_sha256` go together"
    if len(set(table.factors)) < n:
        yield (at, "factors"), "a factor comes twice"
    for key in ("leaders", "led"):
        if unknown := [name for name in getattr(table, key) if name not in table.factors]:
            yield (at, key), f"{', '.join(unknown)} must be among `factors`"
    if len(table.weights) != len(table.decays):
        yield (at, "weights"), f"needs {len(table.decays)} values, one per decay, got {len(table.weights)}"
    if not all(weight >= 0.0 for weight in table.weights) or abs(math.fsum(table.weights) - 1.0) > 1e-9:
        yield (at, "weights"), f"must be 0 or more and add up to 1, got {list(table.weights)}"
    if not all(0.0 <= decay < 1.0 for decay in table.decays):
        yield (at, "decays"), f"must lie in [0, 1), got {list(table.decays)}"
    leads = (len(table.leaders), len(table.led))
    shapes = (("states", n, len(table.decays)), ("gamma", *leads), ("gamma_se", *leads))
    for key, n_rows, n_columns in shapes:
        rows = getattr(table, key)
        if rows is None:
            continue
        if len(rows) != n_rows or any(len(row) != n_columns for row in rows):
            yield (at, key), f"needs {n_rows} rows of {n_columns} values, got rows of {[len(row) for row in rows]}"
    if any(value < 0.0 for row in table.states for value in row):
        yield (at, "states"), "variances must be 0 or more"
    if any(value < 0.0 for row in table.gamma_se or () for value in row):
        yield (at, "gamma_se"), "standard errors must be 0 or more"
    if table.first is not None and table.first > table.calibrated_on:
        yield (at, "first"), f"must be `as_of`, {table.calibrated_on}, or before it, got {table.first}"
    if len(table.last) != len(table.leaders) or any(abs(value) > table.clip for value in table.last):
        yield (at, "last"), f"needs {len(table.leaders)} values within +-{table.clip:g}, one per leader"
    for name, each in table.given.items():
        if name in table.factors:
            yield (at, "given", name), f"{name} has a column of the rows: leave this table out"
        if unknown := [other for other in each.loadings if other not in table.factors]:
            yield (at, "given", name, "loadings"), f"{', '.join(unknown)} must be among `factors`"
    if table.regimes is not None:
        yield from regimes_table_faults(table.regimes, table.factors, table.calibrated_on)
    if table.loop is not None:
        yield from loop_table_faults(table.loop, table.calibrated_on)
    if table.jumps is not None:
        yield from jumps_table_faults(table.jumps, table.factors, table.calibrated_on)


def sealed_arrays(table: LawTable) -> Iterator[tuple[tuple[str, ...], str, str, float]]:
    """Yield place, name, digest and largest number of every file beside a market file that its [law] names."""
    yield ROWS_AT, table.rows_file, table.rows_sha256, table.cap
    if table.moves_file is not None and table.moves_sha256 is not None:
        yield MOVES_AT, table.moves_file, table.moves_sha256, LARGEST_MOVE
    if (stressed := table.stressed) is not None:
        yield STRESSED_AT, stressed.moves_file, stressed.moves_sha256, LARGEST_MOVE


def written_arrays(state: FilteredState) -> Iterator[tuple[str, F64]]:
    """Yield what follows the market's name in the name of each such file, and its array (n, n_columns)."""
    yield ROWS_SUFFIX, state.rows
    if len(state.moves):
        yield MOVES_SUFFIX, state.moves
    if state.stressed is not None:
        yield STRESSED_SUFFIX, state.stressed.moves
    if state.regimes is not None:
        yield MEMBERSHIPS_SUFFIX, state.regimes.memberships
    if state.loop is not None:
        yield LOOP_SUFFIX, state.loop.table


def written_suffixes() -> tuple[str, ...]:
    """Return what may follow a market's name in the name of a file beside it."""
    return ROWS_SUFFIX, MOVES_SUFFIX, STRESSED_SUFFIX, MEMBERSHIPS_SUFFIX, LOOP_SUFFIX


def array_faults(table: LawTable, moves: F64 | None, stressed: F64 | None) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield place and message of what does not fit between a [law] and its arrays (n_moves, n_factors)."""
    if moves is not None and table.move_spans and len(table.move_spans) != len(moves):
        yield ("move_spans",), f"needs one for each of the {len(moves):,} changes, got {len(table.move_spans):,}"
    if stressed is not None and len(stressed) < LEAST_STRESSED:
        yield STRESSED_AT, f"a stressed year has {LEAST_STRESSED} joint changes or more, got {len(stressed)}"


def load_array(name: str, digest: str, folder: Path, n_columns: int, largest: float) -> tuple[F64 | None, str]:
    """Return the array of a [law] in a file, (n_rows, n_columns), None where there is none; and what is wrong with it.

    A file that is not there leaves the market its vols; one that is another than the digest says is an error. No
    number of it may be beyond `largest`.
    """
    try:
        opened = open_once(folder / name, ROWS)
    except MissingFileError:
        return None, ""
    except FileFaults as error:
        return None, f"{name} cannot be read: {'; '.join(fault.message for fault in error.faults)}"
    if opened.sha256 != digest:
        return None, (
            f"{name} has the sha256 {opened.sha256}, this file says {digest}: it is another table; take the files that"
            " `unwind calibrate` wrote together"
        )
    try:
        rows = np.load(io.BytesIO(opened.data), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        return None, f"{name} is no array in numpy's format"
    if rows.dtype != np.float64 or rows.ndim != 2 or rows.shape[1] != n_columns or not len(rows):
        wanted = f"(n_rows, {n_columns}) float64"
        return None, f"{name} must hold {wanted}, got {rows.shape} {rows.dtype}"
    if not (np.abs(rows) <= largest).all():
        return None, f"the rows of {name} must be finite and within +-{largest:g}"
    return np.ascontiguousarray(rows), ""


def load_regimes(table: RegimesTable | None, folder: Path, n_rows: int | None) -> tuple[RowRegimes | None, str]:
    """Return the regimes of a [law], None where it, the rows or the memberships have no file; and what is wrong."""
    if table is None:
        return None, ""
    memberships, wrong = load_array(table.memberships_file, table.memberships_sha256, folder, len(table.long_run), 1.0)
    if memberships is None or n_rows is None:
        return None, wrong
    return regimes_of(table, memberships), memberships_fault(table, memberships, n_rows)


def load_loop(table: LawTable, folder: Path, rows: F64 | None) -> tuple[LoopRecord | None, str]:
    """Return the record of a [law]'s loop, None where it or the rows (n_rows, n_factors) have no file; and a fault."""
    loop = table.loop
    if loop is None:
        return None, ""
    record, wrong = load_array(loop.record_file, loop.record_sha256, folder, len(RECORD_COLUMNS), LARGEST_RESIDUAL)
    if record is None or rows is None:
        return None, wrong
    if PRICE_FACTOR not in table.factors:
        return None, f"{PRICE_FACTOR} must be among `factors` of [law]: the record is its"
    wrong = loop_record_fault(loop, record, rows[:, table.factors.index(PRICE_FACTOR)], table.cap)
    return loop_record_of(loop, record), wrong


def state_of(
    table: LawTable,
    rows: F64,
    moves: F64 | None,
    *,
    stressed: F64 | None = None,
    regimes: RowRegimes | None = None,
    loop: LoopRecord | None = None,
) -> FilteredState:
    """Return the filtered state of a [law] without faults.

    rows (n_rows, n_factors) in standard deviations; moves, stressed (n_moves, n_factors) in the states' units
    """
    return FilteredState(
        factors=table.factors,
        decays=np.array(table.decays),
        weights=np.array(table.weights),
        clip=table.clip,
        cap=table.cap,
        leaders=table.leaders,
        led=table.led,
        averages=np.array(table.states),
        gamma=np.array(table.gamma).reshape(len(table.leaders), len(table.led)),
        last=np.array(table.last),
        rows=rows,
        moves=np.zeros((0, len(table.factors))) if moves is None else moves,
        n_dates=table.n_dates,
        description=table.description,
        given={name: GivenFactor(loadings=each.loadings, source=each.source) for name, each in table.given.items()},
        first=table.first,
        gamma_se=None if table.gamma_se is None else np.array(table.gamma_se).reshape(len(table.leaders), -1),
        regimes=regimes,
        loop=loop,
        cap_jumps=None if table.jumps is None else cap_jumps_of(table.jumps),
        move_spans=np.zeros(0) if moves is None else np.array(table.move_spans, np.float64),
        stressed=None if table.stressed is None or stressed is None else _stressed_of(table.stressed, stressed),
    )


def _stressed_of(table: StressedTable, moves: F64) -> StressedWindow:
    return StressedWindow(
        first=table.first, last=table.last, book=table.book, moves=moves, description=table.description
    )


def rows_bytes(rows: F64) -> bytes:
    """Return the file of rows (n_rows, n_factors), in standard deviations: the same bytes on every machine."""
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(rows, "<f8"), allow_pickle=False)
    return file.getvalue()
