"""Nothing that forces and nothing forced shares a step: what that means for the bundled scenarios that forecast.

Of each that is no stress, whatever USD/JPY did in the five days before: over one day no 0.1 % quantile of USD/JPY lies
beyond twice the worst day since 2000, and VaR over one day is below VaR over ten. Of stresses too: none of what sells
answers in its own step.
"""

from dataclasses import replace

import numpy as np
import pytest

from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.run import RunConfig
from engine.inputs.scenario.load import bundled_scenario_names, load_scenario
from engine.mechanisms.jumps import Jump
from engine.mechanisms.law import is_whole
from engine.run.start import run
from engine.run.walk import walk_of
from kernels.numba.backend import NumbaBackend

FARTHEST = 2.0 * -0.0521565  # the worst day since 2000: 2008-10-24
MARKET = load_market(bundled_market_path())
FORECASTS = [name for name in bundled_scenario_names() if not load_scenario(name).stress]
DRAWN = [name for name in FORECASTS if not is_whole(load_scenario(name).unwind)]


@pytest.mark.parametrize("before", [0.95, 1.0, 1.05])
@pytest.mark.parametrize("name", DRAWN)
def test_a_day_of_usdjpy_stays_within_twice_the_worst_known(name, before):
    """`before`: its closes of the last five days over today's, so that interventions and regimes answer either way."""
    market = replace(MARKET, previous_usdjpy=(MARKET.usdjpy * before,) * 5)
    walk = walk_of(load_scenario(name), market, n_days=1, seed=3, backend=NumbaBackend())
    moves = walk.deviations(np.arange(20_000, dtype=np.uint64))[-1, walk.series.index("USDJPY")]
    assert np.quantile(moves, 0.001) > FARTHEST


@pytest.mark.slow
@pytest.mark.parametrize("name", FORECASTS)
def test_var_over_one_day_is_below_var_over_ten(name):
    one, ten = (
        run(
            RunConfig.model_validate({"scenario": name, "paths": 65_536, "horizon_days": days}),
            lambda *_: None,
            lambda _: None,
        )
        for days in (1, 10)
    )
    for short, long in zip(one.results, ten.results, strict=True):  # the total and both books
        for first, second in zip(short.measures, long.measures, strict=True):
            assert first.estimates["value_at_risk"].value < second.estimates["value_at_risk"].value, short.scope


SELLERS = [
    name
    for name in bundled_scenario_names()
    if (unwind := load_scenario(name).unwind) is not None and (unwind.repatriation or unwind.carry)
]


@pytest.mark.parametrize("name", SELLERS)
def test_what_a_fall_of_the_first_day_forces_is_sold_on_the_second(name):
    """A jump of USD/JPY by -6 % on the first day, or none: the first day's sales are the same, the second's are not."""
    scenario = load_scenario(name)
    assert scenario.unwind is not None
    fall = Jump(name="fall", source="x", day=1, mean=(("USDJPY", -0.06),))
    struck = replace(scenario, unwind=replace(scenario.unwind, jumps=(*scenario.unwind.jumps, fall)))
    sold = []
    for each in (scenario, struck):
        walk = walk_of(each, MARKET, n_days=2, seed=3, backend=NumbaBackend())
        found = dict(zip(walk.series, walk.deviations(np.arange(500, dtype=np.uint64)).transpose(1, 0, 2), strict=True))
        sold.append(found["carry_sold"] + found["private_sold"])
    assert np.array_equal(sold[0][0], sold[1][0])
    assert (sold[1][1] >= sold[0][1]).all()
    assert sold[1][1].mean() > sold[0][1].mean()
