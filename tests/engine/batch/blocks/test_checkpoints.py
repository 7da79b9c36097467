import numpy as np
import pytest

from engine.batch.blocks.checkpoints import Checkpoints, blocks_of, trimmed
from kernels.base import CellRange, Reduction
from kernels.far import N_NAMED

BLOCK = CellRange(first=3, n=2, n_paths=10**6)


def reduction(pnl: list[list[float]]) -> Reduction:
    rng = np.random.default_rng(1)
    n_rows = len(pnl)
    return Reduction(
        first_cell=BLOCK.first,
        sums=rng.normal(size=(n_rows, 2)),
        squares=rng.normal(size=(n_rows, 2)),
        digests=rng.integers(0, 2**64, (n_rows, 2, 2), np.uint64),
        gap_counts=np.zeros((n_rows, 1, 2), np.int64),
        gap_sums=np.full((n_rows, 1, 2), -0.0),
        gap_squares=np.zeros((n_rows, 1, 2)),
        far_counts=rng.integers(0, 5, (1, 2)),
        far_paths=rng.integers(0, 2**40, (1, 2, N_NAMED), np.uint64),
        far_ratios=rng.normal(size=(1, 2, N_NAMED)),
        kept_pnl=np.array([value for row in pnl for value in row]),
        kept_rows=np.cumsum([0, *map(len, pnl)]),
    )


def same(one: Reduction, other: Reduction) -> bool:
    arrays = [(getattr(one, name), getattr(other, name)) for name in Reduction.__dataclass_fields__]
    return all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in arrays)


@pytest.fixture
def kept(tmp_path) -> Checkpoints:
    return Checkpoints(tmp_path / "work", lambda _: None)


def test_a_block_comes_back_bit_for_bit(kept):
    block = reduction([[1.0, -2.5e-310], [3.0]])
    kept.save(BLOCK, None, None, block)
    assert same(kept.load(BLOCK, None, None), block)
    assert kept.count() == 1


def test_a_block_that_is_not_there_is_none(kept):
    assert kept.load(BLOCK, None, None) is None


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:40] + b"x" + data[41:], lambda _: b""])
def test_a_damaged_block_counts_as_not_there(kept, damage):
    kept.save(BLOCK, None, None, reduction([[1.0]]))
    (path,) = kept.folder.rglob("block-*")
    path.write_bytes(damage(path.read_bytes()))
    assert kept.load(BLOCK, None, None) is None


def test_a_block_of_other_brackets_counts_as_not_there(kept):
    brackets = np.array([[[1.0, 2.0]]])
    kept.save(BLOCK, 6.0, brackets, reduction([[1.0]]))
    assert kept.load(BLOCK, 6.0, brackets) is not None
    assert kept.load(BLOCK, 6.0, brackets + 1e-12) is None
    assert kept.load(BLOCK, 12.0, brackets) is None


def test_the_widest_margin_that_was_begun_is_in_use(kept):
    assert kept.margin(6.0) == 6.0
    kept.begin_margin(12.0)
    assert kept.margin(6.0) == 12.0


def test_trimming_keeps_the_smallest_of_each_row():
    found = trimmed(reduction([[5.0, 1.0, 4.0, 2.0], [3.0], []]), keep=2)
    rows = [sorted(found.kept_pnl[found.kept_rows[i] : found.kept_rows[i + 1]]) for i in range(3)]
    assert rows == [[1.0, 2.0], [3.0], []]


def test_blocks_cover_all_cells_once():
    blocks = blocks_of(2, 9, 3, n_paths=600_000)
    assert [(block.first, block.n) for block in blocks] == [(2, 3), (5, 3), (8, 1)]
