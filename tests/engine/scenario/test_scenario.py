import math

import pytest

from engine.errors import InputError
from engine.scenario.scenario import Shock, ShockKind


@pytest.mark.parametrize(
    ("kind", "expected"), [(ShockKind.ABSOLUTE, 100.5), (ShockKind.RELATIVE, 150.0), (ShockKind.TARGET, 0.5)]
)
def test_each_kind_of_shock_moves_a_level(kind, expected):
    assert Shock(factor="USDJPY", size=0.5, kind=kind).apply(100.0) == expected


@pytest.mark.parametrize("size", [math.nan, math.inf])
def test_a_shock_that_is_not_finite_is_refused(size):
    with pytest.raises(InputError, match=r"'USDJPY'.*finite"):
        Shock(factor="USDJPY", size=size, kind=ShockKind.ABSOLUTE)
