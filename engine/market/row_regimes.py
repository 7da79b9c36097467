"""Regimes of past days on a date: how likely each is that evening, and how much of each row of the table is its."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from kernels.types import F64

REGIMES = ("quiet", "busy", "shock")  # by the size of a day in them
FORGOTTEN = "all days"  # of paths that know nothing of their regime any more: rows are drawn all alike


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowRegimes:
    """Three regimes by which rows of a filtered law may be drawn: what was known of them on the date.

    A row belongs to a regime by as much as was known on the evening of the row's own date. Weighed by `long_run`, the
    mean of that over the rows, the regimes' rows are all rows alike.
    """

    series: tuple[str, ...]  # (n_series,) factors whose residuals tell the regimes apart
    estimated_to: date  # the last date that the estimate looked at: before the January of the law's date
    means: F64  # (n_regimes, n_series) of residuals in each regime
    covariances: F64  # (n_regimes, n_series, n_series)
    transitions: F64  # (n_regimes, n_regimes) probability of each regime on the next joint date, by that of this one
    long_run: F64  # (n_regimes,) shares that the transitions leave as they are
    tonight: F64  # (n_regimes,) probabilities on the date, of all that was seen up to it
    memberships: F64  # (n_rows, n_regimes) the same on the date of each row, oldest first

    @property
    def sds(self) -> F64:
        """Return the standard deviations of the residuals in each regime: (n_regimes, n_series)."""
        return np.sqrt(np.diagonal(self.covariances, axis1=1, axis2=2))

    @property
    def row_weights(self) -> F64:
        """Return the probability of each row in each regime: (n_regimes, n_rows)."""
        return np.asarray((self.memberships / self.memberships.sum(axis=0)).T)
