"""The dictionary has every text of the code and no other, with the same places."""

import ast
import re
from datetime import date

import pytest

from engine.errors import InputError
from engine.words.language import (
    JAPANESE,
    Text,
    composed,
    currency_name,
    dictionary,
    language,
    listed,
    month_and_day,
    name_of,
    places,
    read_in,
    sentences,
    whole_date,
)
from tests.source_files import ROOT, relative, sources

SAID = re.compile(r'say\("([^"]*)"')  # in a template
LATIN_SENTENCE = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")


def texts_of_code() -> dict[str, str]:
    """Return every text of the code, and where it stands."""
    found = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Text", "texts"):
                sense = next((f" [{ast.literal_eval(word.value)}]" for word in node.keywords), "")
                for each in node.args:
                    if isinstance(each, ast.Constant):
                        found[f"{each.value}{sense}"] = relative(path)
    for path in (ROOT / "engine" / "report" / "templates").glob("*.html"):
        found |= dict.fromkeys(SAID.findall(path.read_text(encoding="utf-8")), relative(path))
    return found


def test_no_text_is_missing_and_none_is_left_over():
    in_code, in_dictionary = texts_of_code(), dictionary(JAPANESE).texts
    assert len(in_code) > 250
    assert {text: place for text, place in in_code.items() if text not in in_dictionary} == {}
    assert [text for text in in_dictionary if text not in in_code] == []


def test_a_text_has_the_same_places_in_both_languages():
    found = dictionary(JAPANESE).texts
    assert [english for english, other in found.items() if places(english) != places(other)] == []


def test_no_translation_holds_an_english_sentence():
    found = dictionary(JAPANESE)
    plain = [re.sub(r"`[^`]*`|\{[^}]*\}", "", other) for other in (*found.texts.values(), *found.names.values())]
    assert [other for other in plain if LATIN_SENTENCE.search(other)] == []


def test_a_text_is_in_the_readers_language_and_no_longer():
    text = Text("Read from {n:,} paths of the tail.")
    assert text.format(n=1200) == "Read from 1,200 paths of the tail."
    with read_in("ja"):
        assert language() == JAPANESE
        assert text.format(n=1200) == "裾の1,200経路から算出。"
        assert (name_of("base"), name_of("my-own")) == ("平常", "my-own")
        assert listed(["A", "B", "C"]) == "A、B、C"
        assert sentences("甲。", "", "乙。") == "甲。乙。"
        assert (month_and_day(date(2025, 5, 28)), whole_date(date(2025, 5, 28))) == ("5月28日", "2025年5月28日")
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert (month_and_day(date(2025, 5, 28)), whole_date(date(2025, 5, 28))) == ("28 May", "2025-05-28")


def test_a_text_that_the_dictionary_lacks_is_an_error_in_that_language_alone():
    unknown = Text(" ".join(("no", "such", "text")))
    assert str(unknown) == "no such text"
    with read_in("ja"), pytest.raises(KeyError):
        str(unknown)


def test_a_text_of_two_senses_has_a_translation_of_each():
    plain, of_a_book = Text("value"), Text("value", sense="of a book")
    assert str(plain) == str(of_a_book) == "value"
    with read_in("ja"):
        assert (str(plain), str(of_a_book)) == ("値", "時価")


def test_a_composed_name_is_put_in_the_readers_language_by_the_first_pattern_that_fits():
    steepens, fall = Text("{curve} curve steepens"), Text("{name} fall")
    assert composed("JGB curve steepens", steepens, fall) == "JGB curve steepens"
    with read_in("ja"):
        assert composed("JGB curve steepens", steepens, fall) == "JGBカーブのスティープ化"
        assert composed("vols fall", steepens, fall) == "ボラティリティの低下"
        assert (composed("vols", steepens), composed("my own", steepens)) == ("ボラティリティ", "my own")


def test_a_currency_after_an_amount_has_its_word():
    assert currency_name("JPY") == "JPY"
    with read_in("ja"):
        assert (currency_name("JPY"), currency_name("MXN")) == ("円", "MXN")


def test_another_language_is_refused():
    with pytest.raises(InputError, match=r"there is no language 'jp'; there are en, ja"), read_in("jp"):
        pass
