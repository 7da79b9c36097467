"""Strands of market moves by direction, by which causes are told: they add up to all moves of a path.

Of each curve its level, the mean move of its pillars, and its shape, what the pillars did beside that; each exchange
rate; other prices, vols and spreads together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.conventions.currencies import CURRENCIES, HOME, currency_of, currency_of_factor
from engine.explain.run.places import TOGETHER
from engine.market.factors import Factor, FactorKind
from kernels.types import F64, Bools


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strand:
    """Moves of some factors that are looked at together."""

    name: str
    up: str  # what happened where its direction is above 0, in words: "JGB yields rise"
    down: str
    part: Callable[[F64], F64]  # moves (n_observations, n_factors, n) -> this strand's, zero elsewhere
    direction: Callable[[F64], F64]  # moves at the horizon (n_factors, n) -> (n,)


def direction_strands(factors: Sequence[Factor]) -> tuple[Strand, ...]:
    """Return the strands by which causes are told, in a fixed order: curves as the market has them, then the others."""
    found: list[Strand] = []
    for curve in _curves(factors):
        is_of = np.array([factor.kind is FactorKind.RATE and factor.curve == curve for factor in factors])
        found += [_level(curve, is_of), _shape(curve, is_of, _ends(factors, is_of))]
    return (*found, *_others(factors))


def _curves(factors: Sequence[Factor]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.curve for f in factors if f.kind is FactorKind.RATE and f.curve is not None))


def _level(curve: str, is_of: Bools) -> Strand:
    def part(moves: F64) -> F64:
        found = np.zeros_like(moves)
        found[:, is_of] = moves[:, is_of].mean(axis=1, keepdims=True)
        return found

    return Strand(
        name=f"{curve} level",
        up=f"{curve} yields rise together",
        down=f"{curve} yields fall together",
        part=part,
        direction=lambda last: np.asarray(last[is_of].mean(axis=0)),
    )


def _shape(curve: str, is_of: Bools, ends: tuple[int, int]) -> Strand:
    def part(moves: F64) -> F64:
        found = np.zeros_like(moves)
        found[:, is_of] = moves[:, is_of] - moves[:, is_of].mean(axis=1, keepdims=True)
        return found

    return Strand(
        name=f"{curve} shape",
        up=f"{curve} curve steepens",
        down=f"{curve} curve flattens",
        part=part,
        direction=lambda last: np.asarray(last[ends[1]] - last[ends[0]]),
    )


def _ends(factors: Sequence[Factor], is_of: Bools) -> tuple[int, int]:
    """Return the numbers of a curve's shortest and longest pillar."""
    by_pillar = sorted(np.flatnonzero(is_of).tolist(), key=lambda f: factors[f].pillar or 0.0)
    return by_pillar[0], by_pillar[-1]


def _others(factors: Sequence[Factor]) -> list[Strand]:
    """Return one strand an exchange rate, and one each of other prices, vols and spreads, where there are any."""
    found, rates = [], [currency_of_factor(f.name) if f.kind is FactorKind.PRICE else None for f in factors]
    for number, code in enumerate(rates):
        if code is not None:
            home, foreign = CURRENCIES[HOME].unit, currency_of(code).unit
            said = (f"{home} falls against the {foreign}", f"{home} rises against the {foreign}")
            found.append(_sum_strand(factors[number].name, np.arange(len(factors)) == number, *said, is_said=True))
    for kind, name in TOGETHER.items():
        is_of = np.array([f.kind is kind and code is None for f, code in zip(factors, rates, strict=True)])
        if is_of.any():
            found.append(_sum_strand(name, is_of, "rise", "fall"))
    return found


def _sum_strand(name: str, is_of: Bools, up: str, down: str, *, is_said: bool = False) -> Strand:
    """Return a strand of whole factors; `is_said`: the words stand alone, else after the name."""

    def part(moves: F64) -> F64:
        return np.asarray(np.where(is_of[:, None], moves, 0.0))

    return Strand(
        name=name,
        up=up if is_said else f"{name} {up}",
        down=down if is_said else f"{name} {down}",
        part=part,
        direction=lambda last: np.asarray(last[is_of].mean(axis=0)),
    )
