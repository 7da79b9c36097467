"""How a payoff is packed: first what it asks for, then its tables, then how far they can be from the direct sum."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from engine.pack.flows import DatedFlows
from engine.pack.points import PointList
from engine.pack.ranges import range_sums
from engine.pack.setting import Setting
from engine.pack.sums import SummedLaw
from kernels.layout import Flows, Points, Run
from kernels.types import F64, I64

SURE = 8.5  # standard deviations: beyond lies one path of 10^16
ROUNDING = 2.0**-53
OPERATIONS = 64.0  # roundings of one row of a table, at most: an exponential or two, Black's formula


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What payoffs stand upon, once all have asked."""

    run: Run
    flows: Flows
    points: Points
    direct: bool  # nothing is compressed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowBounds:
    """How far each row of a payoff can be off in one scenario, and how large it can be, on any path."""

    error: F64  # (n_rows,) in the currency of the account that owns it
    size: F64  # (n_rows,) likewise
    part: float  # error of any row at most, as a fraction of its contracts' value, premium or notional


class Laid(Protocol):
    """A payoff's tables, and their bounds."""

    @property
    def tables(self) -> Any:
        """The payoff's NamedTuple of kernels.layout."""

    def bounds(self, scene: "Scene") -> RowBounds:
        """Bound the payoff's rows in a scenario."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draft:
    """What a payoff asks for, and how it is laid once it is there."""

    lay: Callable[[Ground, int], Laid]  # the number of its first leg among the shared ones
    legs: DatedFlows | None = None  # that it refers to, numbered from 0
    cash: F64 | None = None  # (n_books, n_currencies) beside that of the book, each in its currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Packer:
    """How a payoff of kernels.payoffs is packed."""

    name: str  # of the payoff there
    draft: Callable[[Setting, PointList], Draft]
    tables: tuple[type, ...]  # of a compiled book: whose values the payoff has on every path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """One scenario as bounds see it: the most that legs, points and rates come to."""

    s: int
    law: SummedLaw
    run: Run
    own_error: F64  # (n_books, n_currencies) of each account's own leg at most [currency]
    own_size: F64  # (n_books, n_currencies)
    shared_error: F64  # (n_shared_legs,) [currency]
    shared_size: F64  # (n_shared_legs,)
    points: F64  # (n_points,) largest value of each

    def highest(self, when: I64, factors: I64, exponents: F64) -> F64:
        """Return exp(exponents . deviations) on the path where it is largest: (n,); factors, exponents (n, 2)."""
        return highest(self.law, self.run.observations, when, factors, exponents)

    def dearest(self, currency: I64, when: I64) -> F64:
        """Return the highest rate of each currency, (n,) [home per unit]."""
        moves = np.where(currency > 0, 1.0, 0.0)[:, None] * np.array([1.0, 0.0])
        pairs = np.repeat(self.run.fx_factor[currency][:, None], 2, axis=1)
        return np.asarray(self.run.fx_start[self.s, currency] * self.highest(when, pairs, moves))

    def cheapest(self, currency: I64, when: I64) -> F64:
        """Return the lowest rate of each currency, (n,) [home per unit]."""
        moves = np.where(currency > 0, -1.0, 0.0)[:, None] * np.array([1.0, 0.0])
        pairs = np.repeat(self.run.fx_factor[currency][:, None], 2, axis=1)
        return np.asarray(self.run.fx_start[self.s, currency] / self.highest(when, pairs, moves))


def highest(law: SummedLaw, steps: I64, when: I64, factors: I64, exponents: F64) -> F64:
    """Return exp(exponents . deviations) on the path where it is largest: (n,).

    steps (n_observations,), when (n,) into them, factors (n, n_terms), exponents the same or broadcast to it
    """
    log = np.zeros(when.size)
    exponents = np.broadcast_to(exponents, factors.shape)
    for k in np.unique(when).tolist():
        mine = when == k
        log[mine] = _highest_log(law, int(steps[k]), factors[mine], exponents[mine])
    return np.exp(log)


def _highest_log(law: SummedLaw, steps: int, factors: I64, exponents: F64) -> F64:
    mean, covariance = law.mean(steps), law.covariance(steps)
    variance = np.einsum("ni,nij,nj->n", exponents, covariance[factors[:, :, None], factors[:, None, :]], exponents)
    return np.asarray((exponents * mean[factors]).sum(axis=1) + SURE * np.sqrt(np.maximum(variance, 0.0)))


def leg_sums(legs: Any, segments: F64) -> F64:
    """Return the sum over each leg's segments of `segments` (n_segments,), in their unit; the shape of `legs`."""
    return range_sums(legs["first"], legs["last"], segments)
