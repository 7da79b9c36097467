"""Plain history: the moves as they came."""

import numpy as np
import pytest

from engine.backtest.laws.historical import historical
from engine.backtest.walk.common_draws import CommonDraws
from engine.mechanisms.law import LAW_KINDS
from tests.engine.backtest.synthetic import usual

DRAWS = CommonDraws(seed=1, day=1, n_paths=1000)


@pytest.mark.parametrize("horizon", [1, 10])
def test_moves_are_the_sums_of_the_last_windows(horizon):
    joint, law = usual().joint, historical(LAW_KINDS["historical-250"])
    place = 400
    found = law.prepare(joint)(place, horizon, DRAWS).moves
    ends = range(place - 249, place + 1)
    wanted = np.column_stack([joint.changes[end + 1 - horizon : end + 1].sum(axis=0) for end in ends])
    # sums of 700 changes of 1e-2 and less, differenced: roundings of 1e-15
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-14)


def test_the_first_date_that_has_its_memory_takes_all_of_it():
    joint, law = usual().joint, historical(LAW_KINDS["historical-500"])
    first = law.least_changes - 1
    found = law.prepare(joint)(first, 10, DRAWS).moves
    assert found.shape == (17, 500)
    np.testing.assert_allclose(found[:, 0], joint.changes[:10].sum(axis=0), rtol=0, atol=1e-14)
