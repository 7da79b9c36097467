"""Priors of one parameter, listed once: files, checks, draws and documents iterate over this list.

Each turns a level in (0, 1) into a value, the higher the larger, so that one number a parameter makes a set. A prior
that reaches beyond the range of its parameter, or beyond its own `low` and `high`, is cut there, and what is left is
scaled up: of a distribution F between the ends a and b the value at level u is the quantile at F(a) + u (F(b) - F(a)).
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from scipy.special import ndtr, ndtri

from engine.mechanisms.parameters.parameter import parameter, source_text
from engine.scenario.uncertainty.places import Place
from kernels.registry import Registry

MOST_OUTSIDE = 0.05  # of a prior, beyond the range of its parameter: more is no prior of this parameter
WIDEST = 3.0  # log standard deviation: a factor of 20 either way
MOST_STUDIES = 64
_NOTHING = 1e-9  # of a prior between its own ends: too little to draw from
_BISECTIONS = 200  # of a mixture's quantile, in the logarithm: to the last bit


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorStudy:
    """One study of a mixture: a lognormal around what it found."""

    name: str = parameter(doc="Who found it, and when.", most=120)
    value: float = parameter(doc="What it found: the median.", above=0.0, unit="the parameter's")
    log_sd: float = parameter(doc="Standard deviation of its logarithm.", low=0.0, high=WIDEST, unit="log")
    weight: float = parameter(
        doc="Its weight beside the others.", default=1.0, above=0.0, unit="multiple", source="assumption: alike"
    )


class AbstractPrior(ABC):
    """What is believed of one parameter before the run."""

    kind: ClassVar[str]  # what a file calls it
    source: str

    @abstractmethod
    def errors(self, place: Place) -> Iterator[str]:
        """Yield why it is no prior of the parameter at a place, in the user's words."""

    @abstractmethod
    def value(self, level: float, place: Place) -> float:
        """Return the value at a level in (0, 1), in the parameter's unit; of a switch 1 is on and 0 is off."""


class ContinuousPrior(AbstractPrior):
    """A prior with a distribution function, cut at the ends of its parameter's range and at its own."""

    low: float | None
    high: float | None

    @abstractmethod
    def own_errors(self, place: Place) -> Iterator[str]:
        """Yield what is wrong before any cut."""

    @abstractmethod
    def share_below(self, value: float, centre: float) -> float:
        """Return the share of the prior below a value; `centre` is the scenario's own value."""

    @abstractmethod
    def quantile(self, share: float, centre: float) -> float:
        """Return the value below which a share of the prior lies."""

    @abstractmethod
    def width(self) -> float:
        """Return 0 where all of the prior lies on the scenario's own value."""

    def errors(self, place: Place) -> Iterator[str]:
        """See AbstractPrior."""
        if place.is_switch:
            yield f"is on or off: its prior is {OnOff.kind!r}, with a `probability`, and not {self.kind!r}"
            return
        if None not in (self.low, self.high) and not self._low < self._high:
            yield f"`low` must lie below `high`, got {self.low!r} and {self.high!r}"
            return
        own = list(self.own_errors(place))
        yield from own or self._range_errors(place)

    def value(self, level: float, place: Place) -> float:
        """See AbstractPrior."""
        if self.width() == 0.0:
            return place.centre
        low, high = max(self._low, place.low), min(self._high, place.high)
        below, until = self.share_below(low, place.centre), self.share_below(high, place.centre)
        return min(max(self.quantile(below + level * (until - below), place.centre), low), high)

    @property
    def _low(self) -> float:
        return -math.inf if self.low is None else self.low

    @property
    def _high(self) -> float:
        return math.inf if self.high is None else self.high

    def _range_errors(self, place: Place) -> Iterator[str]:
        """Yield that too much of it lies outside the parameter's range."""
        if self.width() == 0.0:
            return
        below, until = (self.share_below(end, place.centre) for end in (self._low, self._high))
        if until - below < _NOTHING:
            yield f"`low` and `high` leave nothing of the {self.kind} around {place.centre:g}: move them"
            return
        lower, upper = (min(max(self.share_below(end, place.centre), below), until) for end in (place.low, place.high))
        outside = 1.0 - (upper - lower) / (until - below)
        if outside > MOST_OUTSIDE:
            cuts = (("low", place.low, lower > below), ("high", place.high, upper < until))
            ends = " and ".join(f"`{name} = {end:g}`" for name, end, is_beyond in cuts if is_beyond)
            yield (
                f"{outside:.0%} of the {self.kind} around {place.centre:g} lies outside {place.range_text()}, where the"
                f" parameter must lie, and {MOST_OUTSIDE:.0%} may be cut unsaid: make it narrower, or cut it by {ends}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lognormal(ContinuousPrior):
    """A lognormal whose median is the scenario's own value."""

    kind: ClassVar[str] = "lognormal"
    source: str = source_text()
    log_sd: float = parameter(doc="Standard deviation of the logarithm.", low=0.0, high=WIDEST, unit="log")
    low: float | None = parameter(doc="Where it is cut from below.", default=None)
    high: float | None = parameter(doc="Where it is cut from above.", default=None)

    def own_errors(self, place: Place) -> Iterator[str]:
        """See ContinuousPrior."""
        if place.centre <= 0.0:
            yield f"a lognormal needs a value above 0, the scenario has {place.centre!r}: take 'normal' or 'uniform'"

    def share_below(self, value: float, centre: float) -> float:
        """See ContinuousPrior."""
        if value <= 0.0:
            return 0.0
        return float(ndtr((math.log(value) - math.log(centre)) / self.log_sd)) if math.isfinite(value) else 1.0

    def quantile(self, share: float, centre: float) -> float:
        """See ContinuousPrior."""
        return centre * math.exp(self.log_sd * float(ndtri(share)))

    def width(self) -> float:
        """See ContinuousPrior."""
        return self.log_sd


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal(ContinuousPrior):
    """A normal whose mean is the scenario's own value."""

    kind: ClassVar[str] = "normal"
    source: str = source_text()
    sd: float = parameter(doc="Standard deviation.", low=0.0, unit="the parameter's")
    low: float | None = parameter(doc="Where it is cut from below.", default=None)
    high: float | None = parameter(doc="Where it is cut from above.", default=None)

    def own_errors(self, place: Place) -> Iterator[str]:
        """See ContinuousPrior."""
        yield from ()

    def share_below(self, value: float, centre: float) -> float:
        """See ContinuousPrior."""
        return float(ndtr((value - centre) / self.sd))

    def quantile(self, share: float, centre: float) -> float:
        """See ContinuousPrior."""
        return centre + self.sd * float(ndtri(share))

    def width(self) -> float:
        """See ContinuousPrior."""
        return self.sd


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform(ContinuousPrior):
    """Anything between two ends alike, wherever the scenario's own value lies."""

    kind: ClassVar[str] = "uniform"
    source: str = source_text()
    low: float = parameter(doc="The smallest value.", unit="the parameter's")
    high: float = parameter(doc="The largest value.", unit="the parameter's")

    def own_errors(self, place: Place) -> Iterator[str]:
        """See ContinuousPrior."""
        outside = [f"`{name} = {end:g}`" for name, end in (("low", self.low), ("high", self.high))
                   if not place.is_within(end)]  # fmt: skip
        if outside:
            yield f"{' and '.join(outside)} outside {place.range_text()}, where the parameter must lie: move the ends"

    def share_below(self, value: float, centre: float) -> float:
        """See ContinuousPrior."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def quantile(self, share: float, centre: float) -> float:
        """See ContinuousPrior."""
        return self.low + share * (self.high - self.low)

    def width(self) -> float:
        """See ContinuousPrior."""
        return self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies(ContinuousPrior):
    """A mixture over named studies, each a lognormal around what it found; the scenario's own value does not count."""

    kind: ClassVar[str] = "studies"
    source: str = source_text()
    studies: tuple[PriorStudy, ...] = parameter(doc="What was found, by whom.", most=MOST_STUDIES)
    low: float | None = parameter(doc="Where it is cut from below.", default=None)
    high: float | None = parameter(doc="Where it is cut from above.", default=None)

    def own_errors(self, place: Place) -> Iterator[str]:
        """See ContinuousPrior."""
        if not self.studies:
            yield "`studies` needs at least one, got an empty list"
        names = [study.name for study in self.studies]
        if twice := next((name for i, name in enumerate(names) if name in names[:i]), None):
            yield f"`studies` has {twice!r} twice; leave one out"

    def share_below(self, value: float, centre: float) -> float:
        """See ContinuousPrior."""
        shares = (study.weight * _share_of_study(study, value) for study in self.studies)
        return math.fsum(shares) / math.fsum(study.weight for study in self.studies)

    def quantile(self, share: float, centre: float) -> float:
        """See ContinuousPrior."""
        z = float(ndtri(share))
        ends = [math.log(study.value) + study.log_sd * z for study in self.studies]
        low, high = min(ends), max(ends)  # the mixture's quantile lies between those of its parts
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            if not low < middle < high:
                break
            low, high = (middle, high) if self.share_below(math.exp(middle), centre) < share else (low, middle)
        return math.exp(high)

    def width(self) -> float:
        """See ContinuousPrior."""
        return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OnOff(AbstractPrior):
    """A mechanism, a switch or a number that is there or not: as the scenario has it, or none of it."""

    kind: ClassVar[str] = "on_off"
    source: str = source_text()
    probability: float = parameter(doc="That it is on.", low=0.0, high=1.0, unit="probability")

    def errors(self, place: Place) -> Iterator[str]:
        """See AbstractPrior."""
        if not place.is_within(0.0):
            yield f"off would be 0, outside {place.range_text()}, where the parameter must lie: take another prior"

    def value(self, level: float, place: Place) -> float:
        """See AbstractPrior."""
        return place.centre if level >= 1.0 - self.probability else 0.0


def _share_of_study(study: PriorStudy, value: float) -> float:
    if value <= 0.0 or not math.isfinite(value):
        return 0.0 if value <= 0.0 else 1.0
    distance = math.log(value) - math.log(study.value)
    return float(ndtr(distance / study.log_sd)) if study.log_sd > 0.0 else float(distance >= 0.0)


PRIORS: Registry[type[AbstractPrior]] = Registry(
    "prior", (Lognormal, Normal, Uniform, Studies, OnOff), name=lambda each: each.kind
)
