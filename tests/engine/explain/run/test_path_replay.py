"""A path walked again is the run's own path, in every bit of its P&L."""

import numpy as np
import pytest

from engine.errors import InputError
from engine.explain.run.path_replay import path_replay
from engine.explain.run.replay_json import replay_json
from kernels.base import PathRange
from tests.engine.explain.run.runs import N_PATHS, REGIMES, ready

PATH = 12_345


@pytest.mark.parametrize(("scenarios", "name", "steps", "n_dates"), [
    (("base",), "base", "auto", 1),
    (("base",), "base", "daily", 10),
    (("base", REGIMES), "base", "auto", 10),  # three-regimes is seen day by day
    (("base", REGIMES), "three-regimes", "auto", 10),
])  # fmt: skip
def test_pnl_is_that_of_the_run_bit_for_bit(scenarios, name, steps, n_dates):
    run = ready(*scenarios, steps=steps)
    found = path_replay(run, name, PATH)
    part, scenario = run.place_of(name)
    of_run = part.backend.pnl(part.program, PathRange(first=PATH - 100, n=300))[:, 100].reshape(len(scenarios), -1)
    assert found.pnl.tobytes() == of_run[scenario].tobytes()
    assert found.dates.size == n_dates
    assert found.is_one_step == (n_dates == 1)
    bound = found.pnl_bound[0] + 1e-9 * np.abs(found.position_pnl).sum()  # of compression, and rounding
    assert abs(found.position_pnl.sum() - found.pnl[0]) <= bound


def test_one_step_and_daily_steps_are_other_paths():
    one, daily = (path_replay(ready("base", steps=steps), "base", PATH) for steps in ("auto", "daily"))
    assert one.pnl[0] != daily.pnl[0]


def test_the_market_that_stands_still_from_the_last_day_on_is_the_path():
    found = path_replay(ready("base", REGIMES), "three-regimes", PATH)
    part, scenario = ready("base", REGIMES).place_of("three-regimes")
    book = part.packed.book
    moves = found.levels[-1] - [found.start.level(factor) for factor in found.factors]
    logs = np.log(found.levels[-1] / [found.start.level(factor) for factor in found.factors])
    is_level = np.array([factor.kind.value in ("rate", "spread") for factor in found.factors])
    again = part.backend.pnl_of_moves(book, np.where(is_level, moves, logs)[:, None])[3 * scenario]
    assert found.pnl_by_day[-1, 0] == pytest.approx(again[0], rel=1e-9)  # levels are rounded
    assert found.pnl_by_day.shape == (11, 3)
    still = part.backend.pnl_of_moves(book, np.zeros((len(found.factors), 1)))[3 * scenario, 0]
    assert found.pnl_by_day[0, 0] == still


def test_a_move_of_a_law_that_is_known_whole_is_one_of_its_windows():
    run = ready("historical")
    name = run.prepared.inputs.names[0]
    found = path_replay(run, name, 7)
    assert (found.n_paths, found.is_exact) == (500, True)
    with pytest.raises(InputError, match=r"path 500 is beyond historical.*exact and has 500 moves, 0 to 499"):
        path_replay(run, name, 500)


def test_a_path_beyond_the_run_and_a_scenario_that_it_lacks_are_refused():
    with pytest.raises(
        InputError, match=f"path {N_PATHS:,} is beyond the run, whose paths are 0 to 19,999; if the run"
    ):
        path_replay(ready("base"), "base", N_PATHS)
    with pytest.raises(InputError, match="the run has no scenario 'bas'; did you mean 'base'"):
        path_replay(ready("base"), "bas", 0)


def test_json_holds_every_level_and_the_pnl():
    found = replay_json([path_replay(ready("base", REGIMES), name, PATH) for name in ("base", "three-regimes")])
    base, regimes = found["scenarios"]
    assert (found["schema"], found["steps"], len(found["dates"])) == (1, "daily", 10)
    assert len(base["levels"]["JGB_30Y"]) == 10
    assert regimes["regimes"] == ["CALM", "FLIGHT", "REPATRIATION"]
    assert sum(each["pnl"] for each in base["positions"]) == pytest.approx(base["pnl"]["total"], rel=1e-6)
    assert base["pnl_if_still_from"]["total"][-1] == base["pnl"]["total"]
