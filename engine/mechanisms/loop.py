"""The loop of carry stops and USD/JPY: its strength, its gain, and what the record says of either.

On the record, a date's residual less its lead is regressed on what the cohorts sold on it over its standard deviation:
the slope is the fall of ln USD/JPY that a sale of the whole stock makes. Errors are White's (1980), "A
heteroskedasticity-consistent covariance matrix estimator", Econometrica 48(4). Nothing but moves on the dates after
falls tells it; stock and impact, leverage and slope are never told apart.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from engine.market.loop_record import LoopRecord, StopShape, inferred_sales
from engine.mechanisms.carry import Carry, shape_of
from engine.mechanisms.impact import Impact

WARM_UP = 120  # first dates of a record, whose averages begin with them
UPPER = 1.96  # standard errors to the one-sided limit of 97.5 %


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthEstimate:
    """The strength of the loop that a record shows for one shape of stops."""

    strength: float  # fall of ln USD/JPY that a sale of the whole stock makes
    se: float
    n_dates: int
    n_sold: int  # dates on which the cohorts sold
    slope: float  # of the shape: a strength times it is a gain

    @property
    def upper(self) -> float:
        """Return the largest strength that is not rejected, one-sided at 97.5 %."""
        return self.strength + UPPER * self.se

    def t(self, strength: float) -> float:
        """Return the t statistic of the record against a strength; below 0: the record shows less."""
        return (self.strength - strength) / self.se


def loop_strength(carry: Carry, impact: Impact | None) -> float:
    """Return the fall of ln USD/JPY that a sale of the whole stock makes, at the median impact on every path."""
    return carry.stock_usd_bn * impact.fx_log_per_usd_bn if impact is not None else 0.0


def loop_gain(carry: Carry, impact: Impact) -> float:
    """Return how much of a fall of USD/JPY stopped positions add to it while stops go on; from 1 it feeds itself."""
    return loop_strength(carry, impact) * shape_of(carry).slope


def estimated_strength(record: LoopRecord, shape: StopShape) -> StrengthEstimate | None:
    """Return what a record says of the strength of a shape; None where its cohorts sold on fewer than two dates."""
    sold = inferred_sales(record.moves, shape).sold[WARM_UP:]
    if (n_sold := int(np.count_nonzero(sold))) < 2:
        return None
    sds = record.sds[WARM_UP:]
    after = record.moves[WARM_UP:] / sds - record.leads[WARM_UP:]
    push = 0.0 - sold / sds
    push = push - push.mean()
    square = float(push @ push)
    strength = float(push @ after) / square
    errors = after - after.mean() - strength * push
    se = sqrt(float((push * errors) @ (push * errors))) / square
    return StrengthEstimate(strength=strength, se=se, n_dates=sold.size, n_sold=n_sold, slope=shape.slope)


def loop_verdict(carry: Carry, impact: Impact | None, record: LoopRecord) -> str:
    """Return what a record says of a loop's strength, in words."""
    strength, shape = loop_strength(carry, impact), shape_of(carry)
    found = estimated_strength(record, shape)
    if found is None:
        return "the record holds no such sales: it says nothing of this strength"
    t = f"t = {found.t(strength):.1f}"
    if strength <= found.upper:
        return f"the record does not reject this strength: {t}"
    allowed = f"{found.upper / strength:.0%}".replace("%", " %") if found.upper > 0.0 else "none"
    return f"the record rejects this strength: {t}; it allows at most {allowed} of it"
