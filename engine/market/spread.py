"""Curves derived from others by zero-rate spreads: TONA from JGB, SOFR from UST, repo and cross-currency curves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.node_checks import check_nodes
from kernels.types import F64

LARGEST_SPREAD = 0.05  # decimal: beyond it a unit is mistaken


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpreadCurve:
    """Spreads of one zero curve over another: linear in time between nodes, flat beyond."""

    name: str  # "TONA"
    parent: str  # "JGB", or another derived curve
    currency: str  # of the parent
    times: F64  # (n_nodes,) years, strictly increasing, > 0
    spreads: F64  # (n_nodes,) decimal per year, on continuous zero rates; may be negative
    source: str  # whose figures, or "assumption: ..." with the reasoning

    def __post_init__(self) -> None:
        check_nodes(f"spreads of curve {self.name!r}", self.times, self.spreads)

    def spread(self, time: float) -> float:
        """Return the spread at `time` [years], decimal."""
        return float(np.interp(time, self.times, self.spreads))

    def wider(self, by: float) -> "SpreadCurve":
        """Return the curve with every spread higher by `by`, decimal."""
        return replace(self, spreads=self.spreads + by)

    def over(self, parent: ZeroCurve) -> ZeroCurve:
        """Return the curve that these spreads make of `parent`: exact, on the nodes of both."""
        times = np.union1d(parent.times, self.times)
        zero_rates = parent.zero_rate(times) + np.interp(times, self.times, self.spreads)
        return ZeroCurve(name=self.name, currency=parent.currency, times=times, zero_rates=zero_rates)


def parents_first(spreads: Mapping[str, SpreadCurve]) -> tuple[str, ...]:
    """Return the names of the derived curves, each after its parent. Raises InputError for parents in a circle."""
    order: list[str] = []
    rest = list(spreads)
    while rest:
        ready = [name for name in rest if spreads[name].parent not in rest]
        if not ready:
            raise InputError(f"derived curves are each other's parents: {', '.join(rest)}")
        order += ready
        rest = [name for name in rest if name not in ready]
    return tuple(order)


def with_derived(curves: Mapping[str, ZeroCurve], spreads: Mapping[str, SpreadCurve]) -> dict[str, ZeroCurve]:
    """Return `curves` with those of `spreads` built on them. Raises InputError when a parent is no curve."""
    built = dict(curves)
    for name in parents_first(spreads):
        parent = spreads[name].parent
        if parent not in built:
            raise InputError(f"curve {name!r} is derived from {parent!r}, which is no curve; there are {_names(built)}")
        built[name] = spreads[name].over(built[parent])
    return built


def _names(curves: Mapping[str, ZeroCurve]) -> str:
    return ", ".join(curves) or "none"
