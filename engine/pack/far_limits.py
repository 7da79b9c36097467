"""How far a factor may move before a run names the path: no record has such a move, so a figure may rest on it."""

import math
from collections.abc import Sequence

import numpy as np

from engine.market.factors import Factor, FactorKind
from engine.mechanisms.factor_names import UST_CURVE
from kernels.types import F64

LIMIT = 0.05  # of a Treasury yield, decimal, over LIMIT_DAYS
LIMIT_DAYS = 10


def far_limit(horizon_days: int) -> float:
    """Return the move of a Treasury yield from the start to the horizon beyond which a path is named, decimal.

    It is the same up to LIMIT_DAYS, and grows with the square root of the days beyond.
    """
    return LIMIT * math.sqrt(max(1.0, horizon_days / LIMIT_DAYS))


def inverse_far_limits(factors: Sequence[Factor], horizon_days: int) -> F64:
    """Return 1 over the limit of each factor, 0 of those that have none: (n_factors,)."""
    limited = [factor.kind is FactorKind.RATE and factor.curve == UST_CURVE for factor in factors]
    return np.where(limited, 1.0 / far_limit(horizon_days), 0.0)
