"""An estimated regime printed as a scenario's part is the bundled one: nothing is lost or typed on the way."""

from importlib.resources import files
from pathlib import Path

import pytest

from engine.calibration.regime_text import REGIMES, regime_errors, regime_text
from engine.calibration.regimes import estimate_regimes
from engine.errors import InputError
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import read_scenario

PARTS = Path(str(files("engine.scenario") / "bundled" / "parts"))


@pytest.fixture(scope="module")
def estimates(shared):
    return estimate_regimes(read_history([shared / "data" / "history.csv"]), load_market(bundled_market_path()))


@pytest.mark.parametrize(("name", "part"), [("CALM", "calm"), ("FLIGHT", "flight"), ("REPATRIATION", "repatriation")])
def test_the_text_reads_back_as_the_bundled_part(estimates, tmp_path, name, part):
    path = tmp_path / f"{part}.toml"
    path.write_text(regime_text(name, estimates), encoding="utf-8")
    (mine,), (bundled,) = (read_scenario(each).unwind.regimes for each in (path, PARTS / f"{part}.toml"))
    assert mine.vol_multipliers == bundled.vol_multipliers
    assert sorted(mine.correlations) == sorted(bundled.correlations)
    # a drift that rounds to nothing is left out of the bundled file; half a basis point a year apart at most
    for factor, drift in mine.drifts:
        assert dict(bundled.drifts).get(factor, 0.0) == pytest.approx(drift, abs=1e-4 + 1e-12), factor
    (jump,), (other,) = (read_scenario(each).unwind.jumps for each in (path, PARTS / f"{part}.toml"))
    assert (jump.name, jump.rates) == (other.name, other.rates)
    for sizes, wanted in zip([jump.mean, *jump.loadings], [other.mean, *other.loadings], strict=True):
        assert dict(sizes) == pytest.approx(dict(wanted), abs=1.001e-5)


def test_the_errors_are_those_of_a_sample_of_that_size(estimates):
    vol, correlation = regime_errors(estimates["FLIGHT"])
    assert vol == pytest.approx((1.0 / 22.0) ** 0.5)  # (5 - 1) / (4 n)
    assert correlation == pytest.approx((1.0 / (0.3 * 22.0 - 3.0)) ** 0.5)


def test_the_windows_are_named_and_an_unknown_regime_is_refused(estimates):
    assert list(REGIMES) == list(estimates)
    assert "without 2024-07-10 to 2024-08-09, 2025-04-01 to 2025-05-30: 2,427 days" in regime_text("CALM", estimates)
    with pytest.raises(InputError, match="did you mean 'FLIGHT'"):
        regime_text("FLIHT", estimates)
