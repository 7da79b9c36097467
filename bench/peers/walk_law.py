"""The walk that every peer repeats: x <- decay x + drift + chol z, n_steps times from 0."""

from collections.abc import Callable
from dataclasses import dataclass

from kernels.types import F64

Walk = Callable[[], object]  # walks all paths; returns deviations at the horizon, (n_factors, n_paths), as an array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WalkLaw:
    """One daily step of factors' deviations from their starts."""

    decay: F64  # (n_factors,)
    drift: F64  # (n_factors,)
    chol: F64  # (n_factors, n_factors) lower Cholesky factor of the daily covariance
    vols: F64  # (n_factors,) per sqrt(year); the last factor is lognormal
    correlation: F64  # (n_factors, n_factors)
    n_steps: int
    std: F64  # (n_factors,) at the horizon

    @property
    def n_factors(self) -> int:
        """Return how many factors walk."""
        return self.decay.size
