"""Names in tables of flows."""

import numpy as np

from engine.market.lookup import distinct


def test_distinct_is_numpys_unique_whatever_the_runs():
    for words in (["JGB"] * 3 + ["UST"] * 2 + ["JGB"], ["b", "a", "b", "a"], ["x"]):
        names, place = distinct(np.array(words))
        wanted, inverse = np.unique(np.array(words), return_inverse=True)
        assert names == wanted.tolist()
        assert place.tolist() == inverse.tolist()
    assert distinct(np.array([], str))[0] == []
