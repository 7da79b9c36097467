"""Gradients by a scenario's numbers: of a jump that comes on the first day with certainty they are known."""

import pytest

from engine.analysis.contributions.replay import replay
from engine.analysis.contributions.scene import scenes
from engine.analysis.gradient.run_gradients import run_gradients
from engine.inputs.run import resolve
from engine.run.load import load_inputs
from engine.run.prepared import prepare
from engine.run.start import finish

N_PATHS = 2**15
SCENARIO = """
title = "t"
description = "d"
source = "s"
[[jumps]]
name = "fall"
source = "s"
day = 1
mean = { USDJPY = -0.05 }
"""


def nothing(*_):
    pass


@pytest.mark.slow
def test_a_certain_jump_of_a_linear_book_changes_var_and_es_by_what_it_moves(tmp_path):
    """Dollars in cash: by 10 % of the jump every path's value falls by half a per cent, to the convexity of exp."""
    book, scenario = tmp_path / "cash.csv", tmp_path / "s.toml"
    book.write_text("position_id,book,kind,currency,notional\nc,b,CASH,USD,100000000\n", encoding="utf-8")
    scenario.write_text(SCENARIO, encoding="utf-8")
    settings = {"book": [str(book)], "scenario": str(scenario), "paths": N_PATHS, "confidence": [0.99]}
    config = resolve({**settings, "backend": "numba", "instantaneous": True, "horizon_days": 2}, {})
    prepared = prepare(config, load_inputs(config), nothing)
    finished = finish(prepared, nothing, nothing, 0.0)
    replayed = replay(prepared.drawn, N_PATHS, lambda: None)
    done: list[tuple[int, int]] = []
    made = scenes(prepared, finished.whole, finished.result, replayed)
    (table,) = run_gradients(made, lambda n, n_all: done.append((n, n_all)))
    (mine,) = (each for each in table.gradients if each.name == "jumps.fall.mean.USDJPY")
    value = 1e8 * prepared.inputs.market.usdjpy
    var = finished.result.results[0].measures[0].estimates["value_at_risk"].value
    for key in ("value_at_risk", "expected_shortfall"):
        assert mine.changes[key].value == pytest.approx(0.005 * (value - var), rel=0.02)  # beyond VaR less is left
        assert mine.changes[key].se < 1e-2 * mine.changes[key].value  # both runs are on the same paths
    assert done[-1][0] == done[-1][1] == len(table.gradients)
