"""How likely a loop that feeds itself is, where a scenario's parameters are uncertain: by sets from its priors."""

import math

import numpy as np

from engine.analysis.loop_gain import loop_gain
from engine.law.law import law_of
from engine.risk.uncertainty.study import GainOdds
from engine.run.load import Inputs
from engine.scenario.scenario import Scenario
from engine.scenario.uncertainty.parameter_sets import parameter_sets

N_SETS = 256  # of which each needs a law and no path: a share of a fifth is known to 2.5 %


def gain_odds_of(scenario: Scenario, inputs: Inputs, horizon_days: int, seed: int) -> GainOdds | None:
    """Return the odds of a gain of 1 or more over a scenario's priors and the impact that its paths draw.

    Treasuries are in it, as in `engine.analysis.loop_gain`. None: the scenario has no priors.

    Raises InputError where a set does not fit the market.
    """
    if not scenario.uncertainty:
        return None
    sets = parameter_sets(scenario, N_SETS, seed)
    laid = inputs.with_scenarios(sets.variants, [str(k + 1) for k in range(N_SETS)])
    gains, odds = np.zeros(N_SETS), np.zeros(N_SETS)
    for k, (market, unwind) in enumerate(zip(laid.shocked, laid.unwinds, strict=True)):
        law = law_of(market, horizon_days, horizon_days, unwind, inputs.market)
        if law.unwind is not None:
            found = loop_gain(law.unwind, horizon_days)
            gains[k], odds[k] = found.at_median, found.probability
    se = float(odds.std(ddof=1)) / math.sqrt(N_SETS)
    return GainOdds(probability=float(odds.mean()), se=se, gains=tuple(gains.tolist()))
