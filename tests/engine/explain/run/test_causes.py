"""One cause a path, by the rule of `engine.explain.run.causes`, on paths made by hand."""

import numpy as np
import pytest

from engine.explain.run.attribution import Attribution
from engine.explain.run.causes import SEVERAL, LosingPaths, causes, mechanism_costs
from engine.explain.run.strands import Strand


def strand(name, f):
    return Strand(name=name, up=f"{name} up", down=f"{name} down", part=len, direction=lambda last: last[f])


def paths(weights=None):
    """Five paths that lose 12 each where nothing moving gains 0; strands a and b; a mechanism m."""
    by_strand = -np.array([[9.0, 2.0, 3.0, 3.0, 4.0], [3.0, 10.0, 3.0, 3.9, 4.0]])
    return LosingPaths(
        numbers=np.array([7, 3, 9, 1, 5], np.uint64),
        pnl=np.full(5, -12.0),
        weights=weights,
        last=np.array([[1.0, 1.0, 1.0, 1.0, -1.0], [1.0, -1.0, 1.0, 1.0, 1.0]]),
        strands=(strand("a", 0), strand("b", 1)),
        attribution=Attribution(still=0.0, strands=by_strand, rest=-12.0 - by_strand.sum(axis=0)),
        mechanisms=("m",),
        costs=np.array([[3.9, 0.0, 4.0, -1.0, 0.0]]),
    )


def test_the_mechanism_first_then_the_strand_then_several():
    found = {each.name: each for each in causes(paths())}
    assert {name: each.typical for name, each in found.items()} == {
        "m": (9,),  # 4 of 12 is a third, though both strands cost less
        "a up": (7,),  # of path 7 the mechanism cost 3.9, less than a third
        "b down": (3,),
        "a down": (5,),  # of equal costs the first strand counts
        SEVERAL: (1,),  # 3.9 at most
    }
    assert found["m"].is_mechanism
    assert (found["m"].cost, found["m"].mean_loss) == (4.0, 12.0)


def test_shares_add_up_to_one_and_have_binomial_errors():
    found = causes(paths())
    assert sum(each.share for each in found) == pytest.approx(1.0, abs=1e-15)
    assert found[0].share_se == pytest.approx((0.2 * 0.8 / 5) ** 0.5)


def test_known_moves_count_by_their_weights_and_have_no_error():
    found = {each.name: each for each in causes(paths(np.array([1.0, 1.0, 6.0, 1.0, 1.0])))}
    assert (found["m"].share, found["m"].share_se) == (pytest.approx(0.6), 0.0)


def test_a_mechanism_is_reported_whether_or_not_it_was_a_cause():
    (found,) = mechanism_costs(paths())
    assert (found.acted, found.cost) == (pytest.approx(0.6), pytest.approx((3.9 + 4.0 - 1.0) / 5))
