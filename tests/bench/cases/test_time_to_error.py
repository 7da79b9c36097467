import dataclasses

import pytest

from bench.cases.time_to_error import (
    MEASURES,
    REPLICATES,
    TARGETS,
    _assert_close,
    goals,
    least_points,
    n_sampled,
    plain_paths,
    ways_of_12000,
)
from engine.risk.estimate import Estimate

ESTIMATE = Estimate(value=100.0, se=2.0, low=96.0, high=104.0)


@pytest.fixture(scope="module")
def ways():
    return ways_of_12000()


def test_an_error_falls_with_the_root_of_the_paths():
    assert plain_paths(ESTIMATE, 1_000, 0.01) == 4_000
    assert plain_paths(ESTIMATE, 1_000, 0.02) == 1_000


def test_the_least_points_are_those_that_first_reach_the_target():
    sampled = {k: {"VaR": dataclasses.replace(ESTIMATE, se=2.0 ** (3 - k))} for k in (1, 2, 3)}
    assert [least_points(sampled, "VaR", target) for target in (0.05, 0.02, 0.001)] == [1, 2, None]


def test_every_measure_has_every_target():
    assert list(goals()) == [(name, target) for name in MEASURES for target in TARGETS]


def test_all_ways_estimate_one_number(ways):
    plain = ways.plain(65_536)
    _assert_close("is_sobol", ways.is_sobol(8), plain)
    _assert_close("numpy", ways.numpy(256), plain)


def test_a_way_that_is_off_gives_no_result(ways):
    plain = ways.plain(65_536)
    off = {name: dataclasses.replace(each, value=1.2 * each.value) for name, each in plain.items()}
    with pytest.raises(AssertionError, match=r"numpy: VaR 99 % is .* off the plain one"):
        _assert_close("numpy", off, plain)


def test_the_paths_that_are_counted_are_those_that_are_valued(ways, monkeypatch):
    found = []
    pnl = type(ways)._pnl
    monkeypatch.setattr(type(ways), "_pnl", lambda self, moves: found.append(moves.shape[1]) or pnl(self, moves))
    ways.is_sobol(8)
    assert sum(found[-REPLICATES:]) == n_sampled(8)
