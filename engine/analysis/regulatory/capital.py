"""The capital requirement for modellable factors out of ES of a stressed year: MAR33.5, 33.13 to 33.15.

ES is asked for as if today were as bad as the worst year. That year's moves are known of some factors alone, the
reduced set; what the others add today scales the figure up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.regulatory.liquidity_adjusted import Amount, Ladder, with_error
from kernels.types import F64

UNCONSTRAINED = 0.5  # rho of MAR33.15: weight of the ES of all classes together


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The requirement of all risk classes together, or of one, in the currency of the P&L."""

    risk_class: str  # "all", or a RiskClass
    stressed: Amount  # liquidity-adjusted ES of the stressed year, of the reduced set; 0 where that is empty
    ratio: Amount  # today's ES of all factors over that of the reduced set, 1 at least
    amount: Amount  # their product


def requirement(
    risk_class: str, stressed: float, full: tuple[Ladder, F64], reduced: tuple[Ladder, F64] | None, *, drawn: bool
) -> Requirement:
    """Return the requirement of a class.

    Parameters
    ----------
    stressed : liquidity-adjusted ES of the stressed year, of the reduced set
    full, reduced : today's ladders and P&L (n_rungs, n_paths) of the same paths; None: the reduced set is empty
    drawn : whether paths have errors of simulation
    """
    if reduced is None:
        nothing = Amount(value=0.0, se=0.0)
        return Requirement(risk_class=risk_class, stressed=nothing, ratio=Amount(value=1.0, se=0.0), amount=nothing)
    n_rungs = len(full[0].days)

    def ratio_of(pnl: F64) -> float:
        return max(full[0].adjusted(pnl[:n_rungs]) / reduced[0].adjusted(pnl[n_rungs:]), 1.0)

    ratio = with_error(ratio_of, np.concatenate([full[1], reduced[1]]), drawn=drawn)
    return Requirement(
        risk_class=risk_class,
        stressed=Amount(value=stressed, se=0.0),
        ratio=ratio,
        amount=Amount(value=stressed * ratio.value, se=stressed * ratio.se),
    )


def capital(requirements: Sequence[Requirement]) -> Amount:
    """Return the mean of the requirement of all classes together and of the sum over classes, MAR33.15.

    The errors are added, for paths are common to all.
    """
    whole, *parts = (each.amount for each in requirements)
    constrained = 1.0 - UNCONSTRAINED
    return Amount(
        value=UNCONSTRAINED * whole.value + constrained * sum(each.value for each in parts),
        se=UNCONSTRAINED * whole.se + constrained * sum(each.se for each in parts),
    )
