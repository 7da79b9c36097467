"""Levels of factors as a desk writes them, `USDJPY=125` or `UST_10Y=3.5`, and the states that they are."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import InputError, did_you_mean
from engine.levels.touch import LARGEST_PERCENT
from engine.market.factors import LEVELS_MOVE, Factor, FactorKind
from engine.market.market import Market
from kernels.types import F64

SHAPE = re.compile(r"\s*(?P<factor>[A-Za-z0-9_.-]+)\s*=\s*(?P<level>[^%\s]+)\s*(?P<percent>%?)\s*")
EXAMPLES = "'USDJPY=125' or 'UST_10Y=3.5', a rate, a spread or a vol in percent"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLevel:
    """A factor that is taken to end at a level."""

    factor: int  # its number
    name: str
    level: float  # a price, or a decimal rate, spread or vol


def factor_number(name: str, factors: Sequence[Factor], flag: str) -> int:
    """Return the number of a factor. Raises InputError with the like of it where the market has none of that name."""
    names = [factor.name for factor in factors]
    if name not in names:
        hint = did_you_mean(name, names) or ";"
        raise InputError(f"{flag}: the market has no factor {name!r}{hint} it has {', '.join(names)}")
    return names.index(name)


def given_levels(words: Sequence[str], market: Market) -> tuple[GivenLevel, ...]:
    """Return the levels that a user wrote, `--given`. Raises InputError: no such factor or level, one given twice."""
    found: list[GivenLevel] = []
    for word in words:
        given = _given_level(word, market)
        if given.factor in [each.factor for each in found]:
            raise InputError(f"--given: {given.name} is given twice; leave one out")
        found.append(given)
    return tuple(found)


def state_of(market: Market, factor: Factor, level: float) -> float:
    """Return the state, a deviation from the market's level, of a factor that ends at `level`."""
    start = market.level(factor)
    return level - start if factor.kind in LEVELS_MOVE else math.log(level / start)


def level_of(market: Market, factor: Factor, state: F64) -> F64:
    """Return the levels of a factor at states, any shape: decimals or prices."""
    start = market.level(factor)
    return np.asarray(start + state if factor.kind in LEVELS_MOVE else start * np.exp(state))


def _given_level(word: str, market: Market) -> GivenLevel:
    shape = SHAPE.fullmatch(word)
    if shape is None:
        raise InputError(f"--given must be a factor, = and a level, such as {EXAMPLES}; got {word!r}")
    number = factor_number(shape["factor"], market.factors, "--given")
    factor = market.factors[number]
    is_price = factor.kind is FactorKind.PRICE
    try:
        level = float(shape["level"])
    except ValueError:
        level = math.nan
    if not math.isfinite(level):
        raise InputError(f"--given: {shape['level']!r} is no number, in {word!r}; such as {EXAMPLES}")
    if is_price and shape["percent"]:
        raise InputError(f"--given: {factor.name} is a price, got {word!r}; give its level without %")
    if level <= 0.0 and factor.kind not in LEVELS_MOVE:
        raise InputError(f"--given: {factor.name} is always above 0, got {word!r}")
    if not is_price and abs(level) > LARGEST_PERCENT:
        raise InputError(f"--given: a rate, a spread or a vol is in percent, 2 for 2 %, got {word!r}")
    return GivenLevel(factor=number, name=factor.name, level=level if is_price else level / 100.0)
