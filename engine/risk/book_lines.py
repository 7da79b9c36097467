"""Books' losses as lines in the total's loss: how a measure's Euler components are read, with their errors.

A book's losses on a set of paths are regressed on the total's there, and the line is taken at the run's own figure. A
regression of the total on itself has slope 1, so the books' values add up to the total's figure whatever the set, up
to rounding; and the paths may be a part of the run.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.risk.estimate import Estimate
from engine.risk.moments import tree_sum
from kernels.types import F64

LEAST_PATHS = 20  # of a line, for an error to mean anything


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BookLines:
    """Regressions of the books' losses on the total's, taken at one loss of the total."""

    values: F64  # (n_books,) [currency]
    slopes: F64  # (n_books,)
    variances: F64  # (n_books,) [currency^2] of the values, for a fixed loss of the total
    n: int  # paths


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BookTail:
    """The worst paths looked at, with every book's loss on them, and the figures of the run they belong to."""

    losses: F64  # (1 + n_books, n_kept) [currency], the total's first and descending; losses positive
    n_paths: int  # looked at, of which these are the worst
    n_run_paths: int  # of the run
    confidence: float
    total: Mapping[str, Estimate]  # of the run, by the measure's key
    known_lines: dict[str, BookLines | None] = field(default_factory=dict)  # those worked out, by the measure's key

    def paths_losing(self, loss: float) -> tuple[int, int]:
        """Count the kept paths on which the total loses more than `loss` [currency], and `loss` or more."""
        gains = -self.losses[0]
        return int(np.searchsorted(gains, -loss, "left")), int(np.searchsorted(gains, -loss, "right"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BookComponents:
    """One measure's components of all books; losses positive."""

    values: F64  # (n_books,) [currency]
    ses: F64  # (n_books,) [currency] standard errors


def book_lines(losses: F64, at: float) -> BookLines | None:
    """Regress the books' losses on the total's, and take the lines at one loss of the total.

    Parameters
    ----------
    losses : (1 + n_books, n) float64 [currency]
        Losses on n paths, positive; row 0 is the total's.
    at : scalar [currency]
        The total's loss.

    Returns
    -------
    None with fewer than 20 paths, or where the total loses the same on all of them and it is not `at`.
    """
    n = losses.shape[1]
    if n < LEAST_PATHS:
        return None
    means = tree_sum(losses) / n
    total, books = losses[0] - means[0], losses[1:] - means[1:, None]
    spread, distance = float(tree_sum(total * total)), at - float(means[0])
    if spread == 0.0:
        if abs(distance) > 1e-9 * abs(at):
            return None
        return BookLines(values=means[1:], slopes=np.zeros(len(books)), variances=_variances(books) / n, n=n)
    slopes = tree_sum(books * total) / spread
    variances = _variances(books - slopes[:, None] * total) * (1.0 / n + distance * distance / spread)
    return BookLines(values=means[1:] + slopes * distance, slopes=slopes, variances=variances, n=n)


def with_total_se(own: F64, slopes: F64, total_se: float) -> F64:
    """Add the total's error to the books' own.

    Parameters
    ----------
    own : (n_books,) float64 [currency]
        Standard errors of lines at a fixed loss of the total.
    slopes : (n_books,) float64
    total_se : scalar [currency]

    Returns
    -------
    (n_books,) float64 [currency]
        Infinite where the total's error is.
    """
    if not math.isfinite(total_se):
        return np.full(own.shape, np.inf)
    found: F64 = np.hypot(own, slopes * total_se)
    return found


def _variances(residuals: F64) -> F64:
    found: F64 = tree_sum(residuals * residuals) / (residuals.shape[1] - 2)
    return found
