"""Drifts in every regime, as arrays."""

from engine.market.market import Market
from engine.mechanisms.parameters.sizes import values
from engine.mechanisms.unwind import Unwind
from kernels.types import F64


def drifts_per_year(unwind: Unwind, market: Market) -> F64:
    """Return what `unwind.drifts` adds to every regime's drift, per year, in the states' units: (n_factors,)."""
    return values(unwind.drifts, [factor.name for factor in market.factors])
