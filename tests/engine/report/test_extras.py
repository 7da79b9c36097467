"""Correlations beside those of the year before; tables that a record may lack."""

from datetime import date
from hashlib import sha256

import numpy as np
import pytest

from engine.inputs.market.load import bundled_market_path, load_market
from engine.record.read import read_night, run_folder
from engine.report.extras import Correlations, convergence, correlations, levels

TODAY = date(2025, 5, 28)


@pytest.fixture(scope="module")
def market():
    path = bundled_market_path()
    return {"path": str(path), "sha256": sha256(path.read_bytes()).hexdigest()}


def test_the_correlations_are_those_of_the_market_that_was_used(market):
    found = correlations(market, TODAY, ())
    assert isinstance(found, Correlations)
    np.testing.assert_array_equal(found.used, load_market(bundled_market_path()).correlation)
    assert found.trailing is None
    assert found.said == "No history was given, so there are no trailing correlations beside them."


def test_another_market_is_not_shown(market):
    assert "no longer the one" in correlations({**market, "sha256": "0" * 64}, TODAY, ())
    assert "no longer the one" in correlations({**market, "path": "/no/such/file"}, TODAY, ())


def test_a_history_with_faults_is_said(market, tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("nothing known\n1,2\n")
    found = correlations(market, TODAY, [path])
    assert isinstance(found, Correlations)
    assert found.trailing is None
    assert found.said.startswith("No trailing correlations: ")


def test_trailing_correlations_are_those_of_the_year_before(market, shared):
    found = correlations(market, TODAY, [shared / "data" / "history.csv"])
    assert isinstance(found, Correlations)
    usdjpy, ust, vol = (found.names.index(name) for name in ("USDJPY", "UST_10Y", "USDJPY_VOL"))
    # 250 days of overlapping five-day changes, 0.54 by pandas from par yields; zero rates differ in the second digit
    assert found.trailing[usdjpy, ust] == pytest.approx(0.54, abs=0.02)
    assert found.trailing_se[usdjpy, ust] == pytest.approx((1.0 - 0.54**2) / np.sqrt(46.0), abs=0.005)
    assert np.isnan(found.trailing[vol]).all()  # no history of implied vols is at hand


def test_tables_that_a_record_lacks_are_empty(full):
    one, ten = read_night(full.folder, TODAY).runs
    for run, n_convergence, n_levels in ((one, 0, 0), (ten, 3, 110)):
        home = run_folder(full.folder, TODAY, run.name)
        assert len(convergence(home, run.manifest, "base", 0.99)) == n_convergence
        assert len(levels(home, run.manifest, "base")) == n_levels
