"""What a statistical test says of a forecast."""

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A test's statistic, and the probability of one at least as bad if the forecast is right."""

    statistic: float
    p_value: float  # in [0, 1]


def log_ratio(counts: F64, chances: F64) -> F64:
    """Return the sum over the last axis of counts * log(chances), where 0 log 0 is 0: any shape (..., n)."""
    return np.asarray(xlogy(counts, chances).sum(axis=-1))
