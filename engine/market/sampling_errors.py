"""How far vols and correlations of a market would be off had its window been another sample of such days."""

from dataclasses import dataclass
from datetime import date

from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SamplingErrors:
    """Standard errors of the law of normal moves; those of figures that were given, and not estimated, are 0."""

    first: date  # the window's days, both included
    last: date
    vols: F64  # (n_factors,) of `Market.vols`, in their units
    correlation: F64  # (n_factors, n_factors) of `Market.correlation`
