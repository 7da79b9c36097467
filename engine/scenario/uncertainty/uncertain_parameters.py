"""A scenario's uncertain parameters: which they are, what is believed of each, and what is wrong with that."""

from dataclasses import dataclass

from engine.mechanisms.parameters.findings import Findings, key_of
from engine.scenario.scenario import Scenario
from engine.scenario.uncertainty.places import UnknownParameterError, place_of
from engine.scenario.uncertainty.priors import AbstractPrior

KEY = "uncertainty"  # of a scenario file


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainParameter:
    """One parameter by its dotted name, and its prior."""

    name: str  # "carry.leverage", as `engine.scenario.uncertainty.places` reads it
    prior: AbstractPrior


def check_uncertainty(scenario: Scenario, uncertain: tuple[UncertainParameter, ...], findings: Findings) -> None:
    """Refuse every prior of what the scenario has not, or of values that the parameter cannot have."""
    for each in uncertain:
        where = key_of(KEY, each.name)
        try:
            place = place_of(scenario, each.name)
        except UnknownParameterError as error:
            findings.refuse(where, str(error))
            continue
        for message in each.prior.errors(place):
            findings.refuse(where, message)
