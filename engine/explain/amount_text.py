"""Amounts in running text: three digits of a figure with its error, in the unit that it needs."""

from collections.abc import Sequence

from engine.conventions.figure_words import EASTERN_UNITS, OKU, UNITS
from engine.words.language import JAPANESE, currency_name, language
from engine.words.language import listed as words_listed


def amount(value: float, se: float = 0.0) -> str:
    """Return an amount, three significant digits with its error: "25.8 ±0.1 bn"."""
    units = EASTERN_UNITS if language() == JAPANESE else UNITS
    divisor, unit = next(((size, name) for size, name in units if max(abs(value), se) >= size), (1.0, ""))
    scaled = value / divisor
    decimals = max(0, 2 - len(str(int(abs(scaled)))) + 1)
    error = f" ±{se / divisor:,.{decimals}f}" if se else ""
    if language() == JAPANESE:
        return f"{scaled:,.{1 if divisor == OKU else decimals}f}{error}{unit}"
    return f"{scaled:,.{decimals}f}{error} {unit}".rstrip()


def money(currency: str, value: float) -> str:
    """Return an amount with its currency: "JPY 25.8 bn"; "" where the sentence has named it."""
    if language() == JAPANESE:
        return f"{amount(value)}{currency_name(currency)}"
    return f"{currency} {amount(value)}".lstrip()


def short_money(currency: str, value: float, se: float = 0.0) -> str:
    """Return an amount below a heading that names its currency: without it, but in Japanese, where it is its unit."""
    return f"{amount(value, se)}{currency_name(currency) if language() == JAPANESE else ''}"


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: "ageing, JGB and vols"."""
    return words_listed(tuple(words))
