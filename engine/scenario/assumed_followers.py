"""Factors of a market without a history, which follow others by assumption under a law of past days."""

from collections.abc import Mapping

from engine.market.filtered import GivenFactor
from engine.market.market import Market
from engine.mechanisms.law import Way, is_whole, way_of
from engine.scenario.scenario import Scenario


def followed_by_assumption(scenario: Scenario, market: Market) -> Mapping[str, GivenFactor]:
    """Return what each factor without a history follows in a scenario, but those that the scenario's own rows move.

    None under a law of no past days, and under one whose past moves are taken whole: there they stay still.
    """
    unwind, state = scenario.unwind, market.filtered
    if unwind is None or state is None or way_of(unwind) is Way.DIFFUSION or is_whole(unwind):
        return {}
    own = {each.factor for each in unwind.row_followers}
    return {name: each for name, each in state.given.items() if name not in own}
