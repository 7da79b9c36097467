"""Uniformity and Berkowitz's tests against values computed twice."""

import numpy as np
import pytest
from scipy.special import ndtri

from engine.backtest.statistics.uniformity import (
    anderson_darling,
    berkowitz,
    berkowitz_tail,
    berkowitz_without_lag,
    cramer_von_mises,
    kolmogorov_smirnov,
    normal_scores,
)
from engine.errors import InputError
from tests.engine.backtest.statistics.cases import case

ABS = 1e-6  # of the reference


def test_fifty_probability_transforms():
    inputs, expected = case(20)
    pit = np.array(inputs["pit"])
    scores = ndtri(pit)
    assert kolmogorov_smirnov(pit).statistic == pytest.approx(expected["KS"], abs=ABS)
    assert cramer_von_mises(pit) == pytest.approx(expected["CramerVonMises_W2"], abs=ABS)
    assert anderson_darling(pit) == pytest.approx(expected["AndersonDarling_A2"], abs=ABS)
    assert berkowitz(scores).statistic == pytest.approx(expected["Berkowitz_LR3_conditional"], abs=ABS)
    assert berkowitz(scores).p_value == pytest.approx(expected["p_LR3"], abs=ABS)
    assert berkowitz_without_lag(scores).statistic == pytest.approx(expected["Berkowitz_LR2_iid"], abs=ABS)
    assert berkowitz_without_lag(scores).p_value == pytest.approx(expected["p_LR2"], abs=ABS)
    tail = berkowitz_tail(scores, expected["tail_threshold_p"]).statistic
    assert tail == pytest.approx(expected["Berkowitz_tail_LR2"], abs=ABS)


def test_kolmogorov_s_law_at_its_tabulated_quantile():
    # P(K > 1.358) = 0.05 (Smirnov's table): 10,000 values shifted by that distance
    n = 10_000
    pit = np.clip((np.arange(n) + 0.5) / n + 1.358 / np.sqrt(n), 0.0, 1.0)
    assert kolmogorov_smirnov(pit).p_value == pytest.approx(0.05, abs=0.002)  # half a step of 1 / n moves it by 0.001


def test_a_transform_beyond_all_draws_stays_finite():
    scores = normal_scores(np.array([0.0, 0.5, 1.0]), 1000)
    assert scores == pytest.approx([-3.2905, 0.0, 3.2905], abs=1e-4)  # quantiles of 0.0005 and 0.9995


def test_what_is_no_probability_or_too_little_is_refused():
    with pytest.raises(InputError, match="lie in"):
        kolmogorov_smirnov(np.array([0.5, 1.1]))
    with pytest.raises(InputError, match="three values"):
        berkowitz(np.zeros(10))
    with pytest.raises(InputError, match="two values"):
        berkowitz_tail(np.array([0.0, 1.0]), 0.1)
