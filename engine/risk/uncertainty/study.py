"""A study of one scenario's uncertain parameters: the sets, what came of each, and the bands and tornadoes of that."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.risk.uncertainty.band import ParameterBand, SetFigures, band_of
from engine.risk.uncertainty.tornado import Tornado, tornado_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorFacts:
    """One uncertain parameter, as results and records tell of it."""

    parameter: str  # dotted name
    value: float  # the scenario's own; of what is on or off 1
    prior: str  # kind
    source: str
    figures: Mapping[str, Any]  # of the prior, by the keys of a scenario file

    def words(self) -> str:
        """Return the prior in a few words, beside the scenario's own value."""
        studies = [f"{study['name']} {study['value']:g}" for study in self.figures.get("studies", ())]
        numbers = [f"{name} {value:g}" for name, value in self.figures.items() if isinstance(value, float)]
        return f"{self.prior}, as written {self.value:g}; {', '.join([*studies, *numbers])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GainOdds:
    """How likely it is that a loop of sales and prices feeds itself."""

    probability: float  # mean over sets of that of a gain of 1 or more
    se: float  # of so few sets, as if they were independent
    gains: tuple[float, ...]  # one a set


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterStudy:
    """What sets of parameters do to one scenario. Field names are the JSON's keys."""

    scenario: str
    n_sets: int
    seed: int  # of the sets: nothing of it is shared with the paths
    n_paths: int  # each set walks, the same ones
    priors: tuple[PriorFacts, ...]
    sets: tuple[tuple[float, ...], ...]  # values of each set, in the order of `priors`; of what is on or off 1 and 0
    figures: tuple[SetFigures, ...]
    bands: tuple[ParameterBand, ...]  # one of each of `figures`
    tornadoes: tuple[Tornado, ...]  # likewise; none where there are too few sets for so many parameters
    gain: GainOdds | None  # None: the scenario has no loop


def study_of(
    *,
    scenario: str,
    seed: int,
    n_paths: int,
    priors: Sequence[PriorFacts],
    sets: Sequence[Sequence[float]],
    figures: Sequence[SetFigures],
    gains: Sequence[float] | None,
) -> ParameterStudy:
    """Put a study together.

    sets    (n_sets, n_parameters) values
    gains   (n_sets,) of the loop; None: the scenario has none
    """
    names, values = [prior.parameter for prior in priors], np.array(sets, np.float64)
    tornadoes = (tornado_of(each, names, values) for each in figures)
    return ParameterStudy(
        scenario=scenario,
        n_sets=len(sets),
        seed=seed,
        n_paths=n_paths,
        priors=tuple(priors),
        sets=tuple(tuple(map(float, values)) for values in sets),
        figures=tuple(figures),
        bands=tuple(map(band_of, figures)),
        tornadoes=tuple(each for each in tornadoes if each is not None),
        gain=None if gains is None else gain_odds(gains),
    )


def gain_odds(gains: Sequence[float]) -> GainOdds:
    """Return how likely a gain of 1 or more is, from that of each set.

    The error is a binomial's at (n above + 1/2) / (n + 1), Jeffreys' rule: none of three sets is no certainty.
    """
    n, above = len(gains), sum(gain >= 1.0 for gain in gains)
    likely = (above + 0.5) / (n + 1.0)
    return GainOdds(probability=above / n, se=math.sqrt(likely * (1.0 - likely) / n), gains=tuple(gains))
