"""Correlations of the year before a night."""

from datetime import date

import numpy as np
import pytest

from engine.calibration.trailing_correlations import trailing_correlations
from engine.errors import InputError
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market

MARKET = load_market(bundled_market_path())
NAMES = [factor.name for factor in MARKET.factors]


def test_trailing_correlations_are_those_of_the_year_before(shared):
    found = trailing_correlations(MARKET, date(2025, 5, 28), read_history([shared / "data" / "history.csv"]))
    usdjpy, ust, vol = (NAMES.index(name) for name in ("USDJPY", "UST_10Y", "USDJPY_VOL"))
    # 250 days of overlapping five-day changes, 0.54 by pandas from par yields; zero rates differ in the second digit
    assert found.correlation[usdjpy, ust] == pytest.approx(0.54, abs=0.02)
    assert found.se[usdjpy, ust] == pytest.approx((1.0 - 0.54**2) / np.sqrt(46.0), abs=0.005)
    assert np.isnan(found.correlation[vol]).all()  # no history of implied vols is at hand


def test_a_year_that_the_history_does_not_hold_is_refused(shared):
    history = read_history([shared / "data" / "history.csv"])
    with pytest.raises(InputError):
        trailing_correlations(MARKET, date(2045, 5, 28), history)
