"""One text in the language of its reader: the code holds it in English, a dictionary file beside this in others."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from string import Formatter

from engine.errors import InputError

ENGLISH, JAPANESE = "en", "ja"
LANGUAGES = (ENGLISH, JAPANESE)

_reader: ContextVar[str] = ContextVar("reader", default=ENGLISH)


@dataclass(frozen=True, slots=True)
class Text:
    """A text that users see, in English, with named places: it is put in the reader's language where it is shown."""

    english: str
    sense: str = ""  # where English has one word for two things: which of them

    def __str__(self) -> str:
        """The text in the reader's language, its places as they are."""
        return self.english if language() == ENGLISH else dictionary(language()).texts[self.key]

    @property
    def key(self) -> str:
        """Return what a dictionary has the text under: "value [of a book]" with its sense."""
        return f"{self.english} [{self.sense}]" if self.sense else self.english

    def __html__(self) -> str:
        """The text as a page shows it."""
        return escape(str(self)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")  # as a template does

    def format(self, **words: object) -> str:
        """Return the text in the reader's language, with its places filled."""
        return str(self).format(**words)


def texts(*english: str) -> tuple[Text, ...]:
    """Make several texts at once, such as the headings of a table."""
    return tuple(map(Text, english))


Wording = str | Text  # what a page or a table shows: a text, or a name that is the same in all languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """What one language has for the English of the code."""

    texts: Mapping[str, str]  # of every `Text`
    names: Mapping[str, str]  # of words that records hold: states, groupings, laws; what is not here stays as it is
    currencies: Mapping[str, str]  # code -> what follows an amount


@contextmanager
def read_in(chosen: str) -> Iterator[None]:
    """Show all texts in a language, one of `LANGUAGES`, as long as the block runs."""
    token = _reader.set(check_language(chosen))
    try:
        yield
    finally:
        _reader.reset(token)


def language() -> str:
    """Return the reader's language: "en" or "ja"."""
    return _reader.get()


def check_language(chosen: str) -> str:
    """Return a language that there is. Raises InputError for another."""
    if chosen not in LANGUAGES:
        raise InputError(f"there is no language {chosen!r}; there are {', '.join(LANGUAGES)}")
    return chosen


def name_of(word: str) -> str:
    """Return a word that a record holds, such as a scenario's name or a limit's state, in the reader's language."""
    return word if language() == ENGLISH else dictionary(language()).names.get(word, word)


def currency_name(code: str) -> str:
    """Return what follows an amount of a currency in the reader's language: its code, or a word for it."""
    return code if language() == ENGLISH else dictionary(language()).currencies.get(code, code)


def composed(name: str, *patterns: Text) -> str:
    """Return a name that the code puts together, such as "JGB curve steepens", in the reader's language.

    By the first of the patterns that it fits, its places by `name_of`; a name that fits none is looked up whole.
    """
    if language() == ENGLISH:
        return name
    for pattern in patterns:
        if found := _shape(pattern.english).fullmatch(name):
            return pattern.format(**{place: name_of(word) for place, word in found.groupdict().items()})
    return name_of(name)


@cache
def _shape(english: str) -> re.Pattern[str]:
    """Return what finds the places of a text in a name."""
    parts = Formatter().parse(english)
    return re.compile("".join(re.escape(text) + (f"(?P<{place}>.+?)" if place else "") for text, place, _, _ in parts))


def listed(words: list[str] | tuple[str, ...]) -> str:
    """Join words in a sentence: "bonds", "bonds and bills", "bonds, bills and swaps"."""
    if language() == JAPANESE:
        return "、".join(words)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def joined(words: Sequence[str]) -> str:
    """Join words that are more alike a table's than a sentence's: "bonds, bills, swaps"."""
    return ("、" if language() == JAPANESE else ", ").join(words)


def sentences(*found: str) -> str:
    """Join whole sentences; those that are empty are left out."""
    return ("" if language() == JAPANESE else " ").join(each for each in found if each)


def month_and_day(day: date) -> str:
    """Return a day as a heading has it: "27 May"."""
    return f"{day.month}月{day.day}日" if language() == JAPANESE else f"{day.day} {day:%b}"


def whole_date(day: date) -> str:
    """Return a date as a page's head has it: "2025-05-28"."""
    return f"{day.year}年{day.month}月{day.day}日" if language() == JAPANESE else day.isoformat()


def places(text: str) -> tuple[str, ...]:
    """Return the named places of a text, ascending."""
    return tuple(sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None))


@cache
def dictionary(of: str) -> Dictionary:
    """Read the dictionary of a language."""
    import tomllib  # here, so that English, and --help, stay quick
    from importlib.resources import files

    text = (files("engine.words") / f"{of}.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    return Dictionary(texts=found["texts"], names=found["names"], currencies=found["currencies"])
