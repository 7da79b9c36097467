"""A zero curve: continuously compounded zero rates, linear in time between nodes, flat beyond."""

from dataclasses import dataclass

import numpy as np

from engine.market.node_checks import check_nodes
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZeroCurve:
    """Zero rates of one curve on one date. Time is Actual/365F years from the valuation date."""

    name: str  # "JGB"
    currency: str  # "JPY"
    times: F64  # (n_nodes,) years, strictly increasing, > 0
    zero_rates: F64  # (n_nodes,) decimal per year, continuous

    def __post_init__(self) -> None:
        check_nodes(f"curve {self.name!r}", self.times, self.zero_rates)

    def zero_rate(self, time: F64 | float) -> F64:
        """Return the zero rate at `time` [years]; any shape."""
        return np.asarray(np.interp(time, self.times, self.zero_rates))

    def discount(self, time: F64 | float) -> F64:
        """Return the value today of one unit of the curve's currency paid at `time` [years]; any shape."""
        return np.asarray(np.exp(-self.zero_rate(time) * np.asarray(time)))
