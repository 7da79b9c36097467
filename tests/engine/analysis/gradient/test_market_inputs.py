import numpy as np
import pytest

from engine.analysis.gradient.market_inputs import market_inputs
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.bootstrap import par_yield
from engine.mechanisms.unwind import Unwind

MARKET = load_market(bundled_market_path())
NORMAL = {(each.group, each.name): each for each in market_inputs(MARKET, None)}


def test_a_par_yield_moves_its_own_bond_and_no_other():
    """In the par domain a quote's change lands where its tenor is; the bootstrap reprices each bond to 1e-12."""
    changed = NORMAL["par yields of JGB", "20Y"].changed(1e-4)
    for tenor in MARKET.par_curves["JGB"].times.tolist():
        if tenor >= 0.5:
            moved = par_yield(changed.curves["JGB"], tenor) - par_yield(MARKET.curves["JGB"], tenor)
            assert moved == pytest.approx(1e-4 if tenor == 20.0 else 0.0, abs=1e-11)


def test_curves_that_are_spreads_over_another_follow_it():
    changed = NORMAL["par yields of JGB", "20Y"].changed(1e-4)
    for years in (10.0, 20.0, 40.0):
        moved = [
            changed.curves[name].zero_rate(years) - MARKET.curves[name].zero_rate(years) for name in ("JGB", "TONA")
        ]
        assert moved[0] == pytest.approx(moved[1], abs=1e-15)
    spread = NORMAL["spreads of TONA over JGB", "10Y"].changed(1e-4)
    assert spread.curves["TONA"].zero_rate(10.0) == pytest.approx(
        MARKET.curves["TONA"].zero_rate(10.0) + 1e-4, abs=1e-15
    )
    assert np.array_equal(spread.curves["JGB"].zero_rates, MARKET.curves["JGB"].zero_rates)


def test_prices_and_implied_vols_move_by_the_change():
    assert NORMAL["exchange rates", "USDJPY"].changed(0.01).usdjpy == pytest.approx(1.01 * MARKET.usdjpy, rel=1e-15)
    surface = MARKET.fx_vols["USDJPY"]
    k = int(np.searchsorted(surface.times, surface.reference))
    of_pair = [each for (group, _), each in NORMAL.items() if group == "implied vols of USDJPY"]
    assert of_pair[0].changed(0.01).fx_vols["USDJPY"].atm[0] == pytest.approx(surface.atm[0] + 0.01, rel=1e-15)
    assert of_pair[k].changed(0.01).levels["USDJPY_VOL"] == pytest.approx(surface.level + 0.01, rel=1e-15)


def test_a_risk_reversal_moves_by_the_change_and_its_vol_at_the_money_stays():
    surface, moved = (each.fx_vols["USDJPY"] for each in (MARKET, NORMAL["risk reversals", "USDJPY"].changed(0.02)))
    assert moved.risk_reversal == pytest.approx(surface.risk_reversal + 0.02, abs=1e-12)
    assert moved.level == surface.level


def test_vols_are_of_the_normal_law_and_of_todays_rows():
    changed = NORMAL["vols of moves", "UST_10Y"].changed(0.01)
    f = [factor.name for factor in MARKET.factors].index("UST_10Y")
    assert changed.vols[f] == pytest.approx(1.01 * MARKET.vols[f], rel=1e-15)
    column = MARKET.filtered.factors.index("UST_10Y")
    ratio = changed.filtered.averages[column] / MARKET.filtered.averages[column]
    assert ratio == pytest.approx(np.full(ratio.size, 1.01**2), rel=1e-12)


def test_each_law_has_the_inputs_it_depends_on():
    def groups(law):
        return {each.group for each in market_inputs(MARKET, Unwind(law=law) if law else None)}

    quotes = {"par yields of JGB", "par yields of UST", "exchange rates", "implied vols of USDJPY"}
    assert groups(None) - groups("filtered") == {"correlations"}
    assert groups("filtered") - groups("historical-250") == {"vols of moves"}
    assert quotes < groups("historical-250")


def test_correlations_stay_symmetric_and_possible():
    pairs = [each for (group, _), each in NORMAL.items() if group == "correlations"]
    assert 100 < len(pairs) <= 153  # of 18 factors; those at the edge of what is possible are left out
    changed = pairs[0].changed(0.001).correlation
    assert np.array_equal(changed, changed.T)
    assert np.abs(changed - MARKET.correlation).sum() == pytest.approx(0.002, rel=1e-9)
