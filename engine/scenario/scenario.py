"""Scenarios: named changes of a market's levels, vols and correlations, as data."""

import math
from dataclasses import dataclass, field
from enum import Enum

from engine.errors import InputError
from engine.mechanisms.parameters.findings import Findings, Origin
from engine.mechanisms.unwind import Unwind


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

    def __post_init__(self) -> None:
        if not math.isfinite(self.size):
            raise InputError(f"shock on {self.factor!r}: `size` must be finite, got {self.size!r}")

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
    correlations: tuple[tuple[str, str, float], ...] = ()  # (glob, glob, value), later ones win
    repair_correlation: bool = False  # nearest correlation matrix (Higham) instead of a refusal
    unwind: Unwind | None = None  # regimes, jumps, tails, sales; None: constant vols and correlations, normal moves
    origin: Origin | None = field(default=None, compare=False, repr=False)  # None: not read from a file


def findings_of(scenario: Scenario) -> Findings:
    """Return an empty collector of a scenario's errors and notes, which knows the file that it came from."""
    return Findings(f"scenario {scenario.name!r}", scenario.origin)
