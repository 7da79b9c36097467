"""P&L by strand of moves adds up, and shares what pairs of strands make."""

import numpy as np

from engine.explain.run import attribution
from engine.explain.run.attribution import attribute, values_of
from engine.explain.run.strands import Strand, direction_strands
from engine.run.replayed_levels import replayed_levels
from kernels.base import PathRange
from tests.engine.explain.run.runs import REGIMES, ready

IDS = np.arange(64, dtype=np.uint64)


def test_parts_add_up_to_the_pnl_of_the_run():
    part, scenario = ready("base", REGIMES).place_of("three-regimes")
    factors, observations = part.inputs.market.factors, part.packed.book.run.observations
    moves = replayed_levels(part, scenario, IDS, observations)[:, : len(factors)]
    pnl = part.backend.pnl(part.program, PathRange(first=0, n=IDS.size))[3]  # rows are total and two books a scenario
    found = attribute(part, scenario, moves, pnl, direction_strands(factors))
    np.testing.assert_allclose(found.still + found.strands.sum(axis=0) + found.rest, pnl, rtol=1e-12)
    assert np.abs(found.rest).max() < 1e-9 * np.abs(pnl).max()  # rounding: the same kernels value both


def test_of_a_pair_that_interacts_each_takes_half(monkeypatch):
    def product(_part, _scenario, moves):  # a + b + 2 a b of two factors
        a, b = moves[-1]
        return (a + b + 2.0 * a * b)[None]

    monkeypatch.setattr(attribution, "values_of", product)
    strands = [
        Strand(name=str(f), up="", down="", part=lambda m, f=f: m * (np.arange(2) == f)[:, None], direction=len)
        for f in range(2)
    ]
    moves = np.array([[[0.5, 1.0], [2.0, 3.0]]])
    found = attribute(None, 0, moves, product(None, 0, moves)[0], strands)
    np.testing.assert_allclose(found.strands, [[0.5 + 1.0, 1.0 + 3.0], [2.0 + 1.0, 3.0 + 3.0]])
    np.testing.assert_allclose(found.rest, 0.0, atol=1e-15)


def test_numpys_formulas_value_what_the_backend_does(monkeypatch):
    part, scenario = ready("base", REGIMES).place_of("base")
    moves = np.random.default_rng(5).normal(0.0, 0.003, (1, len(part.inputs.market.factors), 4))
    ours = values_of(part, scenario, moves)
    twice = np.repeat(moves, 2, axis=0)  # as if the book were looked at twice: it looks at the first alone
    bound = part.packed.bounds.pnl[scenario][:, None]
    assert (np.abs(values_of(part, scenario, twice) - ours) <= bound + 1e-9 * np.abs(ours)).all()
