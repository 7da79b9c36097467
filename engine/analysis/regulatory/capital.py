"""The capital requirement for modellable factors out of ES of a stressed year: MAR33.5, 33.13 to 33.15.

ES is asked for as if today were as bad as the worst year. That year's moves are known of some factors alone, the
reduced set; what the others add today scales the figure up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.regulatory.liquidity_adjusted import Amount, Ladder, with_error
from kernels.types import F64

LEAST_EXPLAINED = 0.75  # of all factors' ES by the reduced set's, MAR33.5
UNCONSTRAINED = 0.5  # rho of MAR33.15: weight of the ES of all classes together


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The requirement of all risk classes together, or of one, in the currency of the P&L."""

    risk_class: str  # "all", or a RiskClass
    stressed: Amount | None  # liquidity-adjusted ES of the stressed year, of the reduced set; None: that is empty
    ratio: Amount | None  # today's ES of all factors over that of the reduced set, 1 at least
    amount: Amount | None  # their product; None: the year says nothing of the class, whose factors are not modellable
    explained: float  # today's ES of the reduced set over that of all factors


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
        return Requirement(risk_class=risk_class, stressed=None, ratio=None, amount=None, explained=0.0)
    n_rungs = len(full[0].days)

    def ratio_of(pnl: F64) -> float:
        of_reduced = reduced[0].adjusted(pnl[n_rungs:])
        return max(full[0].adjusted(pnl[:n_rungs]) / of_reduced, 1.0) if of_reduced else 1.0

    ratio = with_error(ratio_of, np.concatenate([full[1], reduced[1]]), drawn=drawn)
    return Requirement(
        risk_class=risk_class,
        stressed=Amount(value=stressed, se=0.0),
        ratio=ratio,
        amount=Amount(value=stressed * ratio.value, se=stressed * ratio.se),
        explained=reduced[0].adjusted(reduced[1]) / whole if (whole := full[0].adjusted(full[1])) else 1.0,
    )


def capital(requirements: Sequence[Requirement]) -> Amount:
    """Return the mean of the requirement of all classes together and of the sum over classes, MAR33.15.

    A class of which the year says nothing is not in the sum. The errors are added, for paths are common to all.
    """
    whole, *classes = (each.amount for each in requirements)
    if whole is None:
        return Amount(value=0.0, se=0.0)
    parts = [each for each in classes if each is not None]
    constrained = 1.0 - UNCONSTRAINED
    return Amount(
        value=UNCONSTRAINED * whole.value + constrained * sum(each.value for each in parts),
        se=UNCONSTRAINED * whole.se + constrained * sum(each.se for each in parts),
    )
