"""Correlations of a night's market for its record, and of a recorded night against a history given later."""

from datetime import date
from hashlib import sha256
from types import SimpleNamespace

import numpy as np
import pytest

from engine.batch.correlations import NO_HISTORY, correlations_of, correlations_of_night
from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market

TODAY = date(2025, 5, 28)
MARKET = load_market(bundled_market_path())


def night(**market):
    """A recorded night of one run, made from the bundled market."""
    path = bundled_market_path()
    used = {"path": str(path), "sha256": sha256(path.read_bytes()).hexdigest(), **market}
    return SimpleNamespace(valuation_date=TODAY, runs=(SimpleNamespace(manifest={"market": used}),))


def test_the_correlations_are_those_of_the_market_that_was_used():
    found = correlations_of(MARKET, TODAY, ())
    np.testing.assert_array_equal(found.used, MARKET.correlation)
    assert (found.trailing, found.trailing_se, found.basis, found.histories) == (None, None, NO_HISTORY, ())
    assert found.calibration == MARKET.calibration


def test_a_history_with_errors_is_told_and_costs_the_run_nothing(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("nothing known\n1,2\n")
    found = correlations_of(MARKET, TODAY, [path])
    assert found.trailing is None
    assert found.basis.startswith("No trailing correlations: ")
    assert found.histories == ({"path": str(path), "sha256": sha256(path.read_bytes()).hexdigest()},)


@pytest.mark.parametrize("other", [{"sha256": "0" * 64}, {"path": "/no/such/file"}])
def test_another_market_than_the_one_that_was_used_is_refused(other):
    with pytest.raises(InputError, match="no longer the market file that was used"):
        correlations_of_night(night(**other), ())


def test_a_recorded_night_is_shown_against_a_history_given_later(shared):
    found = correlations_of_night(night(), [shared / "data" / "history.csv"])
    np.testing.assert_array_equal(found.used, MARKET.correlation)
    assert found.trailing is not None
    assert found.basis.startswith("Trailing: ")
    assert correlations_of_night(SimpleNamespace(valuation_date=TODAY, runs=()), ()) is None
