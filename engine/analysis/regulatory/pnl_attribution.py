"""The P&L attribution test of MAR32: is what a simpler model makes of each day's moves what full revaluation makes?

Over the last 250 days' moves, laid on today's book: Spearman's correlation of the two P&L series, and the largest
distance between their distribution functions (Kolmogorov and Smirnov). The standard compares each trading desk's actual
days; here each book is a desk, as it is held today, so that a figure is there on the first day.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import ks_2samp, spearmanr

from kernels.types import F64

DAYS = 250  # MAR32: the most recent ones
GREEN_CORRELATION, RED_CORRELATION = 0.80, 0.70  # above, below: MAR32, table 2; EU 2022/2059, article 9
GREEN_DISTANCE, RED_DISTANCE = 0.09, 0.12  # below, above


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """How near a model's daily P&L is to full revaluation's, for one scope."""

    scope: str  # "total" or "book:NAME"
    model: str
    correlation: float | None  # Spearman's; None: one of the series never varies
    distance: float  # of Kolmogorov and Smirnov
    zone: str  # "green", "amber", "red"


def zone_of(correlation: float | None, distance: float) -> str:
    """Return the zone of a desk: green where both metrics are, red where one is, else amber; no correlation is red."""
    if correlation is None or correlation < RED_CORRELATION or distance > RED_DISTANCE:
        return "red"
    return "green" if correlation > GREEN_CORRELATION and distance < GREEN_DISTANCE else "amber"


def attribution(scope: str, model: str, full: F64, modelled: F64) -> Attribution:
    """Compare the P&L of a model with full revaluation's, (n_days,) each [currency] of the same days."""
    varies = np.ptp(full) > 0.0 and np.ptp(modelled) > 0.0
    equal = np.array_equal(full, modelled)
    correlation = 1.0 if equal else float(spearmanr(full, modelled).statistic) if varies else None
    distance = 0.0 if equal else float(ks_2samp(full, modelled, method="asymp").statistic)
    return Attribution(
        scope=scope, model=model, correlation=correlation, distance=distance, zone=zone_of(correlation, distance)
    )
