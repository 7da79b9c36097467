"""The law of market files, as of a date."""

from datetime import date

import numpy as np
import pytest

from engine.backtest.laws.gaussian import GAUSSIAN, WINDOW, window_covariance
from engine.backtest.walk.common_draws import CommonDraws
from engine.calibration.diffusion import Window, calibrate
from engine.market.factors import DAYS_PER_YEAR
from tests.engine.backtest.synthetic import frame_of, synthetic


@pytest.fixture(scope="module")
def whole():
    """A history without holidays: then the rules of market files and the walk's see the same changes."""
    return synthetic(frame_of(WINDOW + 60, holidays=False))


def test_vols_and_correlations_are_those_of_a_market_file_of_that_date(whole):
    joint = whole.joint
    place = WINDOW + 20
    window = Window(start=joint.day(place - WINDOW), end=joint.day(place))
    file = calibrate(whole.frame, joint.factors, window)
    last = slice(place + 1 - WINDOW, place + 1)
    found = window_covariance(joint.changes[last], joint.spans[last]) * DAYS_PER_YEAR
    # files are rounded to 8 decimals, correlations to 6
    np.testing.assert_allclose(np.sqrt(np.diag(found)), file.vols, rtol=0, atol=1e-8)
    own = np.sqrt(np.diag(found))
    np.testing.assert_allclose(found / np.outer(own, own), file.correlation, rtol=0, atol=1e-6)


def test_ten_days_are_ten_daily_variances_of_the_same_draws(whole):
    forecast = GAUSSIAN.prepare(whole.joint)
    one, ten = (forecast(WINDOW + 20, h, CommonDraws(seed=1, day=5, n_paths=1000)).moves for h in (1, 10))
    np.testing.assert_allclose(ten, np.sqrt(10.0) * one, rtol=1e-9, atol=1e-12)


def test_the_window_is_as_long_as_that_of_the_bundled_market():
    # 2022-01-01 to 2025-05-28 has 888 weekdays; 815 are joint dates of the full history
    assert int(np.busday_count(date(2022, 1, 1), date(2025, 5, 29))) == 888
    assert pytest.approx(1.0 - 0.082, abs=0.002) == WINDOW / 888
