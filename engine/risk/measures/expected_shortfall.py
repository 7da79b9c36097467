"""Expected shortfall: the mean loss in the tail."""

import math

import numpy as np
from scipy.special import ndtri

from engine.risk.book_lines import BookComponents, BookLines, BookTail, book_lines, with_total_se
from engine.risk.estimate import Estimate
from engine.risk.measures import value_at_risk
from engine.risk.measures.measure import Contribution, TailMeasure
from engine.risk.ordered_tail import OrderedTail
from engine.risk.ranks import INTERVAL_CONFIDENCE, Confidence, exact_confidence, tail_count, tail_mass
from kernels.types import F64

KEY = "expected_shortfall"


def expected_shortfall(pnl: F64, confidence: Confidence) -> float:
    """Return the mean loss in the worst `1 - confidence` of outcomes; the last path counts by the fraction inside.

    Parameters
    ----------
    pnl : (n_paths,) float64
        P&L over one horizon, gains positive, in any order.
    confidence : scalar in [0.5, 1)
        0.975 for the Basel measure.

    Returns
    -------
    scalar, in the P&L's currency
        A loss, positive; never below VaR at the same confidence.

    Raises
    ------
    InputError
        `confidence` is out of range, or `pnl` is empty or not finite.

    Notes
    -----
    With v the VaR and m = n (1 - c) the tail's mass, v + sum (loss - v)^+ / m. Equal to the fractional mean of
    Acerbi & Tasche (2002), "On the coherence of expected shortfall", J. Banking & Finance 26(7); this form is the
    minimum of Rockafellar & Uryasev (2000), "Optimization of conditional value-at-risk", J. Risk 2(3).
    """
    return EXPECTED_SHORTFALL.of_sample(pnl, confidence)


def estimate_es(tail: OrderedTail, confidence: Confidence) -> Estimate:
    """Estimate ES with its standard error; the interval is the value -+ z errors, z the normal quantile.

    Notes
    -----
    The estimator is, to first order, the mean of v + (L - v)^+ / p over the paths (p = 1 - c), the error of v
    cancelling; hence the variance (Var(L | tail) + c (ES - v)^2) / (n p), which with e = (L - v)^+ and m = n p is
    (sum e^2 - (sum e)^2 / n) / m^2. Manistre & Hancock (2005), "Variance of the CTE estimator", North American
    Actuarial J. 9(2). A tail without one whole path says nothing of its own spread: the error is infinite.
    """
    n = tail.n_paths
    whole, _ = tail_count(confidence, n)
    mass = float(tail_mass(confidence, n))
    var = 0.0 - tail.at(whole)  # never minus zero
    total, squares = tail.excess(whole)
    z = float(ndtri((1.0 + INTERVAL_CONFIDENCE) / 2.0))
    value = var + total / mass
    se = math.sqrt(max(squares - total * total / n, 0.0)) / mass if whole else math.inf
    return Estimate(value=value, se=se, low=value - z * se, high=value + z * se)


def es_components(tail: BookTail) -> BookComponents | None:
    """Read the books' mean losses in the total's tail; None with too few paths in it.

    Notes
    -----
    The line is that of the paths on which the total loses VaR or more. With c_b the component of VaR,
    e = (L_b - c_b) 1(L > v) / p is to first order what a path adds to the component of ES, as for the total
    (`estimate_es`, the case c_b = v): its variance is that of the residuals over the paths looked at, and over the
    run's that of the slope times the total's losses and of E[e], hence
    Var(r) / n + (slope^2 Var(L | tail) + c (ES_b - c_b)^2) / m, m = n_paths (1 - c).
    Tasche (1999), "Risk contributions and performance measurement", for the component as a conditional mean.
    """
    at_var = value_at_risk.lines_at_var(tail)
    _, n_tail = tail.paths_losing(tail.total[value_at_risk.KEY].value)
    at_es = book_lines(tail.losses[:, :n_tail], tail.total[KEY].value)
    if at_var is None or at_es is None:
        return None
    return BookComponents(values=at_es.values, ses=_component_ses(at_var, at_es, tail))


def _component_ses(at_var: BookLines, at_es: BookLines, tail: BookTail) -> F64:
    es, var, c = tail.total[KEY], tail.total[value_at_risk.KEY], tail.confidence
    of_total = threshold_variance(es.value - var.value, c, tail.n_run_paths)
    total_se = math.sqrt(max(es.se**2 - float(of_total), 0.0))
    own = at_es.variances + threshold_variance(at_es.values - at_var.values, c, tail.n_run_paths)
    return with_total_se(np.sqrt(own), at_es.slopes, total_se)


def threshold_variance(distance: F64 | float, confidence: Confidence, n_paths: int) -> F64 | float:
    """Return what the error of VaR adds to the variance of a mean over the tail [unit of the distance, squared].

    distance   of the mean over the tail from that at VaR: scalar or (n,)
    n_paths    that VaR is of
    """
    return float(exact_confidence(confidence)) * distance * distance / float(tail_mass(confidence, n_paths))


EXPECTED_SHORTFALL = TailMeasure(
    key=KEY,
    label="ES",
    name="expected shortfall",
    definition="Mean loss in the worst 1 - confidence.",
    meaning="mean loss of those {odds} of paths",
    is_cash_invariant=True,
    quantiles=lambda confidence: (confidence,),
    estimate=estimate_es,
    contribution=Contribution(
        meaning="what a book loses on average where all books lose VaR or more", components=es_components
    ),
)
