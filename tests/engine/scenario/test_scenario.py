import math

import pytest

from engine.errors import InputError
from engine.scenario.scenario import Scenario, Shock, ShockKind


@pytest.mark.parametrize(
    ("kind", "expected"), [(ShockKind.ABSOLUTE, 100.5), (ShockKind.RELATIVE, 150.0), (ShockKind.TARGET, 0.5)]
)
def test_each_kind_of_shock_moves_a_level(kind, expected):
    assert Shock(factor="USDJPY", size=0.5, kind=kind).apply(100.0) == expected


@pytest.mark.parametrize("size", [math.nan, math.inf])
def test_a_shock_that_is_not_finite_is_refused(size):
    with pytest.raises(InputError, match=r"'USDJPY'.*finite"):
        Shock(factor="USDJPY", size=size, kind=ShockKind.ABSOLUTE)


GOOD = {"name": "s", "title": "t", "description": "d", "source": "x"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "a b"}, "a scenario's name has letters"),
        ({"name": "../s"}, "a scenario's name has letters"),
        ({"name": "a/b/c"}, "a scenario's name has letters"),
        ({"name": None}, "a scenario's name has letters"),
        ({"title": ""}, "needs a title of 1 to 120 characters"),
        ({"source": ""}, "a description and a source"),
        ({"vol_multipliers": (("*", float("nan")),)}, "vol multiplier of '*' must lie in [0, 100], got nan"),
        ({"vol_multipliers": (("", 1.0),)}, "has 1 to 64 characters, got ''"),
        ({"correlations": (("A", "B", 1.5),)}, "correlation of 'A' and 'B' must lie in [-1, 1], got 1.5"),
        ({"correlations": (("A", "B", 0.5),) * 1001}, "more than 1000 changes of one sort"),
    ],
)
def test_a_scenario_built_in_python_is_refused_for_what_a_file_is(changes, said):
    with pytest.raises(InputError) as refused:
        Scenario(**(GOOD | changes))
    assert said in str(refused.value)


def test_a_bundled_scenario_has_its_folder_in_its_name():
    assert Scenario(**(GOOD | {"name": "equities/regimes-theory"})).name == "equities/regimes-theory"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": float("inf")}, "`size` must be finite, got inf"),
        ({"size": "0.1"}, "`size` must be finite, got '0.1'"),
        ({"kind": "absolute"}, "no `kind` is 'absolute'"),
        ({"day": 0}, "`day` must lie in 1 to 10000, got 0"),
        ({"day": 1.5}, "`day` must lie in 1 to 10000, got 1.5"),
        ({"factor": "F" * 65}, "has 1 to 64 characters"),
    ],
)
def test_a_shock_built_in_python_is_refused_for_what_a_file_is(changes, said):
    with pytest.raises(InputError) as refused:
        Shock(**({"factor": "USDJPY", "size": 0.1, "kind": ShockKind.RELATIVE} | changes))
    assert said in str(refused.value)
