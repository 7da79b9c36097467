"""The clock of moves: how many weekdays a change spans. Vols, correlations, residuals and horizons all count by it."""

import numpy as np

from kernels.types import I64, Dates


def weekday_spans(days: Dates, apart: int = 1) -> I64:
    """Return the weekdays from each date to the one `apart` places later: (n_days - apart,).

    From Friday to Monday it is 1, over a holiday on a Tuesday from Monday to Wednesday 2. A year has 261; holidays are
    no days of their own, but what happens on them is in the change that spans them.

    days  (n_days,) ascending
    """
    return np.asarray(np.busday_count(days[:-apart], days[apart:]), np.int64)
