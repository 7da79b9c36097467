"""What `unwind data` finds, as frames: a row a series, or a beta."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from cli.output.frames import day, number, of_rows, text, whole

if TYPE_CHECKING:
    from engine.calibration.betas import Beta
    from engine.inputs.history.check import SeriesCheck

SERIES = pa.schema(
    [
        text("series", "name"),
        day("first", "first date with a value"),
        day("last", "last date with a value"),
        whole("n_values", "dates that have one", "dates"),
        whole("n_missing", "dates of the history between the two that have none", "dates"),
        number("largest_move", "over neighbouring weekdays, of a yield or of the logarithm of a price"),
        day("largest_on", "its date; null: no two values on neighbouring weekdays"),
        text("unit", "of the move: decimal rate, or natural logarithm"),
    ]
)
BETAS = pa.schema(
    [
        text("price", "name"),
        text("regime", "whose days the beta is of"),
        number("beta", "log move of the price per 1.0 of the 10-year Treasury yield", "logarithm per 1.0"),
        number("se", "one standard error", "logarithm per 1.0"),
        whole("n_days", "one-day moves that it is of", "days"),
    ]
)


def series_frame(found: "Sequence[SeriesCheck]") -> pa.Table:
    """Return each series' dates, gaps and largest move."""
    from engine.inputs.history.load import is_yield

    return of_rows(
        SERIES,
        (
            (
                *(each.name, each.first, each.last, each.n_values, each.n_missing, each.largest_move),
                *(each.largest_on, "decimal" if is_yield(each.name) else "logarithm"),
            )
            for each in found
        ),
    )


def betas_frame(found: "Mapping[tuple[str, str], Beta]") -> pa.Table:
    """Return every price's beta by regime."""
    return of_rows(BETAS, ((*key, each.value, each.se, each.n) for key, each in found.items()))
