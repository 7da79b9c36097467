"""Means over the paths of a tail, shares of them among these, with the error of a VaR that is itself estimated."""

import math

from engine.risk.estimate import mean_se
from engine.risk.measures.expected_shortfall import threshold_variance
from engine.risk.measures.value_at_risk import WINDOW
from engine.risk.ranks import Confidence
from kernels.types import F64


def tail_mean_se(values: F64, confidence: Confidence, n_run_paths: int) -> float:
    """Return the standard error of the mean of something over the paths that lose VaR or more [its unit].

    Parameters
    ----------
    values : (n_tail,) float64
        Of the tail's paths, worst first: an amount, or 1 where a path is of a group and 0 where not.
    confidence : of VaR
    n_run_paths : that VaR is of; the tail's may be those of some of them

    Returns
    -------
    scalar
        Infinite for fewer than two paths.

    Notes
    -----
    Var(x | tail) / n_tail + c (E[x | tail] - E[x | L = VaR])^2 / (n p): where VaR is estimated, paths at the threshold
    come in or stay out together, which a binomial error leaves out. As `expected_shortfall.es_components` has it;
    E[x | L = VaR] is read from the mildest quarter of the tail.
    """
    n = values.size
    if n < 2:
        return math.inf
    at_var = float(values[-math.ceil(WINDOW * n) :].mean())
    return math.sqrt(mean_se(values) ** 2 + float(threshold_variance(values.mean() - at_var, confidence, n_run_paths)))
