"""Frames that say their units, and memory that is asked for before it is taken."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from engine.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "mn"))
MOST_ROWS = 60  # of a table in a notebook
MOST_BYTES = 2 * 2**30  # of what is made on demand, of the paths of a run or of levels


def framed(frame: "pd.DataFrame", *, units: Mapping[str, str], **facts: Any) -> "pd.DataFrame":
    """Return the frame with the units of its columns, and facts of all of it, in `.attrs`."""
    frame.attrs.update(facts, units=dict(units))
    return frame


def arrow_of(frame: "pd.DataFrame") -> "pa.Table":
    """Return a frame as an Arrow table: days as dates, and what each column is as its `meaning`; without its index."""
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False)
    units, fields = frame.attrs.get("units", {}), []
    for field in table.schema:
        kind = pa.date32() if pa.types.is_timestamp(field.type) else field.type
        meaning = {"meaning": units[field.name]} if field.name in units else None
        fields.append(pa.field(field.name, kind, metadata=meaning))
    return table.cast(pa.schema(fields))


def check_bytes(need: int, what: str, way_out: str) -> None:
    """Refuse what would take more than 2 GiB. Raises InputError with the way out.

    need   bytes
    what   is asked for, in words
    """
    if need > MOST_BYTES:
        raise InputError(
            f"{what} would take {need / 2**30:,.1f} GiB of memory, and at most {MOST_BYTES / 2**30:g} are taken;"
            f" {way_out}"
        )


def scale_of(amounts: Iterable[float], currency: str) -> tuple[float, str]:
    """Return the divisor in which the median amount has one to three digits before the point, and the unit's name."""
    sizes = sorted(abs(each) for each in amounts if each)
    middle = sizes[len(sizes) // 2] if sizes else 0.0
    divisor, name = next(((size, name) for size, name in SCALES if middle >= size), (1.0, ""))
    return divisor, f"{currency} {name}".strip()


def html_of(frame: "pd.DataFrame", title: str) -> str:
    """Return a frame as a small HTML table below its title, its first rows alone where there are many."""
    shown = frame.head(MOST_ROWS)
    more = f"<p>and {len(frame) - MOST_ROWS:,} rows more</p>" if len(frame) > MOST_ROWS else ""
    table = shown.to_html(index=False, border=0, na_rep="", float_format=_figure)
    return f"<p><b>{escape(title)}</b></p>{table}{more}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.6g}"
