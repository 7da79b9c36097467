"""Value at risk: the loss quantile."""

import math

import numpy as np
from scipy.special import ndtri

from engine.risk.book_lines import BookComponents, BookLines, BookTail, book_lines, with_total_se
from engine.risk.estimate import Estimate
from engine.risk.measures.measure import Contribution, TailMeasure
from engine.risk.ordered_tail import OrderedTail
from engine.risk.ranks import INTERVAL_CONFIDENCE, Confidence, interval_indices, tail_count, tail_mass
from kernels.types import F64

KEY = "value_at_risk"
WINDOW = 0.25  # of the tail's mass: ranks on either side of VaR whose paths tell its components


def value_at_risk(pnl: F64, confidence: Confidence) -> float:
    """Return the loss exceeded with probability at most `1 - confidence`: the left inverse of the distribution.

    Parameters
    ----------
    pnl : (n_paths,) float64
        P&L over one horizon, gains positive, in any order.
    confidence : scalar in [0.5, 1)
        Read in exact decimals: 0.99 of 100 paths is the second worst, not the third.

    Returns
    -------
    scalar, in the P&L's currency
        A loss, positive; negative when even that outcome is a gain.

    Raises
    ------
    InputError
        `confidence` is out of range, or `pnl` is empty or not finite.
    """
    return VALUE_AT_RISK.of_sample(pnl, confidence)


def estimate_var(tail: OrderedTail, confidence: Confidence) -> Estimate:
    """Estimate VaR with its binomial interval.

    The standard error is the interval's width over 2 z, z the normal quantile: 1.96 at 0.95. An end is infinite where
    the sample does not reach (`ranks.interval_indices`).
    """
    whole, _ = tail_count(confidence, tail.n_paths)
    value = 0.0 - tail.at(whole)  # never minus zero
    worst, mildest = interval_indices(confidence, tail.n_paths)
    low = -math.inf if mildest is None else 0.0 - tail.at(mildest)
    high = math.inf if worst is None else 0.0 - tail.at(worst)
    z = float(ndtri((1.0 + INTERVAL_CONFIDENCE) / 2.0))
    return Estimate(value=value, se=(high - low) / (2.0 * z), low=low, high=high)


def lines_at_var(tail: BookTail) -> BookLines | None:
    """Take the books' lines at VaR, from the paths around it, once for all measures that ask."""
    if KEY not in tail.known_lines:
        tail.known_lines[KEY] = book_lines(tail.losses[:, paths_at_var(tail)], tail.total[KEY].value)
    return tail.known_lines[KEY]


def paths_at_var(tail: BookTail) -> slice:
    """Return the paths whose rank is within a quarter of the tail's size of VaR's."""
    n_worse, n_tail = tail.paths_losing(tail.total[KEY].value)
    mass = tail_mass(tail.confidence, tail.n_paths)
    middle, reach = min(max(math.floor(mass), n_worse), n_tail), math.ceil(WINDOW * mass)
    return slice(max(0, middle - reach), middle + reach + 1)


def var_components(tail: BookTail) -> BookComponents | None:
    """Read the books' mean losses where the total loses VaR; None with too few paths around it.

    The error is that of the line at VaR, with the slope times VaR's own error. Tasche (1999), "Risk contributions and
    performance measurement", for the component as a conditional mean.
    """
    lines = lines_at_var(tail)
    if lines is None:
        return None
    ses = with_total_se(np.sqrt(lines.variances), lines.slopes, tail.total[KEY].se)
    return BookComponents(values=lines.values, ses=ses)


VALUE_AT_RISK = TailMeasure(
    key=KEY,
    label="VaR",
    name="value at risk",
    definition="Loss not exceeded at this confidence.",
    meaning="loss from today's value, shock included, that {odds} of paths exceed; below 0 a gain",
    is_cash_invariant=True,
    quantiles=lambda confidence: (confidence,),
    estimate=estimate_var,
    contribution=Contribution(
        meaning="what a book loses on average where all books lose VaR", components=var_components
    ),
)
