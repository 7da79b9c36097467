"""Sets of parameters: a Latin hypercube by a seed of its own, and the scenario in each set."""

from dataclasses import replace

import numpy as np
import pytest

from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.unwind import Unwind
from engine.scenario.scenario import Scenario
from engine.scenario.uncertainty.parameter_sets import hypercube, parameter_sets
from engine.scenario.uncertainty.priors import Lognormal, OnOff
from engine.scenario.uncertainty.uncertain_parameters import UncertainParameter

NAMES = ("repatriation.stock_usd_bn", "repatriation.most")


def scenario(*uncertain):
    unwind = Unwind(repatriation=Repatriation(source="s"))
    return Scenario(name="s", title="t", description="d", source="s", unwind=unwind, uncertainty=uncertain)


def wide(name, log_sd=0.3):
    return UncertainParameter(name=name, prior=Lognormal(source="s", log_sd=log_sd))


def test_every_parameter_takes_the_middle_of_each_part_once():
    levels = hypercube(NAMES, 64, 7)
    middles = (np.arange(64) + 0.5) / 64
    assert np.array_equal(np.sort(levels, axis=0), np.stack([middles, middles], axis=1))
    # 64 independent orders correlate with a standard deviation of 1 / sqrt(63) = 0.126; allow three
    assert abs(np.corrcoef(levels.T)[0, 1]) < 0.38


def test_the_same_seed_gives_the_same_sets_and_another_others():
    one, same, other = (parameter_sets(scenario(*map(wide, NAMES)), 16, seed) for seed in (3, 3, 4))
    assert np.array_equal(one.values, same.values)
    assert not np.array_equal(one.values, other.values)


def test_orders_are_what_they_were_when_sets_were_first_recorded():
    """Another numpy, or another machine, must not change them: a record's sets are drawn again from its seed."""
    order = hypercube(["carry.leverage"], 8, 1)[:, 0] * 8 - 0.5
    assert order.tolist() == [4, 6, 0, 7, 5, 1, 3, 2]


def test_another_prior_leaves_the_values_of_the_others():
    one, both = (parameter_sets(scenario(*map(wide, names)), 16, 3) for names in (NAMES[:1], NAMES))
    assert np.array_equal(one.values[:, 0], both.values[:, 0])


def test_a_variant_has_the_values_of_its_set_and_is_certain():
    sets = parameter_sets(scenario(*map(wide, NAMES)), 4, 1)
    for values, each in zip(sets.values, sets.variants, strict=True):
        part = each.unwind.repatriation
        assert [part.stock_usd_bn, part.most] == values.tolist()
        assert each.uncertainty == ()
        assert replace(each, unwind=None) == replace(sets.scenario, unwind=None, uncertainty=())


def test_one_set_is_the_medians_and_without_width_all_sets_are_the_scenario():
    certain = scenario()
    assert parameter_sets(scenario(*map(wide, NAMES)), 1, 9).variants == (certain,)
    assert set(parameter_sets(scenario(*(wide(name, 0.0) for name in NAMES)), 5, 9).variants) == {certain}


@pytest.mark.parametrize("first", [0, 1])
def test_a_mechanism_that_is_off_takes_its_own_parameters_with_it_wherever_it_stands(first):
    off = UncertainParameter(name="repatriation", prior=OnOff(source="s", probability=0.5))
    order = (off, wide(NAMES[0])) if first == 0 else (wide(NAMES[0]), off)
    sets = parameter_sets(scenario(*order), 8, 1)
    is_on = sets.values[:, first] == 1.0
    assert is_on.sum() == 4  # half of eight, exactly: a hypercube
    assert [each.unwind.repatriation is not None for each in sets.variants] == is_on.tolist()
