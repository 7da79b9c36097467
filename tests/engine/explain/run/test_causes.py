"""One cause a path, by the rule of `engine.explain.run.causes`, on paths made by hand."""

from dataclasses import dataclass

import numpy as np
import pytest

from engine.analysis.contributions.tail_parts import TailParts
from engine.explain.run.attribution import Attribution
from engine.explain.run.causes import SEVERAL, LosingPaths, _typical, causes, mechanism_costs
from engine.explain.run.strands import Strand
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tail(TailParts):
    """Five paths by weights of their own; errors of means are those of a fixed threshold."""

    counts: F64

    def measured(self, pnl):
        return None

    @property
    def weights(self):
        return self.counts / self.counts.sum()

    @property
    def origins(self):
        return np.arange(5)

    def mean_se(self, values):
        return 0.0 if np.ptp(self.counts) else float(values.std()) / 5**0.5


def strand(name, f):
    return Strand(name=name, up=f"{name} up", down=f"{name} down", part=len, direction=lambda last: last[f])


def paths(*counts):
    """Five paths that lose 12 each where nothing moving gains 0; strands a and b; a mechanism m."""
    by_strand = -np.array([[9.0, 2.0, 3.0, 3.0, 4.0], [3.0, 10.0, 3.0, 3.9, 4.0]])
    return LosingPaths(
        numbers=np.array([7, 3, 9, 1, 5], np.uint64),
        pnl=np.full(5, -12.0),
        tail=Tail(
            total=None, paths=None, total_pnl=None, books=None, counts=np.array(counts or [1.0, 1.0, 1.0, 1.0, 1.0])
        ),
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
    assert (found["m"].cost, found["m"].mean_loss) == (pytest.approx(4.0), pytest.approx(12.0))


def test_shares_add_up_to_one_and_have_errors_of_means_over_the_tail():
    found = causes(paths())
    assert sum(each.share for each in found) == pytest.approx(1.0, abs=1e-15)
    assert found[0].share_se == pytest.approx((0.2 * 0.8 / 5) ** 0.5)


def test_known_moves_count_by_their_weights_and_have_no_error():
    found = {each.name: each for each in causes(paths(1.0, 1.0, 6.0, 1.0, 1.0))}
    assert (found["m"].share, found["m"].share_se) == (pytest.approx(0.6), 0.0)


def test_a_mechanism_is_reported_whether_or_not_it_was_a_cause():
    (found,) = mechanism_costs(paths())
    assert (found.acted, found.cost) == (pytest.approx(0.6), pytest.approx((3.9 + 4.0 - 1.0) / 5))


def test_typical_paths_of_one_day_of_the_past_are_named_once():
    """Of an exact law the moves of a day lie side by side: paths 3 and 9 are of one day, and 9 is the nearer."""
    by_strand = np.array([[-5.0, -6.0, -6.1, -9.0]])
    assert _typical(by_strand, np.array([1, 3, 9, 7], np.uint64), np.array([1, 0, 0, 2])) == (9, 1, 7)
