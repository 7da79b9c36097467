from types import SimpleNamespace

import numpy as np
import pytest

from bench.growth import walks
from bench.growth.walks import factors_ladder, paths_ladder, scenarios_ladder, steps_ladder, threads_ladder


@pytest.mark.parametrize(
    ("make", "sizes"),
    [
        (lambda: paths_ladder((64, 256)), (64, 256)),
        (lambda: factors_ladder((4, 8), n_steps=2, n_paths=64), (4, 8)),
        (lambda: steps_ladder((1, 3), n_factors=4, n_paths=64), (1, 3)),
        (lambda: scenarios_ladder((1, 2), n_paths=64), (1, 2)),
        (lambda: threads_ladder((1, 2), n_paths=512), (1, 2)),
    ],
    ids=["paths", "factors", "steps", "scenarios", "threads"],
)
def test_a_ladder_has_its_sizes_and_each_can_be_called(make, sizes):
    ladder = make()
    assert tuple(ladder.rungs) == sizes
    assert ladder.asserted.startswith(ladder.name)
    for work in ladder.rungs.values():
        assert np.isfinite(work.call()).all()


@pytest.mark.parametrize("make", [lambda: paths_ladder((64, 256)), lambda: threads_ladder((1, 2), n_paths=64)])
def test_what_differs_from_size_to_size_gives_no_result(make, monkeypatch):
    draws = np.random.default_rng(1)
    wrong = SimpleNamespace(
        pnl=lambda program, paths: draws.normal(size=(2, paths.n)), prepare=walks.NumbaBackend().prepare
    )
    monkeypatch.setattr(walks, "NumbaBackend", lambda: wrong)
    with pytest.raises(AssertionError, match=r"few paths are not the first|differs by the number of threads"):
        make()
