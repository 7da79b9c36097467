"""A result in a notebook: what it says in words, and its table with amounts in one unit."""

from collections.abc import Collection
from html import escape
from typing import TYPE_CHECKING

from unwind_risk.api.frames import html_of, scale_of

if TYPE_CHECKING:
    import pandas as pd

DECIMALS = 2  # of amounts, in their unit


def page(
    heading: str, frame: "pd.DataFrame", *, amounts: Collection[str] = (), currency: str = "", text: str = ""
) -> str:
    """Return HTML of a frame below its heading, after what it says in words.

    amounts    columns that are amounts of money: they are cut to one unit, which stands in the heading
    currency   of these
    """
    shown, unit = frame.copy(), ""
    if amounts:
        divisor, name = scale_of(frame[list(amounts)].abs().max().dropna(), currency)
        unit = f", {name}"
        for column in amounts:
            shown[column] = (shown[column].astype(float) / divisor).round(DECIMALS)
    words = f"<p>{escape(text)}</p>" if text else ""
    return words + html_of(shown, heading + unit)
