"""Sets of parameters drawn from a scenario's priors: a Latin hypercube, whose bits are a function of a seed alone.

Of n sets every parameter takes each of the n middles of equal parts of its prior once, in an order of its own: McKay,
Beckman & Conover (1979), "A comparison of three methods for selecting values of input variables", Technometrics 21(2).
One set is the priors' medians. Orders are by Philox words whose key is a digest of the seed and the parameter's name,
so that another prior in the file leaves the values of the others, and their orders, as they were. Nothing of it is
shared with the paths.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from engine.scenario.scenario import Scenario
from engine.scenario.uncertainty.places import place_of
from kernels.types import F64, U64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParameterSets:
    """Sets of one scenario's uncertain parameters, and the scenario in each of them."""

    scenario: Scenario
    seed: int
    values: F64  # (n_sets, n_parameters) in each parameter's unit; of what is on or off 1 and 0
    variants: tuple[Scenario, ...]  # (n_sets,)


def parameter_sets(scenario: Scenario, n_sets: int, seed: int) -> ParameterSets:
    """Draw sets of a scenario's uncertain parameters."""
    uncertain = scenario.uncertainty
    levels = hypercube([each.name for each in uncertain], n_sets, seed)
    places = [place_of(scenario, each.name) for each in uncertain]
    values = np.array(
        [
            [each.prior.value(float(level), place) for each, place, level in zip(uncertain, places, row, strict=True)]
            for row in levels
        ]
    )
    return ParameterSets(
        scenario=scenario, seed=seed, values=values, variants=tuple(variant(scenario, row.tolist()) for row in values)
    )


def hypercube(names: Sequence[str], n_sets: int, seed: int) -> F64:
    """Return levels in (0, 1): (n_sets, n_names), each column the middles of n_sets equal parts in its own order."""
    middles = (np.arange(n_sets) + 0.5) / n_sets
    return np.stack([middles[np.argsort(_words(name, n_sets, seed), kind="stable")] for name in names], axis=1)


def variant(scenario: Scenario, values: Sequence[float]) -> Scenario:
    """Return a scenario with other values of its uncertain parameters, which are then certain.

    What is switched off is switched off last, so that its own parameters are still there to be set; multipliers that
    the scenario has not are put before the others one by one, the last of the file first.
    """
    pairs = list(zip(scenario.uncertainty, values, strict=True))
    switches = {each.name for each in scenario.uncertainty if place_of(scenario, each.name).is_switch}
    found = scenario
    for each, value in sorted(reversed(pairs), key=lambda pair: (pair[0].name in switches, "." not in pair[0].name)):
        found = place_of(found, each.name).put(value)
    return replace(found, uncertainty=())


def _words(name: str, n: int, seed: int) -> U64:
    key = int.from_bytes(sha256(f"{seed} {name}".encode()).digest()[:16], "little")
    return np.asarray(np.random.Philox(key=key).random_raw(n), np.uint64)
