"""The chain of a run's blocks."""

import copy
from hashlib import sha256
from types import SimpleNamespace

import numpy as np
import pytest

from engine.record.chain import broken_block, chain_of_blocks, next_link
from kernels.base import CellRange

BLOCKS = [CellRange(first=0, n=2, n_paths=2 * 65_536), CellRange(first=2, n=1, n_paths=65_536)]


def tails(seed=1):
    """Cells of two rows, three in each."""
    draw = np.random.default_rng(seed)
    cells = SimpleNamespace(
        sums=draw.standard_normal((2, 3)), squares=draw.standard_normal((2, 3)), digests=draw.integers(0, 99, (2, 3))
    )
    return SimpleNamespace(cells=cells)


def manifest():
    return {"problem_sha256": "problem", "blocks": chain_of_blocks(tails(), BLOCKS, "problem")}


def test_the_chain_is_the_digest_of_the_chain_before_and_the_blocks_own():
    one, two = manifest()["blocks"]
    assert (
        one["chain"] == sha256(f"problem {one['sha256']}".encode()).hexdigest() == next_link("problem", one["sha256"])
    )
    assert two["chain"] == sha256(f"{one['chain']} {two['sha256']}".encode()).hexdigest()
    assert [(block["first"], block["n"]) for block in (one, two)] == [(0, 2), (2, 1)]


def test_a_cell_that_changes_changes_its_block_alone():
    changed = tails()
    changed.cells.sums[1, 2] = np.nextafter(changed.cells.sums[1, 2], np.inf)
    one, two = chain_of_blocks(changed, BLOCKS, "problem")
    assert one == manifest()["blocks"][0]
    assert two["sha256"] != manifest()["blocks"][1]["sha256"]


@pytest.mark.parametrize("at", [0, 1])
def test_a_block_that_was_changed_breaks_the_chain_there(at):
    assert broken_block(manifest()) is None
    found = copy.deepcopy(manifest())
    found["blocks"][at]["sha256"] = "0" * 64
    assert broken_block(found) == found["blocks"][at]


def test_a_block_that_was_left_out_breaks_the_chain():
    found = manifest()
    del found["blocks"][0]
    assert broken_block(found)["first"] == 2
