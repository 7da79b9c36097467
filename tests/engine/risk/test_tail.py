import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import InputError
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL, expected_shortfall
from engine.risk.measures.value_at_risk import VALUE_AT_RISK, value_at_risk
from engine.risk.ranks import interval_indices
from engine.risk.tail import estimate_sample

KNOWN = json.loads((Path(__file__).parents[2] / "data" / "var_es.json").read_text())
SAMPLES = [(case["id"], case["pnl"], level) for case in KNOWN["samples"] for level in case["levels"]]

# Whole yen: sums and differences of up to 200 of them are exact, so properties hold without a tolerance for rounding
yen = st.integers(-(10**9), 10**9).map(float)
samples = arrays(np.float64, st.integers(1, 200), elements=yen)
confidences = st.decimals("0.5", "0.9999", places=4)


@pytest.mark.parametrize(("case", "pnl", "level"), SAMPLES)
def test_published_samples(case, pnl, level):
    vector = np.array(pnl)
    assert value_at_risk(vector, level["level"]) == level["VaR_left_inverse"]
    assert expected_shortfall(vector, level["level"]) == pytest.approx(level["ES_acerbi_tasche"], abs=1e-9)


def test_es_counts_the_boundary_loss_by_its_fraction():
    pnl = -np.arange(1.0, 101.0)  # losses of 1, 2, ..., 100 JPY; 2.5 of them in the tail
    assert expected_shortfall(pnl, 0.975) == pytest.approx((100 + 99 + 0.5 * 98) / 2.5)


def test_two_outcomes_by_hand():
    # Losses 10 and 0, one each; at 0.5 the tail is one whole path. VaR is the loss of ascending rank 1, ES the worst.
    pnl = np.array([0.0, -10.0])
    assert value_at_risk(pnl, 0.5) == 0.0
    assert expected_shortfall(pnl, 0.5) == 10.0


def test_a_loss_of_nothing_is_plus_zero():
    assert math.copysign(1.0, value_at_risk(np.zeros(10), 0.9)) == 1.0


@pytest.mark.parametrize("key", ["gaussian", "student_t"])
def test_linear_books_match_the_closed_form_within_four_standard_errors(key):
    case = KNOWN[key]
    rng = np.random.default_rng(11)
    scale = np.diag(case["vols"]) @ np.linalg.cholesky(np.array(case["corr"]))
    pnl = np.array(case["exposure"]) @ scale @ rng.standard_normal((3, 400_000))
    if "nu" in case:
        pnl *= np.sqrt(case["nu"] / rng.chisquare(case["nu"], pnl.size))
    suffix = "_vols_are_scale" if "nu" in case else ""
    for level in case["levels"]:
        if "nu" in case and level["level"] > 0.99:
            continue  # 400 paths of infinite fourth moment: its error is rough, as the estimate says
        got = estimate_sample(pnl, level["level"])
        var, es = got.of(VALUE_AT_RISK), got.of(EXPECTED_SHORTFALL)
        assert var.value == pytest.approx(level["VaR" + suffix], abs=4 * var.se)
        assert es.value == pytest.approx(level["ES" + suffix], abs=4 * es.se)
        assert es.se < 0.02 * es.value


def test_standard_errors_have_the_published_size():
    case = KNOWN["errors"][0]
    pnl = np.random.default_rng(5).standard_normal((400, case["n"]))
    found = [estimate_sample(row, case["level"]) for row in pnl]
    # The mean of 400 errors, each of some 12 % (VaR) and 10 % (ES): 0.6 %. VaR's interval is wider by its rounding
    # to whole ranks, which its coverage, 95.6 %, shows: 2.5 %.
    mean_var_se = np.mean([each.of(VALUE_AT_RISK).se for each in found])
    mean_es_se = np.mean([each.of(EXPECTED_SHORTFALL).se for each in found])
    assert mean_var_se == pytest.approx(case["asymptotic_se_VaR"], rel=0.05)
    assert mean_es_se == pytest.approx(case["asymptotic_se_ES"], rel=0.03)


def test_es_error_is_the_tails_variance_and_the_quantiles_distance():
    # Manistre & Hancock's form written out, with the fractional weight of the path at the VaR
    pnl, confidence, p = np.random.default_rng(9).standard_normal(10_050), 0.99, 0.01
    losses = np.sort(-pnl)[::-1]
    weights, tail = np.array([1.0] * 100 + [0.5]), losses[:101]
    es = weights @ tail / 100.5
    variance = weights @ (tail - es) ** 2 / 100.5
    expected = math.sqrt((variance + confidence * (es - losses[100]) ** 2) / (10_050 * p))
    assert estimate_sample(pnl, confidence).of(EXPECTED_SHORTFALL).se == pytest.approx(expected, rel=1e-12)


def test_var_interval_is_made_of_order_statistics():
    pnl = np.random.default_rng(6).standard_normal(20_000)
    worst, mildest = interval_indices(0.99, pnl.size)
    got = estimate_sample(pnl, 0.99)
    ordered = np.sort(pnl)
    assert (got.of(VALUE_AT_RISK).low, got.of(VALUE_AT_RISK).high) == (-ordered[mildest], -ordered[worst])
    # 1.95996 is the normal's 97.5 % quantile
    assert got.of(VALUE_AT_RISK).se == pytest.approx((ordered[mildest] - ordered[worst]) / (2 * 1.959963985), rel=1e-9)


@pytest.mark.parametrize(("n_paths", "rough"), [(49_999, True), (50_000, False)])
def test_fewer_than_500_tail_paths_are_called_rough(n_paths, rough):
    got = estimate_sample(np.random.default_rng(8).standard_normal(n_paths), 0.99)
    assert got.rough is rough
    assert got.tail_paths == 500


def test_a_confidence_too_high_for_the_sample_leaves_the_errors_open():
    pnl = np.random.default_rng(4).standard_normal(500)  # half a path in the tail
    got = estimate_sample(pnl, 0.999)
    assert got.tail_paths == 1
    assert got.rough
    assert got.of(VALUE_AT_RISK).value == got.of(EXPECTED_SHORTFALL).value == -pnl.min()
    assert got.of(VALUE_AT_RISK).low == -np.sort(pnl)[2]  # 3 or more of 500 lie in the worst 0.1 % with 1.4 %
    assert got.of(VALUE_AT_RISK).high == got.of(VALUE_AT_RISK).se == got.of(EXPECTED_SHORTFALL).se == math.inf


@pytest.mark.parametrize(
    ("pnl", "message"),
    [
        (np.empty(0), "at least one P&L"),
        (np.zeros((2, 2)), "vector"),
        (np.array([1.0, np.nan]), "1 of 2 are not, the first is path 1"),
        (np.array([-np.inf]), "finite"),
    ],
)
def test_pnl_that_is_no_sample_is_refused(pnl, message):
    for measure in (value_at_risk, expected_shortfall, estimate_sample):
        with pytest.raises(InputError, match=message):
            measure(pnl, 0.99)


@given(pnl=samples, confidence=confidences)
def test_es_is_never_below_var_and_never_beyond_the_worst_loss(pnl, confidence):
    es = expected_shortfall(pnl, confidence)
    assert value_at_risk(pnl, confidence) <= es
    assert es <= -pnl.min() + 1e-9 * np.ptp(pnl)  # one division rounds


@given(pnl=samples, confidence=confidences, power=st.integers(-20, 20))
def test_losses_scale_with_the_book(pnl, confidence, power):
    factor = 2.0**power  # exact in binary
    assert value_at_risk(factor * pnl, confidence) == factor * value_at_risk(pnl, confidence)
    assert expected_shortfall(factor * pnl, confidence) == factor * expected_shortfall(pnl, confidence)


@given(pnl=samples, confidence=confidences, cash=yen)
def test_cash_lowers_losses_by_itself(pnl, confidence, cash):
    assert value_at_risk(pnl + cash, confidence) == value_at_risk(pnl, confidence) - cash
    # one addition rounds, at the size of 2e9
    assert expected_shortfall(pnl + cash, confidence) == pytest.approx(
        expected_shortfall(pnl, confidence) - cash, abs=1e-6
    )


@given(pnl=samples, confidences=st.tuples(confidences, confidences).map(sorted))
def test_losses_grow_with_confidence(pnl, confidences):
    lower, higher = confidences
    assert value_at_risk(pnl, lower) <= value_at_risk(pnl, higher)
    assert expected_shortfall(pnl, lower) <= expected_shortfall(pnl, higher) + 1e-6  # rounding, at the size of 1e9


@given(pair=st.integers(1, 200).flatmap(lambda n: arrays(np.float64, (2, n), elements=yen)), confidence=confidences)
def test_es_of_two_books_is_at_most_the_sum_of_theirs(pair, confidence):
    together = expected_shortfall(pair.sum(axis=0), confidence)
    assert together <= sum(expected_shortfall(book, confidence) for book in pair) + 1e-5  # rounding, at 4e9


@given(pnl=samples, confidence=confidences, seed=st.integers(0, 2**32))
def test_the_order_of_paths_leaves_no_trace(pnl, confidence, seed):
    assume(pnl.size > 1)
    assert estimate_sample(np.random.default_rng(seed).permutation(pnl), confidence) == estimate_sample(pnl, confidence)
