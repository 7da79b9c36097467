"""Factors without a history are those of the market, where the scenario's law is of past days and draws them."""

from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.scenario.assumed_followers import followed_by_assumption

MARKET = load_market(bundled_market_path())


def test_a_law_of_past_days_has_those_of_the_market():
    found = followed_by_assumption(load_scenario("filtered"), MARKET)
    assert list(found) == list(MARKET.filtered.given)
    assert found["USDJPY_VOL"].loadings == {"USDJPY": -0.3}


def test_what_the_scenarios_own_rows_move_is_none_of_them():
    scenario = load_scenario("flight-2024")
    own = {each.factor for each in scenario.unwind.row_followers}
    assert "NIKKEI225" in own
    account = load_market(bundled_market_path().parent / "general-account" / bundled_market_path().name)
    assert "NIKKEI225" in followed_by_assumption(load_scenario("filtered"), account)
    assert not own & set(followed_by_assumption(scenario, account))


def test_other_laws_have_none():
    for name in ("base", "historical", "april-2025"):
        assert followed_by_assumption(load_scenario(name), MARKET) == {}
