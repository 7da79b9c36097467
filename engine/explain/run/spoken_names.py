"""Names of causes and of places in the market, as a sentence says them and as a table has them, in any language.

What a run found keeps its names in English: they are put in the reader's language where they are shown.
"""

from engine.conventions.currencies import CURRENCIES, HOME
from engine.words.language import ENGLISH, composed, language, texts

_CAUSES = texts(
    "{curve} yields rise together",
    "{curve} yields fall together",
    "{curve} curve steepens",
    "{curve} curve flattens",
    "{home} falls against the {foreign}",
    "{home} rises against the {foreign}",
    "jump: {name}",
    "jump as on {day}",
    "drift of {name}",
    "{name} rise",
    "{name} fall",
)
_PLACES = texts(
    "the {first}- to {last}-year {curve} curve",
    "the {first}-month to {last}-year {curve} curve",
    "the {first}-month {curve} yield",
    "the {first}-year {curve} yield",
    "the book {name}",
)


def cause_name(name: str) -> str:
    """Return a cause or a mechanism as a table has it: "JGB curve steepens", "jump: repatriation"."""
    return composed(name, *_CAUSES)


def place_words(words: str) -> str:
    """Return a place in the market, or a book, as a sentence says it: "the 20- to 40-year JGB curve"."""
    return composed(words, *_PLACES)


def spoken_cause(name: str) -> str:
    """Return a move of the market as a clause: "the JGB curve steepens", "JGB yields rise together"."""
    if language() != ENGLISH:
        return cause_name(name)
    has_article = name.startswith(f"{CURRENCIES[HOME].unit} ") or " curve " in name
    return f"the {name}" if has_article else name


def spoken_mechanism(name: str) -> str:
    """Return a mechanism of the law as a sentence says it: "the jump repatriation"."""
    if language() != ENGLISH:
        return cause_name(name)
    return f"the {name.replace('jump: ', 'jump ', 1)}" if name.startswith(("jump", "drift")) else name
