"""All measures of a sample: against closed forms, published errors, and where the sample does not bound them."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.tail import estimate_sample

KNOWN = json.loads((Path(__file__).parents[2] / "data" / "var_es.json").read_text())


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


def test_the_flat_form_has_every_figure_in_the_order_of_the_json():
    found = estimate_sample(np.random.default_rng(2).standard_normal(1_000), 0.9)
    flat = found.flat()
    assert list(flat) == [
        "confidence",
        *found.of(VALUE_AT_RISK).named("value_at_risk"),
        *found.of(EXPECTED_SHORTFALL).named("expected_shortfall"),
        "tail_paths",
        "rough",
    ]
    assert flat["expected_shortfall_se"] == found.of(EXPECTED_SHORTFALL).se
