"""The 95 % intervals cover the closed form: that is what they say of themselves."""

import math

import numpy as np
import pytest
from scipy.special import ndtr, ndtri, stdtrit
from scipy.stats import t as student

from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.ordered_tail import SortedTail
from engine.risk.ranks import order_statistics_needed
from engine.risk.tail import estimate_sample, estimate_tail

N_REPEATS = 4_000  # of 1,000, a sound interval leaves 93-97 % in one of 250 cases by chance; of 4,000, never
SIGMA = 0.5  # of the lognormal laws


def share_covered(found, measure, truth):
    """Share of estimates whose interval holds the truth."""
    return np.mean([each.of(measure).low <= truth <= each.of(measure).high for each in found])


def normal_shortfall(p):
    return math.exp(-(ndtri(p) ** 2) / 2) / math.sqrt(2 * math.pi) / p


def student_shortfall(p, nu):  # McNeil, Frey & Embrechts (2015), Quantitative Risk Management, example 2.15
    q = stdtrit(nu, p)
    return student.pdf(q, nu) / p * (nu + q * q) / (nu - 1)


# law -> (P&L quantile at probability u, expected shortfall at tail probability p). The fourth moment of t5 exists.
LAWS = {
    "normal": (ndtri, normal_shortfall),
    "student_t5": (lambda u: stdtrit(5, u), lambda p: student_shortfall(p, 5)),
    # loss e^(sigma Z), a skewed tail: E[e^(sigma Z) | Z > -z] = e^(sigma^2 / 2) Phi(sigma + z) / p, z = Phi^-1(p)
    "lognormal_loss": (
        lambda u: -np.exp(-SIGMA * ndtri(u)),
        lambda p: math.exp(SIGMA**2 / 2) * ndtr(SIGMA + ndtri(p)) / p,
    ),
    # P&L e^(sigma Z) - 1, a bounded loss: a long position
    "lognormal_gain": (
        lambda u: np.exp(SIGMA * ndtri(u)) - 1,
        lambda p: 1 - math.exp(SIGMA**2 / 2) * ndtr(ndtri(p) - SIGMA) / p,
    ),
}


def worst_uniforms(rng, n_paths, n_kept, n_repeats):
    """The `n_kept` smallest of `n_paths` uniforms, ascending, exactly in law: ratios of sums of exponentials."""
    sums = np.cumsum(rng.exponential(size=(n_repeats, n_kept)), axis=1)
    return sums / (sums[:, -1:] + rng.gamma(n_paths - n_kept + 1, size=(n_repeats, 1)))


def coverage(law, confidence, n_paths, n_repeats=N_REPEATS):
    """Share of repeats whose intervals of VaR and of ES hold the true values."""
    quantile, shortfall = LAWS[law]
    p = round(1 - confidence, 12)
    true_var, true_es = -quantile(p), shortfall(p)
    rng = np.random.default_rng(n_paths)
    worst = quantile(worst_uniforms(rng, n_paths, order_statistics_needed(confidence, n_paths), n_repeats))
    found = [estimate_tail(SortedTail(values, n_paths), confidence) for values in worst]
    return share_covered(found, VALUE_AT_RISK, true_var), share_covered(found, EXPECTED_SHORTFALL, true_es)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("confidence", "n_paths"), [(0.95, 10_000), (0.975, 20_000), (0.99, 50_000), (0.999, 500_000)])
def test_intervals_cover_where_the_tail_holds_500_paths(law, confidence, n_paths):
    var, es = coverage(law, confidence, n_paths)
    assert 0.93 <= var <= 0.97
    assert 0.93 <= es <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("confidence", "n_paths"), [(0.95, 10_000), (0.99, 50_000), (0.99, 200_000)])
def test_coverage_over_ten_thousand_repeats(law, confidence, n_paths):
    var, es = coverage(law, confidence, n_paths, 10_000)
    assert 0.94 <= var <= 0.965  # known to 0.2 %; whole ranks round VaR's interval outwards
    assert 0.935 <= es <= 0.96  # a heavy tail's few largest losses leave the interval a little short


@pytest.mark.slow
def test_coverage_of_whole_samples():
    rng = np.random.default_rng(1)
    found = [estimate_sample(rng.standard_normal(50_000), 0.99) for _ in range(1_000)]
    true_var, true_es = -ndtri(0.01), normal_shortfall(0.01)
    assert 0.93 <= share_covered(found, VALUE_AT_RISK, true_var) <= 0.97
    assert 0.93 <= share_covered(found, EXPECTED_SHORTFALL, true_es) <= 0.97
