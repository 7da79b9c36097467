"""What a mix is solved for: its figure, and the paired error of its change."""

import numpy as np
import pytest

from engine.analysis.hedge.aim import aim_change, aim_of, es_of, weights_of
from engine.analysis.whatif.paired_changes import paired_changes
from engine.errors import InputError
from engine.risk.measures.expected_shortfall import expected_shortfall

NAMES = ("flight", "repatriation")
N, LEVEL = 2_000, 0.95


def draw(seed):
    """Two scenarios of one stream before and after, as correlated as two laws on common draws are."""
    rng = np.random.default_rng(seed)
    common, own, hedge = rng.normal(size=N), rng.normal(size=N), rng.normal(size=N)
    before = [common + 0.3 * own, 1.4 * common - 0.3 * own]
    return before, [before[0] - 0.1 * common + 0.2 * hedge, before[1] - 0.3 * common + 0.2 * hedge]


def test_one_scenario_has_the_change_of_its_own_es():
    before, after = draw(1)
    aim = aim_of("first", {}, NAMES)
    assert (aim.scenarios, aim.array) == (("flight",), None)
    assert aim_change(aim, before[:1], after[:1], LEVEL, None) == es_of(paired_changes(before[0], after[0], (LEVEL,)))


def test_the_worst_is_of_the_scenario_that_is_worst_before_and_after():
    before, after = draw(1)
    found = aim_change(aim_of("worst", {}, NAMES), before, after, LEVEL, None)
    of = [[expected_shortfall(one, LEVEL) for one in pnl] for pnl in (before, after)]
    assert found.before.value == max(of[0]) == of[0][1]
    assert found.after.value == max(of[1])


def test_a_mean_weighs_each_scenarios_es():
    before, after = draw(1)
    aim = aim_of("mean", {"flight": 3.0}, NAMES)
    assert aim.weights == (0.75, 0.25)
    assert aim.array.tolist() == [0.75, 0.25]
    found = aim_change(aim, before, after, LEVEL, None)
    pairs = [[expected_shortfall(one, LEVEL) for one in pnl] for pnl in (before, after)]
    assert (found.before.value, found.after.value) == pytest.approx([0.75 * a + 0.25 * b for a, b in pairs], rel=1e-12)
    assert found.value == found.after.value - found.before.value


@pytest.mark.parametrize("kind", ["worst", "mean"])
def test_errors_cover_over_200_seeds(kind):
    aim = aim_of(kind, {}, NAMES)
    found = [aim_change(aim, *draw(seed), LEVEL, None) for seed in range(200)]
    values, ses = (np.array([getattr(each, name) for each in found]) for name in ("value", "se"))
    # A spread of 200 is known to 5 %: four of these. Within two errors lie 95.4 % of 200: four deviations of that.
    assert np.sqrt((ses**2).mean()) / values.std(ddof=1) == pytest.approx(1.0, abs=0.2)
    assert (np.abs(values - values.mean()) < 2.0 * ses).mean() > 0.895


@pytest.mark.parametrize(
    ("kind", "weights", "message"),
    [
        ("wurst", {}, "--aim: no aim is called 'wurst'; did you mean 'worst'"),
        ("worst", {"flight": 1.0}, "--weight: weights are those of a mean; give --aim mean"),
        ("mean", {"fligth": 1.0}, "--weight: no scenario is called 'fligth'; did you mean 'flight'"),
        ("mean", {"flight": -1.0}, "--weight: weights must be 0 or more"),
        ("mean", {"flight": 0.0, "repatriation": 0.0}, "one of them above 0"),
    ],
)
def test_what_is_no_aim_is_refused_with_the_way_out(kind, weights, message):
    with pytest.raises(InputError, match=message):
        aim_of(kind, weights, NAMES)


def test_weights_are_read_and_bad_ones_refused():
    assert weights_of(["a=2", "b=0.5"]) == {"a": 2.0, "b": 0.5}
    for texts, message in ((["a"], "must be SCENARIO=NUMBER"), (["a=x"], "got 'a=x'"), (["a=1", "a=2"], "given twice")):
        with pytest.raises(InputError, match=message):
            weights_of(texts)
