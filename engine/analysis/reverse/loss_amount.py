"""The loss that a reverse stress asks for, as a user writes it."""

import math
import re

from engine.errors import InputError

NUMBER = re.compile(r"[+-]?([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
LEAST = 1.0  # of the run's currency: below it a book's value is rounding
WORDS = {"tn": "e12", "trn": "e12", "bn": "e9", "b": "e9", "mn": "e6", "m": "e6", "k": "e3"}


def loss_amount(text: str) -> float:
    """Return a loss in money, positive. Raises InputError for no number, a gain, or nearly 0."""
    word = text.strip()
    if not NUMBER.fullmatch(word):
        unit = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)", word)
        hint = f"; is {unit[1]}{WORDS[unit[2].lower()]} meant?" if unit and unit[2].lower() in WORDS else ""
        raise InputError(f"--loss must be an amount such as 30e9 or 30_000_000_000, got {text!r}{hint}")
    amount = float(word.replace("_", ""))
    if amount < 0.0:
        raise InputError(f"--loss: a loss is positive, got {text!r}, which is a gain; is {word.lstrip('-')} meant?")
    if not LEAST <= amount < math.inf:
        raise InputError(f"--loss must be {LEAST:g} or more and finite, such as 30e9, got {text!r}")
    return amount
