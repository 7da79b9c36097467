"""What a walk keeps of its days: a row a date, horizon, book and law."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kernels.types import F64, I64, Bools, Dates, Words

NO_FACTOR = ""  # of a day without an exception

SCHEMA = pa.schema(
    [
        pa.field("date", pa.date32(), nullable=False),
        pa.field("horizon_days", pa.int64(), nullable=False),
        pa.field("scope", pa.string(), nullable=False),
        pa.field("law", pa.string(), nullable=False),
        pa.field("pnl", pa.float64(), nullable=False),
        pa.field("var_99", pa.float64(), nullable=False),
        pa.field("var_975", pa.float64(), nullable=False),
        pa.field("es_975", pa.float64(), nullable=False),
        pa.field("pit", pa.float64(), nullable=False),
        pa.field("n_moves", pa.int64(), nullable=False),
        pa.field("factor", pa.string(), nullable=False),
        pa.field("factor_pnl", pa.float64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayRows:
    """Forecasts and outcomes. Amounts in the reporting currency; VaR and ES are losses, P&L gains positive."""

    date: Dates  # (n_rows,) on which the forecast was made
    horizon_days: I64  # (n_rows,) joint dates to the outcome
    scope: Words  # (n_rows,) "total", or a book's name
    law: Words  # (n_rows,)
    pnl: F64  # (n_rows,) hypothetical P&L of the realised move, by full revaluation
    var_99: F64  # (n_rows,)
    var_975: F64  # (n_rows,)
    es_975: F64  # (n_rows,)
    pit: F64  # (n_rows,) share of the law's P&L below the realised one, half of what is equal counted
    n_moves: I64  # (n_rows,) moves behind the forecast
    factor: Words  # (n_rows,) whose realised move alone lost most, of an exception at 99 %; else NO_FACTOR
    factor_pnl: F64  # (n_rows,) P&L of that move alone; 0 without an exception

    @property
    def failed_99(self) -> Bools:
        """Return whether the loss was above the 99 % VaR, strictly: (n_rows,)."""
        return np.asarray(-self.pnl > self.var_99)

    @property
    def failed_975(self) -> Bools:
        """Return whether the loss was above the 97.5 % VaR, strictly: (n_rows,)."""
        return np.asarray(-self.pnl > self.var_975)

    def of(self, law: str, scope: str, horizon_days: int) -> "DayRows":
        """Return the rows of one law, book and horizon, by date."""
        return self.where((self.law == law) & (self.scope == scope) & (self.horizon_days == horizon_days))

    def where(self, kept: Bools | I64) -> "DayRows":
        """Return some rows: a mask (n_rows,), or places (n,)."""
        return DayRows(**{each.name: getattr(self, each.name)[kept] for each in fields(self)})

    def trials(self) -> Iterator[tuple[str, str, int]]:
        """Yield each law, book and horizon, in the order of the rows."""
        keys = zip(self.law.tolist(), self.scope.tolist(), self.horizon_days.tolist(), strict=True)
        yield from dict.fromkeys(keys)


def joined_rows(parts: Sequence[DayRows]) -> DayRows:
    """Return the rows of several parts, in their order."""
    return DayRows(
        **{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(DayRows)}
    )


def rows_of(records: Iterable[tuple[object, ...]]) -> DayRows:
    """Return rows from tuples in the order of the columns."""
    columns = list(zip(*records, strict=True)) or [()] * len(SCHEMA)
    return from_columns(dict(zip(SCHEMA.names, columns, strict=True)))


def from_columns(columns: dict[str, Sequence[object]]) -> DayRows:
    """Return rows from columns by name, each typed as the schema says."""
    kinds = {"date32[day]": "datetime64[D]", "int64": np.int64, "string": np.str_, "double": np.float64}
    return DayRows(
        **{each.name: np.array(columns[each.name], dtype=kinds[str(each.type)]) for each in SCHEMA}  # type: ignore[call-overload]
    )


def parquet_bytes(rows: DayRows) -> bytes:
    """Return the rows as one Parquet file: the same bytes for the same rows."""
    table = pa.table({each.name: pa.array(getattr(rows, each.name).tolist(), each.type) for each in SCHEMA}, SCHEMA)
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def rows_of_parquet(data: bytes) -> DayRows:
    """Return the rows in the bytes of a Parquet file that `parquet_bytes` made."""
    table = pq.ParquetFile(pa.BufferReader(data)).read()
    return from_columns({name: table[name].to_pylist() for name in SCHEMA.names})
