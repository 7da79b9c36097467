"""Names that a run finds in English are said in the reader's language; each that there is has one."""

import pytest

from engine.explain.run.mechanism_moves import CAP_END, CAP_PURCHASES, INTERVENTION, SALES, YEN_STOPS
from engine.explain.run.places import TOGETHER, places_of
from engine.explain.run.spoken_names import cause_name, place_words, spoken_cause, spoken_mechanism
from engine.explain.run.strands import direction_strands
from engine.inputs.market.load import bundled_market_path, load_market
from engine.words.language import dictionary, read_in

FACTORS = load_market(bundled_market_path().parent / "equities" / bundled_market_path().name).factors


def test_in_english_a_clause_has_its_article():
    assert spoken_cause("JGB curve steepens") == "the JGB curve steepens"
    assert spoken_cause("yen rises against the dollar") == "the yen rises against the dollar"
    assert spoken_cause("JGB yields rise together") == "JGB yields rise together"
    assert spoken_mechanism("jump: repatriation") == "the jump repatriation"
    assert spoken_mechanism("drift of FLIGHT") == "the drift of FLIGHT"
    assert spoken_mechanism(SALES) == "sales of Treasuries"


def is_japanese(text: str) -> bool:
    return any(ord(letter) > 0x3000 for letter in text)


def test_every_cause_and_place_of_a_market_has_japanese_words():
    causes = [words for strand in direction_strands(FACTORS) for words in (strand.up, strand.down)]
    places = [place.words for place in places_of([each.name for each in FACTORS], FACTORS)]
    places = [words for words in places if "/" not in words]  # pairs of currencies, which are the same
    with read_in("ja"):
        assert [each for each in causes if not is_japanese(spoken_cause(each))] == []
        assert [each for each in places if not is_japanese(place_words(each))] == []
        assert cause_name("yen rises against the dollar") == "ドル安円高"
        assert place_words("the 20- to 40-year JGB curve") == "JGBの20〜40年"
        assert cause_name("jump: repatriation") == "ジャンプ\uff1arepatriation"


@pytest.mark.parametrize("name", [INTERVENTION, YEN_STOPS, SALES, CAP_END, CAP_PURCHASES, *TOGETHER.values()])
def test_mechanisms_and_places_that_have_one_name_are_in_the_dictionary(name):
    assert name in dictionary("ja").names
