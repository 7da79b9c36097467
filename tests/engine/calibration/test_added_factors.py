"""Prices and spreads laid on a market: what was there keeps its law, and the examples are what commands make."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.calibration.added_factors import (
    lost_links,
    with_basis,
    with_prices,
    with_skews,
    with_spreads,
    with_swaption_vols,
)
from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.market.price_files import PriceTable, bundled_price_path, read_price_file
from engine.inputs.market.spread_files import (
    SkewFactorTable,
    SpreadFactorTable,
    SwaptionVolFactorTable,
    bundled_spread_path,
    read_spread_file,
)
from engine.inputs.market.text import market_text

MARKET = load_market(bundled_market_path())
EXAMPLE = Path("engine/market/data/equities/2025-05-28.toml")
BASIS = Path("engine/market/data/basis/2025-05-28.toml")


def price(name="SPX", vol=0.2, currency="USD", **correlations):
    given = {"name": name, "currency": currency, "level": 100.0, "vol": vol, "source": "assumption"}
    return PriceTable(**given, correlations=correlations or {"USDJPY": 0.1})


def test_the_bundled_example_is_the_bundled_market_with_the_example_prices(root):
    text = (root / EXAMPLE).read_text(encoding="utf-8")
    assert text == market_text(with_prices(MARKET, read_price_file(bundled_price_path())))


def test_what_was_there_keeps_its_law_and_comes_first(root):
    found, n = load_market(root / EXAMPLE), len(MARKET.factors)
    assert found.factors[:n] == MARKET.factors
    np.testing.assert_array_equal(found.vols[:n], MARKET.vols)
    np.testing.assert_array_equal(found.correlation[:n, :n], MARKET.correlation)


def test_a_price_has_the_level_vol_and_correlations_given():
    found = with_prices(MARKET, [price(USDJPY=0.15, UST_10Y=0.05), price("XLK", vol=0.25, SPX=0.9)])
    names = [factor.name for factor in found.factors]
    spx, xlk = names.index("SPX"), names.index("XLK")
    assert found.level(found.factors[spx]) == 100.0
    assert (found.vols[spx], found.vols[xlk]) == (0.2, 0.25)
    assert found.correlation[spx, names.index("USDJPY")] == 0.15
    assert found.correlation[xlk, spx] == 0.9
    # with what it does not name, through what it names: 0.9 of SPX's own
    assert found.correlation[xlk, names.index("USDJPY")] == pytest.approx(0.9 * 0.15, abs=1e-6)


@pytest.mark.parametrize(("prices", "message"), [
    ([price("USDJPY")], "has a factor 'USDJPY' already"),
    ([price(), price()], "has a factor 'SPX' already"),
    ([price(currency="MXN")], "SPX: the market has no curve of 'MXN', only of JPY, USD"),
    ([price(f"P{i}") for i in range(60)], "at most 64 factors, got 78"),
    ([price(GOLD=0.3)], "names GOLD"),
    ([price(UST_10Y=0.9, UST_7Y=-0.9)], "contradict those among"),
])  # fmt: skip
def test_what_makes_no_market_is_refused(prices, message):
    with pytest.raises(InputError, match=message):
        with_prices(MARKET, prices)


def test_prices_move_by_the_factors_that_their_tables_name_and_it_is_said_which_links_are_lost(root):
    added = [price("SPX", USDJPY=0.3, UST_10Y=-0.2), price("XLK", SPX=0.9), price("EM", USDJPY=0.6)]
    found = with_prices(MARKET, added)
    given, names = found.filtered.given, [factor.name for factor in found.factors]
    usdjpy_ust = MARKET.correlation[names.index("USDJPY"), names.index("UST_10Y")]
    links = np.array([[1.0, usdjpy_ust], [usdjpy_ust, 1.0]])
    weights = np.linalg.solve(links, [0.3, -0.2])  # of USDJPY and UST_10Y, by the regression on two
    assert given["SPX"].loadings == pytest.approx({"USDJPY": weights[0], "UST_10Y": weights[1]}, abs=1e-5)
    assert given["XLK"].loadings == pytest.approx(
        {name: 0.9 * w for name, w in given["SPX"].loadings.items()}, abs=1e-5
    )
    assert given["EM"].loadings == pytest.approx({"USDJPY": 0.6}, abs=1e-6)
    (note,) = lost_links(found, added)
    assert "of their correlations with one another it has XLK with SPX " in note
    assert " for 0.90;" in note  # EM and SPX share USDJPY alone, as their tables say
    assert lost_links(with_prices(MARKET, added[:1]), added[:1]) == ()


def test_a_market_without_a_law_has_none_with_prices_either():
    bare = replace(MARKET, filtered=None, no_filtered="the history is short")
    found = with_prices(bare, [price()])
    assert (found.filtered, found.no_filtered) == (None, "the history is short")
    assert lost_links(found, [price()]) == ()


def spread(curve="TONA", **given):
    usual = {"vol": 0.0012, "correlations": {"JGB_10Y": -0.3}, "source": "assumption"}
    return SpreadFactorTable(curve=curve, **(usual | given))


def test_the_bundled_basis_is_the_bundled_market_with_the_example_spreads(root):
    text = (root / BASIS).read_text(encoding="utf-8")
    assert text == market_text(with_basis(MARKET, read_spread_file(bundled_spread_path())))
    found, n = load_market(root / BASIS), len(MARKET.factors)
    assert found.factors[:n] == MARKET.factors
    np.testing.assert_array_equal(found.vols[:n], MARKET.vols)
    np.testing.assert_array_equal(found.correlation[:n, :n], MARKET.correlation)


def test_a_spread_reverts_to_where_it_is_and_follows_what_its_table_names():
    found = with_spreads(MARKET, [spread(), spread("JGB_REPO", kappa=4.0, correlations={"SPREAD_TONA": 0.5})])
    assert found.thetas[-2:].tolist() == [0.0, MARKET.spreads["JGB_REPO"].spread(10.0)]
    assert found.kappas[-2:].tolist() == [0.0, 4.0]
    assert found.filtered.given["SPREAD_TONA"].loadings == pytest.approx({"JGB_10Y": -0.3}, abs=1e-6)
    assert found.filtered.given["SPREAD_JGB_REPO"].loadings == pytest.approx({"JGB_10Y": -0.15}, abs=1e-6)


@pytest.mark.parametrize(("spreads", "message"), [
    ([spread(), spread()], "has a factor 'SPREAD_TONA' already"),
    ([spread("JGB")], "SPREAD_JGB: 'JGB' is no curve that spreads derive; there are TONA, SOFR"),
    ([spread(correlations={"GOLD": 0.3})], "names GOLD"),
])  # fmt: skip
def test_spreads_that_make_no_market_are_refused(spreads, message):
    with pytest.raises(InputError, match=message):
        with_spreads(MARKET, spreads)


GIVEN = {"vol": 0.4, "correlations": {"JGB_10Y": 0.3}, "source": "assumption"}


def test_vols_of_swaptions_and_skews_have_their_levels_and_revert_to_them():
    vols = [SwaptionVolFactorTable(currency="JPY", level=0.006, kappa=2.0, **GIVEN)]
    skews = [SkewFactorTable(pair="USDJPY", kappa=1.0, **GIVEN)]
    found = with_skews(with_swaption_vols(MARKET, vols), skews)
    vol, skew = found.factors[-2:]
    assert (vol.name, vol.currency, vol.pair, found.level(vol)) == ("SWAPTION_JPY_VOL", "JPY", None, 0.006)
    assert found.thetas[-2:].tolist() == [np.log(0.006), found.level(skew)]
    # the quotes at one month: -1.2 points of 12.4, seen at the strikes of a normal's quartiles
    assert found.level(skew) == pytest.approx(-0.012 / 0.124, abs=0.01)


@pytest.mark.parametrize(("lay", "table", "message"), [
    (with_swaption_vols, SwaptionVolFactorTable(currency="EUR", level=0.006, **GIVEN), "no curve of 'EUR', only of"),
    (with_skews, SkewFactorTable(pair="EURJPY", **GIVEN), "no vols of 'EURJPY'; there are USDJPY"),
])  # fmt: skip
def test_vols_of_what_the_market_lacks_are_refused(lay, table, message):
    with pytest.raises(InputError, match=message):
        lay(MARKET, [table])
