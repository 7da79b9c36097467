import pytest

from engine.errors import InputError
from engine.market.factors import (
    FactorKind,
    is_exchange_rate,
    level_text,
    parse_factor,
    spread_factor_name,
    tenor_label,
    tenor_years,
)


@pytest.mark.parametrize(
    ("label", "years"),
    [("1M", 1 / 12), ("1.5M", 0.125), ("1W", 7 / 365), ("3W", 21 / 365), ("6M", 0.5), ("18M", 1.5), ("40Y", 40.0)],
)
def test_a_tenor_label_and_its_years_are_inverses(label, years):
    assert tenor_years(label) == years
    assert tenor_label(years) == label


@pytest.mark.parametrize("label", ["0Y", "10", "Y", "10y", "-1Y", "\uff11Y", ""])
def test_what_is_no_tenor_is_refused(label):
    with pytest.raises(InputError, match="tenor must look like"):
        tenor_years(label)


@pytest.mark.parametrize("years", [0.0, -1.0, float("nan"), float("inf")])
def test_a_length_that_is_no_tenor_has_no_label(years):
    with pytest.raises(InputError, match="positive number of years"):
        tenor_label(years)


def test_a_factor_name_says_its_curve_and_pillar():
    rate = parse_factor("UST_3M")
    assert (rate.kind, rate.curve, rate.pillar) == (FactorKind.RATE, "UST", 0.25)
    price = parse_factor("USDJPY")
    assert (price.kind, price.curve, price.pillar) == (FactorKind.PRICE, None, None)


@pytest.mark.parametrize("name", ["usdjpy", "EURUSD", "JGB10Y", "jgb_10Y", "JGB_10", "JGB_0Y", "JGB_10Y "])
def test_a_name_that_is_no_factor_is_refused(name):
    with pytest.raises(InputError, match=r"factor must look like|tenor must look like"):
        parse_factor(name)


def test_curve_names_may_have_underscores_and_vols_and_prices_are_told_apart():
    repo, vol = parse_factor("JGB_REPO_3M"), parse_factor("USDJPY_VOL")
    assert (repo.kind, repo.curve, repo.pillar) == (FactorKind.RATE, "JGB_REPO", 0.25)
    assert (vol.kind, vol.pair, vol.curve) == (FactorKind.VOL, "USDJPY", None)
    spx = parse_factor("SPX", {"SPX": "USD"})
    assert (spx.kind, spx.currency) == (FactorKind.PRICE, "USD")
    assert parse_factor("USDJPY").currency == "JPY"
    with pytest.raises(InputError, match="or be declared with its level, got 'SPX'"):
        parse_factor("SPX")


def test_spreads_of_a_derived_curve_have_a_factor_that_no_glob_of_a_curve_matches():
    repo = parse_factor("SPREAD_JGB_REPO")
    assert (repo.kind, repo.curve, repo.pillar) == (FactorKind.SPREAD, "JGB_REPO", None)
    assert spread_factor_name("JGB_REPO") == repo.name
    assert parse_factor("SPREAD_10Y").kind is FactorKind.RATE  # a curve may be called so


def test_an_exchange_rate_is_a_registered_one_or_a_price_named_after_the_currency_it_is_quoted_in():
    assert is_exchange_rate(parse_factor("USDJPY"))
    assert is_exchange_rate(parse_factor("GBPJPY", {"GBPJPY": "JPY"}))  # the pound is not registered, the yen is
    assert not is_exchange_rate(parse_factor("GBPJPY", {"GBPJPY": "USD"}))
    assert not is_exchange_rate(parse_factor("SPX", {"SPX": "USD"}))
    assert not is_exchange_rate(parse_factor("USDJPY_VOL"))


def test_a_level_is_written_as_a_desk_writes_it():
    assert level_text(FactorKind.RATE, 0.0123) == "1.230 %"
    assert level_text(FactorKind.PRICE, 38_500.0) == "38,500.00"
