"""Places of factors, as tables and sentences call them."""

from engine.analysis.contributions.factor_parts import AGEING
from engine.explain.run.places import places_of
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.factors import parse_factor

FACTORS = load_market(bundled_market_path()).factors


def test_parts_of_curves_are_called_by_their_pillars():
    names = [factor.name for factor in FACTORS]
    found = dict(zip(names, places_of(names, FACTORS), strict=True))
    assert found["JGB_20Y"] == found["JGB_40Y"]
    assert (found["JGB_30Y"].name, found["JGB_30Y"].words) == ("JGB 20Y-40Y", "the 20- to 40-year JGB curve")
    assert (found["UST_3M"].name, found["UST_5Y"].words) == ("UST 3M-5Y", "the 3-month to 5-year UST curve")
    assert (found["USDJPY"].name, found["USDJPY"].words) == ("USDJPY", "USD/JPY")
    assert found["USDJPY_VOL"].name == "vols"


def test_a_pair_whose_currency_is_not_registered_is_an_exchange_rate_of_its_own():
    pound = parse_factor("GBPJPY", {"GBPJPY": "JPY"})
    (found,) = places_of(["GBPJPY"], [pound])
    assert (found.name, found.words) == ("GBPJPY", "GBP/JPY")


def test_what_no_factors_move_makes_keeps_its_name():
    (found,) = places_of([AGEING], FACTORS)
    assert (found.name, found.words) == ("ageing", "the book's ageing")
