"""Levels as a desk writes them."""

import pytest

from engine.analysis.reverse.factor_levels import factor_number, given_levels, level_of, state_of
from engine.errors import InputError


@pytest.fixture(scope="module")
def market():
    from engine.inputs.market.load import bundled_market_path, load_market

    return load_market(bundled_market_path())


def test_rates_and_vols_are_in_percent_and_prices_are_not(market):
    found = given_levels(["USDJPY=125", "UST_10Y = 3.5", "USDJPY_VOL=15%", "JGB_2Y=-0.1"], market)
    assert [(each.name, each.level) for each in found] == [
        ("USDJPY", 125.0), ("UST_10Y", 0.035), ("USDJPY_VOL", 0.15), ("JGB_2Y", -0.001),
    ]  # fmt: skip


def test_a_state_is_the_way_to_a_level_and_back(market):
    for each in given_levels(["USDJPY=125", "UST_10Y=3.5", "USDJPY_VOL=15"], market):
        factor = market.factors[each.factor]
        assert level_of(market, factor, state_of(market, factor, each.level)) == pytest.approx(each.level, rel=1e-14)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("USDJPY", "must be a factor, = and a level"),
        ("UDJPY=125", "did you mean 'USDJPY'?"),
        ("USDJPY=high", "'high' is no number"),
        ("USDJPY=125%", "is a price"),
        ("USDJPY=-3", "is always above 0"),
        ("UST_10Y=350000", "in percent, 2 for 2 %"),
    ],
)
def test_what_is_no_level_is_refused_with_the_way_out(word, message, market):
    with pytest.raises(InputError, match="--given") as error:
        given_levels([word], market)
    assert message in str(error.value)


def test_a_factor_twice_is_refused_and_one_unknown_named(market):
    with pytest.raises(InputError, match="USDJPY is given twice"):
        given_levels(["USDJPY=125", "USDJPY=130"], market)
    with pytest.raises(InputError, match=r"--solve: the market has no factor 'JGB_10'; did you mean 'JGB_10Y'\?"):
        factor_number("JGB_10", market.factors, "--solve")
