"""A scenario's priors as results and records tell of them."""

from dataclasses import fields

from engine.mechanisms.parameters.parameter import parameters
from engine.risk.uncertainty.study import PriorFacts
from engine.scenario.scenario import Scenario
from engine.scenario.uncertainty.places import place_of
from engine.scenario.uncertainty.uncertain_parameters import UncertainParameter


def prior_facts(scenario: Scenario) -> tuple[PriorFacts, ...]:
    """Return what is to be told of each of a scenario's uncertain parameters, in the order of its file."""
    return tuple(_facts(scenario, each) for each in scenario.uncertainty)


def _facts(scenario: Scenario, uncertain: UncertainParameter) -> PriorFacts:
    prior = uncertain.prior
    figures = {name: getattr(prior, name) for name in parameters(type(prior)) if name != "source"}
    return PriorFacts(
        parameter=uncertain.name,
        value=place_of(scenario, uncertain.name).centre,
        prior=prior.kind,
        source=prior.source,
        figures={name: _plain(value) for name, value in figures.items() if value is not None},
    )


def _plain(value: object) -> object:
    """Return a prior's figure as JSON has it: studies as tables."""
    if not isinstance(value, tuple):
        return value
    return tuple({each.name: getattr(study, each.name) for each in fields(study)} for study in value)
