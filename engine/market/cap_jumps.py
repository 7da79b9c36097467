"""Jumps beyond the cap of a filtered law's rows, as of a date: how likely one is, how large, and which way it goes."""

from dataclasses import dataclass
from datetime import date

from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CapJumps:
    """Residuals of past days beyond the cap: at most one such jump a joint date, the way that one of them went.

    A jump moves factor f by its standard deviation of the day times size times direction. Its size is the rows' cap and
    an excess, which follows a generalised Pareto law: P(excess > s) = (1 + shape s / scale)^(-1 / shape).
    """

    days: tuple[
        date, ...
    ]  # (n_days,) whose residual was beyond the cap, oldest first; the nearest to it where none was
    directions: F64  # (n_days, n_factors) residuals beyond the cap over the largest of their day, in either sign
    n_beyond: int  # days beyond the cap; 0: the only one in `days` came nearest to it
    n_dates: int  # joint dates among which they were
    first: date  # of these
    probability: float  # of a jump on a joint date
    probability_se: float
    threshold: float  # residual from which days tell the tail, in standard deviations: below the cap
    n_tail: int  # days beyond it
    shape: float  # of the excess
    shape_se: float
    scale: float  # standard deviations
    scale_se: float
    largest: float  # excess beyond which none is drawn, standard deviations

    @property
    def least(self) -> float:
        """Return the probability of an excess beyond the largest."""
        return float((1.0 + self.shape * self.largest / self.scale) ** (-1.0 / self.shape))
