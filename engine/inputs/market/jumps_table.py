"""A market file's [law.jumps]: jumps beyond the cap of the rows of its law."""

from collections.abc import Iterator
from datetime import date

import numpy as np
from pydantic import Field

from engine.inputs.toml.read import Strict
from engine.market.cap_jumps import CapJumps


class JumpsTable(Strict):
    """Residuals of past days beyond the cap, for scenarios with law = "mixture"; `unwind calibrate` writes them.

    At most one jump comes a joint date: it moves each factor by its standard deviation of the day times a size, the cap
    and an excess, times a direction, any of those below, each as likely.
    """

    days: tuple[date, ...] = Field(
        min_length=1, max_length=1000, description="Whose residual was beyond the cap; where none was, the nearest."
    )
    directions: tuple[tuple[float, ...], ...] = Field(
        description="Residuals beyond the cap over the largest of their day: one value per factor of [law]."
    )
    n_beyond: int = Field(ge=0, description="Days beyond the cap; 0 where `days` has the nearest alone.")
    n_dates: int = Field(ge=1, description="Joint dates among which they were.")
    first: date = Field(description="First of these dates; the last is `as_of`.")
    probability: float = Field(
        ge=0.0, le=1.0, description="Of a jump on a joint date: (n_beyond + 1/2) / (n_dates + 1)."
    )
    probability_se: float = Field(ge=0.0, description="Its standard error.")
    threshold: float = Field(gt=0.0, description="Residual from which days tell the tail, in standard deviations.")
    n_tail: int = Field(ge=1, description="Days beyond it.")
    shape: float = Field(gt=0.0, le=1.0, description="Of the generalised Pareto law of the excess.")
    shape_se: float = Field(ge=0.0, description="Its standard error.")
    scale: float = Field(gt=0.0, le=100.0, description="Of the same, in standard deviations.")
    scale_se: float = Field(ge=0.0, description="Its standard error.")
    largest: float = Field(gt=0.0, le=1000.0, description="No larger excess is drawn; standard deviations.")


def jumps_table_faults(
    table: JumpsTable, factors: tuple[str, ...], calibrated_on: date
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield place and message of everything that does not fit within a [law.jumps]; factors: columns of the rows."""
    at = ("law", "jumps")
    if len(table.directions) != len(table.days) or any(len(row) != len(factors) for row in table.directions):
        yield (
            (*at, "directions"),
            f"needs {len(table.days)} rows of {len(factors)} values, got rows of {[*map(len, table.directions)]}",
        )
    elif not all(1.0 - 1e-9 <= max(map(abs, row)) <= 1.0 for row in table.directions):
        yield (*at, "directions"), "the largest of each row must be 1 or -1"
    if max(table.days) > calibrated_on:
        yield (*at, "days"), f"{max(table.days)} lies after `as_of`, {calibrated_on}"
    if table.n_beyond not in (0, len(table.days)):
        yield (*at, "n_beyond"), f"must be 0 or the number of `days`, {len(table.days)}, got {table.n_beyond}"


def cap_jumps_of(table: JumpsTable) -> CapJumps:
    """Return the jumps of a [law.jumps] without faults."""
    fields = table.model_dump()
    return CapJumps(**fields | {"directions": np.array(table.directions)})
