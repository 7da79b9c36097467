"""A figure that a sample estimates, with its Monte Carlo error."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A measure's estimate, in the P&L's currency; losses positive.

    An infinite error or end means that the sample does not bound it: too few paths lie that far out.
    """

    value: float
    se: float  # standard error
    low: float  # interval at `ranks.INTERVAL_CONFIDENCE`
    high: float

    def named(self, key: str) -> dict[str, float]:
        """Return the figures as JSON names them: `key`, `key_se`, `key_low`, `key_high`."""
        return {key: self.value, f"{key}_se": self.se, f"{key}_low": self.low, f"{key}_high": self.high}


def mean_se(values: F64) -> float:
    """Return the standard error of the mean of independent values (n,), in their unit; infinite of a single one."""
    spread = float(values.std(ddof=1)) if values.size > 1 else math.inf
    return spread / math.sqrt(values.size)


def named_figures(estimates: Mapping[str, Estimate]) -> dict[str, float]:
    """Return the figures of all measures, by the measure's key, as JSON names them."""
    return {name: figure for key, estimate in estimates.items() for name, figure in estimate.named(key).items()}
