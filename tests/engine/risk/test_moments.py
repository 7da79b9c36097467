import hashlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import RiskError
from engine.risk.moments import CellTable, tree_sum
from kernels.base import CELL
from kernels.far import far_paths
from tests.engine.risk.numpy_reduction import reduce_pnl

EVERYTHING = np.array([[[-np.inf, np.inf]]])


def test_the_tree_adds_neighbours_and_carries_an_odd_one():
    # ((1e16 + 1) + (-1e16 + 1)) + 3: in binary64 1e16 + 1 is 1e16, and -1e16 + 1 is -1e16 + 0 by ties to even
    values = np.array([1e16, 1.0, -1e16, 1.0, 3.0])
    assert tree_sum(values) == ((1e16 + 1.0) + (-1e16 + 1.0)) + 3.0
    assert tree_sum(np.empty(0)) == 0.0


@given(arrays(np.float64, st.integers(1, 300), elements=st.floats(-1e9, 1e9)))
def test_the_tree_is_close_to_the_exact_sum(values):
    # one rounding a level, at most 9 levels, each relative to the sum of sizes
    assert tree_sum(values) == pytest.approx(math.fsum(values), abs=9 * 2**-52 * float(np.abs(values).sum()))


def table_of(pnl, centre, order):
    table = CellTable(1, pnl.shape[1])
    for cell in order:
        table.add(reduce_pnl(pnl, cell, 1, centre, EVERYTHING))
    return table


def test_moments_and_digest_do_not_depend_on_the_order_of_cells():
    pnl = np.random.default_rng(1).normal(5.0, 2.0, (1, 4 * CELL + 17))
    centre = np.array([4.0])
    forward, backward = table_of(pnl, centre, range(5)), table_of(pnl, centre, [3, 0, 4, 2, 1])
    assert forward.moments(0, 4.0) == backward.moments(0, 4.0)
    assert forward.sha256(0) == backward.sha256(0)
    left, right = table_of(pnl, centre, [4, 1]), table_of(pnl, centre, [0, 3, 2])
    left.merge(right)
    assert left.moments(0, 4.0) == forward.moments(0, 4.0)


def test_far_paths_are_those_of_all_cells_in_whatever_order_they_come():
    rng = np.random.default_rng(4)
    pnl, centre = rng.normal(0.0, 1.0, (1, 3 * CELL)), np.array([0.0])
    ratios = np.zeros((2, 3 * CELL))
    ratios[1, [7, CELL, CELL + 1, 2 * CELL + 3, 2 * CELL + 9]] = [1.5, -4.0, 2.0, 4.0, 1.1]

    def of_cell(cell):
        own = slice(cell * CELL, (cell + 1) * CELL)
        far = far_paths(ratios[:, own], cell * CELL, 1, CELL)
        return reduce_pnl(pnl, cell, 1, centre, EVERYTHING, far)

    forward, left, right = (CellTable(1, 3 * CELL) for _ in range(3))
    for cell in range(3):
        forward.add(of_cell(cell))
        (left if cell == 1 else right).add(of_cell(cell))
    left.merge(right)
    for table in (forward, left):
        assert table.far_paths(0) == (0, {})
        count, named = table.far_paths(1)
        assert (count, list(named.items())) == (5, [(CELL, -4.0), (2 * CELL + 3, 4.0), (CELL + 1, 2.0)])


def test_moments_are_the_samples():
    pnl = np.random.default_rng(2).normal(5.0, 2.0, (1, CELL + 100))
    moments = table_of(pnl, np.array([4.0]), range(2)).moments(0, 4.0)
    # rounding only: 65,636 terms in a tree, and the spread about a centre half a deviation away
    assert moments.mean == pytest.approx(pnl.mean(), rel=1e-13)
    assert moments.std == pytest.approx(pnl.std(ddof=1), rel=1e-13)
    assert moments.mean_se == pytest.approx(pnl.std(ddof=1) / math.sqrt(pnl.size), rel=1e-13)


def test_a_row_without_spread_has_none():
    pnl = np.full((1, 1000), 0.1)
    assert table_of(pnl, np.array([0.3]), range(1)).moments(0, 0.3).std == pytest.approx(0.0, abs=1e-8)
    assert table_of(pnl, np.array([0.1]), range(1)).moments(0, 0.1).std == 0.0


def test_the_digest_hashes_the_cells_in_path_order_little_endian():
    pnl = np.random.default_rng(3).normal(size=(1, 2 * CELL))
    table = table_of(pnl, np.array([0.0]), [1, 0])
    pairs = [int(word) for cell in table.digests[0] for word in cell]
    assert table.sha256(0) == hashlib.sha256(b"".join(word.to_bytes(8, "little") for word in pairs)).hexdigest()


def test_pnl_that_is_not_finite_is_refused_with_its_place():
    pnl = np.zeros((1, 2 * CELL))
    pnl[0, CELL + 3] = np.nan
    with pytest.raises(RiskError, match="row 0 is not finite in paths 65536 to 131071"):
        table_of(pnl, np.array([0.0]), range(2))


def test_a_cell_counts_once():
    pnl = np.zeros((1, 2 * CELL))
    table = table_of(pnl, np.array([0.0]), [0])
    assert not table.complete
    with pytest.raises(ValueError, match="came twice"):
        table.add(reduce_pnl(pnl, 0, 2, np.array([0.0]), EVERYTHING))
    with pytest.raises(ValueError, match="same cell"):
        table.merge(table_of(pnl, np.array([0.0]), [0]))
    with pytest.raises(ValueError, match="not this run's"):
        table.add(reduce_pnl(pnl, 1, 2, np.array([0.0]), EVERYTHING))
