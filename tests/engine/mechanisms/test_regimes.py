"""Regimes on a market."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.mechanisms.checks import check_unwind_on_market
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.regimes import Hazard, Regime, regime_correlation, regime_vols
from engine.mechanisms.unwind import Unwind


@pytest.fixture(scope="module")
def market():
    return load_market(bundled_market_path())


def notes(unwind, market):
    findings = Findings("made in Python")
    check_unwind_on_market(unwind, market, findings)
    return findings.notes()


def test_a_regime_lies_on_top_of_the_scenario(market):
    regime = Regime(
        name="FLIGHT",
        source="x",
        initial=1.0,
        vol_multipliers=(("JGB_*", 2.0), ("JGB_40Y", 3.0)),
        correlations=(("JGB_40Y", "USDJPY", 0.05),),
    )
    names = [factor.name for factor in market.factors]
    at = {name: i for i, name in enumerate(names)}
    ratio = regime_vols(regime, market) / market.vols
    assert (ratio[at["JGB_1Y"]], ratio[at["JGB_40Y"]], ratio[at["USDJPY"]]) == (2.0, 3.0, 1.0)
    correlation = regime_correlation(regime, market)
    assert correlation[at["JGB_40Y"], at["USDJPY"]] == correlation[at["USDJPY"], at["JGB_40Y"]] == 0.05
    assert np.count_nonzero(correlation != market.correlation) == 2
    broken = Regime(name="FLIGHT", source="x", initial=1.0, correlations=(("JGB_*", "UST_*", 0.99),))
    with pytest.raises(InputError, match="correlation of regime 'FLIGHT' is not positive semidefinite"):
        regime_correlation(broken, market)


def test_a_repaired_regime_is_noted(market):
    regime = Regime(name="A", source="x", initial=1.0, correlations=(("JGB_*", "UST_*", 0.9),), repair_correlation=True)
    (note,) = notes(Unwind(regimes=(regime,)), market)
    assert "regimes[1].correlations: the correlation was not positive definite" in note
    assert np.linalg.eigvalsh(regime_correlation(regime, market))[0] > 0.0


def test_a_market_without_its_last_closes_is_noted_where_they_count(market):
    regimes = (Regime(name="A", source="x", initial=1.0), Regime(name="B", source="x", initial=0.0))
    hazard = Hazard(start="A", end="B", per_year=1.0, per_year_per_fall=1.0, source="x")
    falling = Unwind(regimes=regimes, hazards=(hazard,))
    assert notes(falling, market) == ()
    (note,) = notes(falling, replace(market, previous_usdjpy=None))
    assert "taken as flat" in note
