"""A run's first cells walked again: as many as hold the tail, until a stop."""

import pytest

from engine.analysis.contributions.replay import replay
from engine.inputs.run import resolve
from engine.risk.components import MOST_CELLS, cells_for
from engine.run.load import load_inputs
from engine.run.prepared import prepare
from engine.sharing.stop import Stop, StoppedWorkError


def ignore(*_: object) -> None:
    """What a run says while it works."""


def test_as_many_cells_as_hold_the_tail_and_no_more():
    assert [cells_for(c, 10**8) for c in (0.5, 0.975, 0.99, 0.999, 0.9999)] == [1, 1, 3, 23, MOST_CELLS]
    assert cells_for(0.99, 100_000) == 2


def test_a_stop_is_obeyed_between_cells():
    config = resolve({"n_paths": 200_000, "backend": "numba"}, {})
    prepared, stop = prepare(config, load_inputs(config), ignore).drawn, Stop()
    stop.number = 15
    with pytest.raises(StoppedWorkError):
        replay(prepared, 200_000, stop.check)
