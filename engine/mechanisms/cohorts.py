"""Carry trades by the date of their entry, along a record of USD/JPY: who is stopped when, and what waits to be sold.

Of a stock in equal parts, one a cohort, each entered at another joint date and is renewed when it is as old as there
are cohorts. A worst loss w stops f(w) = min(most, slope max(0, w - start)) of a cohort; what a date's close asks for is
sold on the dates after it, a limit a date. All in natural logarithms of USD/JPY and in shares of the stock.
"""

from dataclasses import dataclass

import numpy as np

from engine.mechanisms.carry import Carry
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True)
class StopShape:
    """What a record can tell of stops: where they begin, how fast, how far, and how much is sold in a date."""

    start: float  # log move
    slope: float  # share of a cohort per log move
    most: float  # share of a cohort
    limit: float  # share of the stock in a date
    cohorts: int

    def stopped(self, worst: F64) -> F64:
        """Return the share of a cohort that worst losses (...) have stopped: (...)."""
        return np.asarray(np.clip(self.slope * (worst - self.start), 0.0, self.most))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InferredSales:
    """What cohorts would have sold along a record, and where they are at its end."""

    sold: F64  # (n_dates,) share of the stock on each date
    waiting: float  # share of the stock after the last
    losses: F64  # (n_cohorts,) of each cohort at the end, below 0 a gain; oldest first
    worst: F64  # (n_cohorts,) worst loss so far


def shape_of(carry: Carry) -> StopShape:
    """Return the shape of a desk's parameters: leverage is in start and slope, and found nowhere else."""
    return StopShape(
        start=carry.stop_loss / carry.leverage,
        slope=carry.stop_slope * carry.leverage,
        most=carry.stop_most,
        limit=carry.limit_per_day,
        cohorts=carry.cohorts,
    )


def inferred_sales(moves: F64, shape: StopShape) -> InferredSales:
    """Return what cohorts sold along moves (n_dates,) of ln USD/JPY, nothing later than each date being looked at.

    Cohorts of the dates before the first entered at the level before it, and had no loss.
    """
    n, flat = moves.size, np.zeros(shape.cohorts)
    level = np.concatenate([flat, np.cumsum(moves)])  # of the close that each cohort entered at, then of the dates
    worst, before = np.zeros(n), np.zeros(n)
    demand, losses, worsts = np.zeros(n), [0.0], [0.0]
    for age in range(1, shape.cohorts + 1):
        loss = level[shape.cohorts - age : shape.cohorts - age + n] - level[shape.cohorts :]
        before[1:], before[0] = worst[:-1], 0.0
        worst = np.maximum(before, loss)
        demand += shape.stopped(worst) - shape.stopped(before)
        losses.append(float(loss[-1]))
        worsts.append(float(worst[-1]))
    sold, waiting = _sold(demand / shape.cohorts, shape.limit)
    oldest_first = slice(shape.cohorts - 1, None, -1)
    return InferredSales(
        sold=sold,
        waiting=waiting,
        losses=np.array(losses[:-1][oldest_first]),
        worst=np.array(worsts[:-1][oldest_first]),
    )


def _sold(demand: F64, limit: float) -> tuple[F64, float]:
    """Return what is sold on each date of what dates before it asked for, (n_dates,), and what waits after the last."""
    sold, waiting = [], 0.0
    for asked in demand.tolist():
        sold.append(min(waiting, limit))
        waiting += asked - sold[-1]
    return np.array(sold), waiting
