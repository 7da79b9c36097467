"""Paths that move a Treasury farther than a market does are counted and named, in a run's JSON and its warnings."""

import numpy as np
import pytest

from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.run import RunConfig
from engine.inputs.scenario.load import load_scenario
from engine.risk.far_paths import FarPath, FarPaths
from engine.risk.results import as_json
from engine.run.start import run
from engine.run.walk import walk_of
from kernels.numba.backend import NumbaBackend

RARE = """\
title = "t"
description = "d"
source = "s"
jumps = [{ name = "rare", source = "x", rates = { "*" = 0.02 }, mean = { UST_5Y = -0.06, UST_10Y = 0.07 } }]
"""
N = 20_000


@pytest.mark.parametrize(("days", "limit"), [(1, 500.0), (10, 500.0), (40, 1000.0)])
def test_a_run_counts_them_and_names_the_farthest(tmp_path, days, limit):
    """Against the same paths replayed; over 40 days the limit is twice that of ten, and two jumps are beyond it."""
    path = tmp_path / "rare.toml"
    path.write_text(RARE, encoding="utf-8")
    config = RunConfig.model_validate(
        {"scenario": (str(path), "base"), "paths": N, "horizon_days": days, "steps": "daily", "backend": "numba"}
    )
    found = run(config, lambda *_: None, lambda _: None)
    walk = walk_of(
        load_scenario(str(path)), load_market(bundled_market_path()), n_days=days, seed=1, backend=NumbaBackend()
    )
    ust = [i for i, name in enumerate(walk.series) if name.startswith("UST_")]
    moves = 1e4 * walk.deviations(np.arange(N, dtype=np.uint64))[-1][ust]
    farthest = np.abs(moves).max(axis=0)
    far = np.flatnonzero(farthest > limit)
    order = far[np.argsort(-farthest[far], kind="stable")][:3]
    assert far.size > 0
    assert tuple(each.scenario for each in found.far_paths) == ("rare",)  # of base there are none
    for each in found.far_paths:
        assert each.n_paths == far.size
        assert each.limit_bp == pytest.approx(limit, rel=1e-12)
        assert [one.path for one in each.farthest] == order.tolist()
        for one in each.farthest:
            own = moves[:, one.path]
            assert one.move_bp == pytest.approx(own[np.abs(own).argmax()], rel=1e-12)
        horizon = "" if days == 10 else f" --horizon-days {days}"
        command = f"unwind simulate --scenario {path}{horizon} --path {order[0]}"
        assert each.warning(N, days, command) in found.warnings
        assert as_json(found)["far_paths"][0]["farthest"][0]["path"] == order[0]


def test_the_warning_says_how_many_how_far_and_how_to_see_one():
    far = FarPaths(scenario="s", n_paths=1234, limit_bp=500.0, farthest=(FarPath(path=338718, move_bp=-1770.4),))
    said = (
        "s: 1,234 of 1,000,000 paths move a Treasury yield by more than 500 bp in 10 days, as no market has: path"
        " 338,718 by -1,770 bp"
    )
    assert far.warning(1_000_000, 10, None) == said
    assert far.warning(1_000_000, 10, "unwind simulate") == f"{said}; to see one: `unwind simulate`"
