"""The bundled weeks before the bundled market: yields and USD/JPY as published, for pictures."""

from datetime import date
from importlib.resources import as_file, files

import pandas as pd

from engine.inputs.history.load import read_history_file

RECENT_SOURCE = "Ministry of Finance, Japan; US Treasury; Federal Reserve H.10"


def recent_history(valuation_date: date) -> pd.DataFrame | None:
    """Read par yields JGB_10Y, JGB_40Y, UST_10Y [decimal] and USDJPY of the days up to `valuation_date`; NaN: none.

    120 days on which all four were published, and those between. Source: `RECENT_SOURCE`. None where the program has
    none that end on this date.
    """
    entry = files("engine.market") / "data" / f"{valuation_date}-recent.csv"
    if not entry.is_file():
        return None
    with as_file(entry) as path:
        return read_history_file(path)
