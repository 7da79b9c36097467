"""USD/JPY on every joint date of a history: what forced sales of carry trades on the days after are inferred from."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from kernels.types import F64

RECORD_COLUMNS = ("move", "sd", "lead", "residual")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoopRecord:
    """The record of USD/JPY up to a market's date, oldest first.

    From its moves follow, for carry trades of any leverage and stops, the cohorts on the date, what they sold on each
    date, and what that says of the strength of the loop.
    """

    moves: F64  # (n_dates,) of ln USD/JPY
    sds: F64  # (n_dates,) standard deviation of the move by the filtered law, known the date before
    leads: F64  # (n_dates,) what leaders add to move over sd, by one regression over all dates
    residuals: F64  # (n_dates,) move over sd less the filtered law's own lead, before the cut
    first: date  # of the first move; the last is the valuation date
    description: str  # window and method

    @property
    def table(self) -> F64:
        """Return the columns that a file has, `RECORD_COLUMNS`: (n_dates, 4)."""
        return np.stack([self.moves, self.sds, self.leads, self.residuals], axis=1)
