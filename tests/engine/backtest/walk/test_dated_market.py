"""Levels of a date as a market; what has no history stays."""

from dataclasses import replace

import pytest

from engine.backtest.walk.dated_market import market_pattern
from engine.errors import InputError
from tests.engine.backtest.synthetic import usual
from tests.engine.basis_market import basis_market


def test_levels_are_those_of_the_date():
    found = usual()
    place = 100
    market, day = found.pattern.on(found.joint, place), found.joint.day(place)
    row = found.frame.loc[str(day)]
    assert market.valuation_date == day
    assert market.usdjpy == row["USDJPY"]
    assert market.curves["UST"].zero_rate(0.25) == pytest.approx(found.joint.curves["UST"].zero_rates[0, place])


def test_derived_curves_keep_their_spreads():
    found = usual()
    market = found.pattern.on(found.joint, 100)
    over = float(market.curves["SOFR"].zero_rate(10.0) - market.curves["UST"].zero_rate(10.0))
    assert over == pytest.approx(
        float(found.base.curves["SOFR"].zero_rate(10.0) - found.base.curves["UST"].zero_rate(10.0))
    )


def test_what_has_no_history_is_named():
    pattern, notes = market_pattern(usual().base)
    assert "USDJPY_VOL" not in [factor.name for factor in pattern.factors]
    assert any("USDJPY_VOL" in note for note in notes)
    assert any("SOFR" in note for note in notes)


def test_vols_and_skews_of_a_basis_market_stand_still():
    base = basis_market(usual().base)
    pattern, notes = market_pattern(base)
    assert pattern.factors == usual().pattern.factors
    assert "SWAPTION_USD_VOL, USDJPY_SKEW" in notes[0]


def test_a_currency_without_a_history_is_refused():
    found = usual()
    pattern, _ = market_pattern(replace(found.base, fx={**found.base.fx, "EUR": 163.0}))
    with pytest.raises(InputError, match="no exchange rate of EUR"):
        pattern.on(found.joint, 100)
