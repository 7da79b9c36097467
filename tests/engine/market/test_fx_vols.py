"""Vols of a pair whose skew moves: the risk reversal by as much, and never a smile that is not positive."""

from dataclasses import replace

import numpy as np
import pytest

from engine.market.fx_vols import skew_limits, smile_value
from tests.engine.hand_made import SURFACE

QUARTER = 0.6744897501960817  # Phi(0.6745) = 0.75


def test_a_skew_moves_risk_reversals_over_the_vol_by_as_much_and_the_money_not_at_all():
    tilted = replace(SURFACE, skew=0.05)
    assert tilted.risk_reversal == pytest.approx(SURFACE.risk_reversal + 0.05, abs=1e-15)
    for time in (0.1, 0.5, 1.3):
        atm = float(SURFACE.atm_vol(time))
        call, put = (np.array([sign * QUARTER * atm * np.sqrt(time)]) for sign in (1.0, -1.0))
        before, after = (each.vol(time, call) - each.vol(time, put) for each in (SURFACE, tilted))
        assert after[0] - before[0] == pytest.approx(0.05 * atm, rel=1e-12)
        assert tilted.vol(time, 0.0) == SURFACE.vol(time, 0.0)


@pytest.mark.parametrize("skew", [-5.0, 5.0])
def test_no_skew_takes_more_than_nine_tenths_of_a_smile(skew):
    tilted, m = replace(SURFACE, skew=skew), np.linspace(-50.0, 50.0, 2001)
    for time in (0.1, 1.3):
        lowest = smile_value(SURFACE.smile_at(time), m).min()
        assert smile_value(tilted.smile_at(time), m).min() >= 0.099 * lowest
        slope, most = skew_limits(SURFACE.smile_at(time))
        assert abs(skew) * slope > most  # the limit binds
