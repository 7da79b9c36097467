"""What a history holds beside its pattern is taken by name: indices, exchange rates, bonds; the rest is named."""

from datetime import date

import numpy as np
import pytest

from engine.calibration.dated_markets import calibrated_market
from engine.calibration.history_extras import extra_notes, extras_of, series_needed
from engine.inputs.history.load import History, load_history
from engine.inputs.market.dated_files import write_dated_markets
from engine.inputs.market.load import bundled_market_path, load_market
from tests.engine.inputs.history.histories import made_table, written

BUNDLED = load_market(bundled_market_path())
START, DAY = date(2024, 6, 3), date(2025, 5, 30)


@pytest.fixture
def history(tmp_path):
    def read(**columns):
        table = made_table()
        rng = np.random.default_rng(6)
        level = 163.0 * np.exp(0.004 * rng.standard_normal(len(table)).cumsum())
        table["eurjpy"] = [f"{each:.2f}" for each in level]
        for k, tenor in enumerate(("2y", "5y", "9y", "10y", "30y")):
            walk = 2.0 + 0.2 * k + 0.02 * rng.standard_normal(len(table)).cumsum()
            table[f"bund_{tenor}"] = [f"{each:.3f}" for each in walk]
        return load_history([written(table.assign(**columns), tmp_path / "history.csv")]).values

    return read


def names(factors):
    return [factor.name for factor in factors]


def test_an_index_an_exchange_rate_and_its_bonds_are_taken_by_name(history):
    values = history()
    found = extras_of(values, DAY, BUNDLED, START)
    assert names(found) == ["NIKKEI225", "EURJPY", "BUND_2Y", "BUND_5Y", "BUND_10Y", "BUND_30Y"]  # 9 years is no pillar
    assert series_needed(values, BUNDLED, [(START, DAY)]) == ["JGB", "UST", "USDJPY", "NIKKEI225", "EURJPY", "BUND"]
    assert extra_notes(values, [(START, DAY)], BUNDLED) == ()


def test_bonds_without_their_exchange_rate_are_left_out_and_named(history):
    values = history().drop(columns="EURJPY")
    assert names(extras_of(values, DAY, BUNDLED, START)) == ["NIKKEI225"]
    (note,) = extra_notes(values, [(START, DAY)], BUNDLED)
    assert note == "BUND is not in the market: the history has no exchange rate of its currency"


def test_what_is_not_published_on_the_date_or_derived_in_the_pattern_is_named(history):
    values = history(sofr_5y="3.9", tona_5y="1.0", estr_5y="2.1")
    values.loc[values.index[-1], "EURJPY"] = np.nan
    assert names(extras_of(values, DAY, BUNDLED, START)) == ["NIKKEI225"]
    assert set(extra_notes(values, [(START, DAY)], BUNDLED)) == {
        "2025-05-30: no EURJPY in the market: not published on it, or on few dates of the window",
        "BUND is not in the market: the history has no exchange rate of its currency",
        "ESTR is not in the market: give --like a market with it, as spreads over bonds",
    }
    values.loc[values.index[-1], "SOFR_5Y"] = np.nan
    assert any("2025-05-30: the history's SOFR is not taken" in n for n in extra_notes(values, [(START, DAY)], BUNDLED))


@pytest.mark.slow
def test_the_real_indices_and_made_bonds_have_columns_of_the_law_and_are_read_back(shared, tmp_path):
    read = load_history([shared / "data" / "history.csv"])
    values, rng = read.values.copy(), np.random.default_rng(7)
    there = values["USDJPY"].notna()
    n = int(there.sum())
    values.loc[there, "EURJPY"] = 130.0 * np.exp(0.005 * rng.standard_normal(n).cumsum() / 4.0)
    common = 2e-4 * rng.standard_normal(n).cumsum()
    for k, tenor in enumerate((2, 10, 30)):
        values.loc[there, f"BUND_{tenor}Y"] = (
            0.02 + 0.003 * k + common / 4.0 + 5e-5 * rng.standard_normal(n).cumsum() / 4.0
        )
    whole = History(values=values, files=read.files)
    found = calibrated_market(whole, date(2025, 5, 28), like=BUNDLED)
    (market,) = found.markets
    added = ("SPX", "NASDAQ", "NIKKEI225", "VIX", "EURJPY", "BUND_2Y", "BUND_10Y", "BUND_30Y")
    assert set(added) <= set(market.filtered.factors)
    assert market.fx["EUR"] == values["EURJPY"].loc["2025-05-28"]
    (path,) = write_dated_markets(found.markets, tmp_path)
    again = load_market(path)
    assert again.filtered.factors == market.filtered.factors
    assert again.par_curves["BUND"].currency == "EUR"
    without = calibrated_market(read, date(2025, 5, 28), like=BUNDLED).markets[0]
    own = [names(market.factors).index(name) for name in names(without.factors)]
    np.testing.assert_array_equal(market.vols[own], without.vols)
    columns = [market.filtered.factors.index(name) for name in without.filtered.factors]
    # the same dates, and the same residuals but for BLAS, which adds tables of another width in another order
    assert market.filtered.rows[:, columns] == pytest.approx(without.filtered.rows, rel=1e-9, abs=1e-9)
