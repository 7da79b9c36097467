"""The null of overlapping windows: unit variance, the overlap's autocorrelation, uniform p-values."""

import numpy as np
import pytest

from engine.backtest.statistics.coverage import kupiec_statistic
from engine.backtest.statistics.null_series import normal_tail, null_scores, null_statistics, simulated_p_value


def test_scores_of_ten_day_windows_share_nine_days_with_the_next():
    scores = np.concatenate(list(null_scores(500, 10, 400, seed=2)))
    assert scores.shape == (400, 500)
    # 200,000 scores, 20,000 disjoint windows: standard errors 0.01 and less
    assert scores.std() == pytest.approx(1.0, abs=0.03)
    assert (scores[:, 1:] * scores[:, :-1]).mean() == pytest.approx(0.9, abs=0.03)
    assert (scores[:, 10:] * scores[:, :-10]).mean() == pytest.approx(0.0, abs=0.03)


def test_one_day_counts_of_the_null_are_binomial():
    null = null_statistics({"n": lambda s: (s < normal_tail(0.01)[0] * -1.0).sum(axis=-1)}, 250, 1, 4000, seed=3)["n"]
    assert null.mean() == pytest.approx(2.5, abs=0.1)  # sd 1.57 over sqrt(4000) is 0.025; four of them
    # by hand: 0.99^250 = 0.0811
    assert (null == 0).mean() == pytest.approx(0.0811, abs=0.02)


def test_overlap_makes_the_same_count_less_surprising():
    def ratio(scores):
        """Kupiec's ratio of the null's exceptions."""
        return kupiec_statistic(scores.shape[-1], (scores < -normal_tail(0.01)[0]).sum(axis=-1), 0.01)

    statistic = float(kupiec_statistic(1250, np.array(25), 0.01))
    alone, overlapped = (null_statistics({"k": ratio}, 1250, days, 1000, seed=4)["k"] for days in (1, 10))
    assert simulated_p_value(statistic, alone) < 0.01 < 0.05 < simulated_p_value(statistic, overlapped)


def test_a_normal_tail_in_closed_form():
    assert normal_tail(0.025) == pytest.approx((1.959963984540054, 2.3378027922014133), rel=1e-12)
    assert simulated_p_value(5.0, np.array([1.0, 2.0, 3.0])) == 0.25  # one of four, itself
