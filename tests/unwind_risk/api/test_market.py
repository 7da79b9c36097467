"""Markets as a program holds them."""

import dataclasses

import numpy as np
import pytest

import unwind_risk as uw


@pytest.fixture(scope="module")
def market():
    return uw.Market.bundled()


def test_factors_and_correlation_are_the_engines(market):
    factors, correlation = market.factors, market.correlation
    assert str(market.valuation_date) == "2025-05-28"
    assert factors.loc["USDJPY", "level"] == market.loaded.usdjpy
    assert factors.loc["USDJPY", "kind"] == "price"
    assert np.array_equal(factors["vol"], market.loaded.vols)
    assert correlation.loc["JGB_10Y", "JGB_10Y"] == 1.0
    assert np.array_equal(correlation, market.loaded.correlation)


def test_it_cannot_be_changed_by_what_it_shows(market):
    shown = market.correlation
    shown.iloc[:, :] = 0.0
    assert market.loaded.correlation[0, 0] == 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        market.sha256 = ""


def test_what_is_written_is_read_back_as_the_same_market(market, tmp_path):
    once = uw.Market.read(market.write(tmp_path / "2025-05-28.toml"))
    folder = tmp_path / "again"
    folder.mkdir()
    again = uw.Market.read(once.write(folder / "2025-05-28.toml"))
    assert np.array_equal(once.loaded.vols, market.loaded.vols)
    assert once == again == market
    assert hash(once) == hash(market)
    named = uw.Market.read(market.write(tmp_path / "tonight.toml"))
    assert named.sha256 != once.sha256  # it names its files otherwise, and says the same
    assert named == once


def test_no_such_market_is_refused_with_those_that_there_are(market):
    with pytest.raises(uw.InputError, match="no bundled market '2020-01-01'; there are: 2025-05-28"):
        uw.Market.bundled("2020-01-01")
    with pytest.raises(uw.InputError, match="date: must be a date, YYYY-MM-DD"):
        uw.Market.from_history("history.csv", "28 May 2025")


@pytest.mark.slow
def test_a_market_from_a_history_is_that_of_calibrate(shared, tmp_path, unwind):
    history = shared / "data" / "history.csv"
    made = uw.Market.from_history(history, "2025-05-28")
    done = unwind("calibrate", history, "--date", "2025-05-28", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert uw.Market.read(tmp_path / "2025-05-28.toml") == made
