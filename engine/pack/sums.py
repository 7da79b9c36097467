"""Sums of factors that curves move with, beside the factors: as a law has them, and as kernels are given them."""

from dataclasses import dataclass

import numpy as np

from engine.law.law import Law
from kernels.layout import Flows, Points, Run, Sum
from kernels.types import F64, I64

Sums = tuple[tuple[int, ...], ...]  # factors of each, as `engine.market.lookup.factor_sums` returns them


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SummedLaw:
    """A law of every row of deviations: those of the factors, then those of the sums."""

    law: Law
    sums: Sums

    def mean(self, steps: int) -> F64:
        """Return the mean of the deviations after `steps`, in the states' units: (n_moves,)."""
        mean = self.law.mean(steps)
        return np.concatenate([mean, self._loadings(mean.size) @ mean]) if self.sums else mean

    def covariance(self, steps: int) -> F64:
        """Return the covariance of the deviations after `steps`: (n_moves, n_moves)."""
        own = self.law.covariance(steps)
        if not self.sums:
            return own
        loadings = self._loadings(len(own))
        beside = loadings @ own
        return np.block([[own, beside.T], [beside, beside @ loadings.T]])

    def std(self, steps: int) -> F64:
        """Return the standard deviations after `steps`, in the states' units: (n_moves,)."""
        return np.sqrt(np.diag(self.covariance(steps)))

    def _loadings(self, n_factors: int) -> F64:
        """Return which factors each sum has: (n_sums, n_factors) of 0 and 1."""
        found = np.zeros((len(self.sums), n_factors))
        for row, terms in zip(found, self.sums, strict=True):
            row[[*terms]] = 1.0
        return found


def with_used_sums(run: Run, flows: Flows, points: Points, sums: Sums) -> tuple[Run, Flows, Points]:
    """Return the tables with those of the sums (n_sums,) that a segment or a point moves with, numbered anew.

    A book that no sum moves has none: its tables are those of a market without spreads' factors.
    """
    n_factors = run.inverse_limit.size
    rows = np.concatenate([table[side] for table in (flows.segments, points.points) for side in ("below", "above")])
    used: I64 = np.unique(rows[rows >= n_factors])
    place = np.arange(n_factors + len(sums))
    place[used] = n_factors + np.arange(used.size)
    kept = [sums[row - n_factors] for row in used.tolist()]
    ends = np.cumsum([0, *map(len, kept)])
    columns = np.concatenate([np.arange(n_factors), used])
    segments, moved = flows.segments.copy(), points.points.copy()
    for table in (segments, moved):
        for side in ("below", "above"):
            table[side] = place[table[side]]
    return (
        run._replace(
            sums=Sum.rows(first=ends[:-1], last=ends[1:]),
            sum_terms=np.array([factor for terms in kept for factor in terms], np.int64),
        ),
        flows._replace(
            segments=segments, centre=flows.centre[:, columns], inverse_width=flows.inverse_width[:, columns]
        ),
        points._replace(points=moved),
    )
