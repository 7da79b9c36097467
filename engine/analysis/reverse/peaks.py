"""Peaks of the density of points: how many there are, and which points belong to each.

Points climb to the nearest of higher density, and a peak that stands above its saddle by no more than sampling noise
joins the higher one: Chazal, Guibas, Oudot & Skraba (2013), "Persistence-based clustering in Riemannian manifolds",
J. ACM 60(6).
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from kernels.types import F64, I64

LEAST_POINTS = 30  # fewer have one peak, whatever they look like
LEAST_NEIGHBOURS = 10
CERTAINTY = 3.0  # standard errors of a log density by which a peak stands above its saddle
LEAST_DISTANCE = 1e-12  # of points: what is nearer is the same place


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Peaks:
    """Points by the peak to which they climb."""

    peak: I64  # (n,) of each point, 0 the one with the most points
    log_density: F64  # (n,) up to a constant

    @property
    def n(self) -> int:
        """Return how many peaks there are."""
        return int(self.peak.max(initial=-1)) + 1


def peaks_of(points: F64) -> Peaks:
    """Return the peaks of the density of points (n_dimensions, n).

    The density at a point is that of its k nearest neighbours, k twice the root of n: its logarithm has a standard
    error of 1 / sqrt(k), in any number of dimensions.
    """
    n_dimensions, n = points.shape
    if n < LEAST_POINTS:
        centre = np.median(points, axis=1, keepdims=True) if n else np.empty((n_dimensions, 1))
        return Peaks(peak=np.zeros(n, np.int64), log_density=-np.linalg.norm(points - centre, axis=0))
    k = max(LEAST_NEIGHBOURS, round(2.0 * math.sqrt(n)))
    found = cKDTree(points.T).query(points.T, k + 1)  # the nearest of all is the point itself
    reach, near = np.asarray(found[0]), np.asarray(found[1], np.int64)
    height = -n_dimensions * np.log(np.maximum(reach[:, -1], LEAST_DISTANCE))
    top = _tops(height, near[:, 1:], CERTAINTY * math.sqrt(2.0 / k))
    tops, counts = np.unique(top, return_counts=True)
    order = tops[np.argsort(-counts, kind="stable")].tolist()
    return Peaks(peak=np.array([order.index(each) for each in top.tolist()], np.int64), log_density=height)


def _tops(height: F64, near: I64, least: float) -> I64:
    """Return the point at the top of each point's peak: (n,).

    height (n,) log densities, near (n, k) neighbours, least: what a peak stands above its saddle
    """
    n = height.size
    order = np.argsort(-height, kind="stable")
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n)
    top = list(range(n))

    def find(i: int) -> int:
        while top[i] != i:
            top[i] = top[top[i]]
            i = top[i]
        return i

    for i in order.tolist():
        higher = near[i][rank[near[i]] < rank[i]]
        if not higher.size:
            continue
        top[i] = find(int(higher[np.argmin(rank[higher])]))
        for j in higher.tolist():
            mine, other = find(i), find(j)
            low, high = (mine, other) if rank[mine] > rank[other] else (other, mine)
            if low != high and height[low] - height[i] < least:
                top[low] = high
    return np.array([find(i) for i in range(n)], np.int64)
