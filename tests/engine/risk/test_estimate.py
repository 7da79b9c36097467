import math

import numpy as np
import pytest

from engine.risk.estimate import Estimate, mean_se


def test_figures_are_named_as_the_json_names_them():
    found = Estimate(value=3.0, se=0.5, low=2.0, high=4.0).named("value_at_risk")
    assert found == {
        "value_at_risk": 3.0, "value_at_risk_se": 0.5, "value_at_risk_low": 2.0, "value_at_risk_high": 4.0,
    }  # fmt: skip


def test_the_error_of_a_mean_is_the_samples_spread_over_the_root_of_its_size():
    assert mean_se(np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(math.sqrt(5.0 / 3.0 / 4.0), rel=1e-15)
    assert mean_se(np.array([1.0])) == math.inf
