"""A result in a notebook: a heading, what it says in words, and its table with amounts in one unit."""

from collections.abc import Collection
from html import escape
from typing import TYPE_CHECKING

from engine.conventions.figure_words import UNITS

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 60  # of a table in a notebook; the frame has all


def page(
    heading: str, frame: "pd.DataFrame", *, amounts: Collection[str] = (), currency: str = "", text: str = ""
) -> str:
    """Return HTML of a frame below its heading and what it says in words.

    amounts    columns that are amounts of money: they are cut to one unit, which stands in the heading
    currency   of these
    """
    shown, unit = frame.head(MOST_ROWS).copy(), ""
    if amounts:
        divisor, name = _unit(frame, amounts)
        unit = f", {currency} {name}".rstrip()
        for column in amounts:
            shown[column] = shown[column].astype(float) / divisor
    words = f"<p>{escape(text)}</p>" if text else ""
    more = f"<p>{len(frame) - MOST_ROWS:,} rows more in .table()</p>" if len(frame) > MOST_ROWS else ""
    table = shown.to_html(index=False, border=0, na_rep="", float_format=_number)
    return f"<p><b>{escape(heading + unit)}</b></p>{words}{table}{more}"


def _unit(frame: "pd.DataFrame", amounts: Collection[str]) -> tuple[float, str]:
    """Return the unit in which the largest amount has one to three digits before the point."""
    sizes = frame[list(amounts)].abs().to_numpy(dtype=float, na_value=0.0)
    largest = float(sizes.max()) if sizes.size else 0.0
    return next(((size, name) for size, name in UNITS if largest >= size), (1.0, ""))


def _number(value: float) -> str:
    """Return a number with three digits behind the point, or three significant ones."""
    return f"{value:,.3f}" if abs(value) >= 0.001 or value == 0.0 else f"{value:.3g}"
