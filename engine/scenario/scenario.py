"""Scenarios: named changes of a market's levels, vols and correlations, as data."""

import math
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.mechanisms.parameters.findings import Findings, Origin
from engine.mechanisms.parameters.parameter import LATEST_DAY
from engine.mechanisms.parameters.sizes import Sizes
from engine.mechanisms.unwind import Unwind

if TYPE_CHECKING:
    from engine.scenario.uncertainty.uncertain_parameters import UncertainParameter

NAME = r"[^\W_][\w.-]{0,63}"
_IN_FOLDER = rf"(?:{NAME}/)?{NAME}"  # a bundled scenario may stand in a folder: "equities/regimes-theory"
LONGEST_TITLE = 120  # characters
LONGEST_GLOB = 64
MOST_CHANGES = 1000  # shocks, vol multipliers or correlations of a scenario
LARGEST_MULTIPLIER = 100.0  # of a vol


class ShockKind(Enum):
    """How a shock's `size` changes a level."""

    ABSOLUTE = "absolute"  # level + size
    RELATIVE = "relative"  # level * (1 + size)
    TARGET = "target"  # the level becomes `size`: USD/JPY to 125


class ShockOn(Enum):
    """Which quote of a curve a rate shock moves."""

    ZERO = "zero"  # the zero rates at the factors' pillars, linear between, flat beyond
    PAR = "par"  # the published par yields; the curve is bootstrapped anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Shock:
    """Move of every factor that a glob matches: applied at once, or within the paths on a day."""

    factor: str  # name or glob: "USDJPY", "JGB_*", "UST_10Y"
    size: float  # ABSOLUTE: decimal rate, 0.005 is 50 bp; RELATIVE: fraction; TARGET: level
    kind: ShockKind
    on: ShockOn = ShockOn.ZERO  # rates only
    day: int | None = None  # business day after the start, 1 is the next; None: at once
    is_optional: bool = field(default=False, repr=False)  # a market without such a factor does without

    def __post_init__(self) -> None:
        _check_glob(self.factor)
        if not _is_number(self.size):
            raise InputError(f"shock on {self.factor!r}: `size` must be finite, got {self.size!r}")
        if not isinstance(self.kind, ShockKind) or not isinstance(self.on, ShockOn):
            raise InputError(f"shock on {self.factor!r}: no `kind` is {self.kind!r}, or no `on` is {self.on!r}")
        if self.day is not None and not (type(self.day) is int and 1 <= self.day <= LATEST_DAY):
            raise InputError(f"shock on {self.factor!r}: `day` must lie in 1 to {LATEST_DAY}, got {self.day!r}")

    def apply(self, level: float) -> float:
        """Return the moved level, in the units of `level`."""
        match self.kind:
            case ShockKind.ABSOLUTE:
                return level + self.size
            case ShockKind.RELATIVE:
                return level * (1.0 + self.size)
            case ShockKind.TARGET:
                return self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A named market state to simulate around. An empty one is the base."""

    name: str  # "august-2024"
    title: str
    description: str  # what happened, in a sentence or two
    source: str  # where the figures come from, with dates
    shocks: tuple[Shock, ...] = ()
    vol_multipliers: tuple[tuple[str, float], ...] = ()  # (glob, multiplier), later ones win
    optional_vols: frozenset[str] = field(default=frozenset(), repr=False)  # globs of them that may match nothing
    correlations: tuple[tuple[str, str, float], ...] = ()  # (glob, glob, value), later ones win
    stress: bool = field(default=False, repr=False)  # it says itself that it is no forecast
    repair_correlation: bool = False  # nearest correlation matrix (Higham) instead of a refusal
    unwind: Unwind | None = None  # regimes, jumps, tails, sales; None: constant vols and correlations, normal moves
    uncertainty: "tuple[UncertainParameter, ...]" = field(default=(), repr=False)  # priors, in the order of the file
    followers: Sizes = field(default=(), repr=False)  # price or vol -> log move per 1.0 of ln USD/JPY
    followers_name: str | None = field(default=None, repr=False)  # the named set that they are
    origin: Origin | None = field(default=None, compare=False, repr=False)  # None: not read from a file

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not re.fullmatch(_IN_FOLDER, self.name):
            raise InputError(
                "a scenario's name has letters, digits, '.', '_' and '-', 64 at most, and a bundled one's a folder and"
                f" '/' before them, got {self.name!r}"
            )
        if not 1 <= len(self.title) <= LONGEST_TITLE or not self.description or not self.source:
            raise InputError(
                f"scenario {self.name!r} needs a title of 1 to {LONGEST_TITLE} characters, a description and a source"
            )
        if max(map(len, (self.shocks, self.vol_multipliers, self.correlations))) > MOST_CHANGES:
            raise InputError(f"scenario {self.name!r} has more than {MOST_CHANGES} changes of one sort")
        for glob, multiplier in self.vol_multipliers:
            _check_glob(glob)
            if not _is_number(multiplier) or not 0.0 <= multiplier <= LARGEST_MULTIPLIER:
                raise InputError(
                    f"vol multiplier of {glob!r} must lie in [0, {LARGEST_MULTIPLIER:g}], got {multiplier!r}"
                )
        for first, second, value in self.correlations:
            _check_glob(first)
            _check_glob(second)
            if not _is_number(value) or not -1.0 <= value <= 1.0:
                raise InputError(f"correlation of {first!r} and {second!r} must lie in [-1, 1], got {value!r}")


def _check_glob(glob: object) -> None:
    if not isinstance(glob, str) or not 1 <= len(glob) <= LONGEST_GLOB:
        raise InputError(f"a factor's name or a glob over names has 1 to {LONGEST_GLOB} characters, got {glob!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def findings_of(scenario: Scenario) -> Findings:
    """Return an empty collector of a scenario's errors and notes, which knows the file that it came from."""
    return Findings(f"scenario {scenario.name!r}", scenario.origin)
