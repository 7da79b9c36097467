"""A block that came from elsewhere is held against its own digests and one cell that is computed here."""

from dataclasses import fields, replace

import numpy as np
import pytest

from engine.batch.blocks.block_check import wrong_cell, wrong_shape
from engine.batch.blocks.checkpoints import trimmed
from engine.inputs.run import RunConfig
from engine.risk.accumulate import TailAccumulator
from engine.run.load import load_inputs
from engine.run.prepared import prepare
from engine.run.start import plan_of
from kernels.base import CELL, CellRange

KEEP = 2_000
N_PATHS = 3 * CELL


@pytest.fixture(scope="module")
def prepared():
    config = RunConfig.model_validate({"paths": N_PATHS, "backend": "numba", "scenario": ("base", "august-2024")})
    return prepare(config, load_inputs(config), lambda _: None).drawn


@pytest.fixture(scope="module")
def brackets(prepared):
    return TailAccumulator(plan_of(prepared, N_PATHS), prepared.program.centre).brackets()


@pytest.fixture(scope="module")
def block():
    return CellRange(first=0, n=3, n_paths=N_PATHS)


@pytest.fixture(scope="module")
def found(prepared, block, brackets):
    return trimmed(prepared.backend.reduce(prepared.program, block, brackets), KEEP)


def test_the_block_itself_is_right(prepared, block, brackets, found):
    assert wrong_shape(prepared, block, found) is None
    assert wrong_cell(prepared, block, brackets, KEEP, found) is None


def test_a_tail_of_other_size_is_found_though_every_digest_is_right(prepared, block, brackets, found):
    """What an engine that scales its tails by 1.5 gives back."""
    scaled = replace(found, kept_pnl=1.5 * found.kept_pnl)
    assert wrong_shape(prepared, block, scaled) is None
    assert "the tail of cell" in str(wrong_cell(prepared, block, brackets, KEEP, scaled))


@pytest.mark.parametrize("name", ["sums", "squares", "digests", "gap_counts"])
def test_one_bit_of_the_cell_is_found(prepared, block, brackets, found, name):
    values = getattr(found, name).copy()
    values.view(np.uint64)[...] ^= 1
    assert name.replace("_", " ") in str(wrong_cell(prepared, block, brackets, KEEP, replace(found, **{name: values})))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first_cell": 1}, "other cells than 0 to 2"),
        ({"kept_rows": lambda ends: ends[:-1]}, "not divided by rows"),
        ({"kept_rows": lambda ends: ends[::-1]}, "not divided by rows"),
        ({"digests": lambda digests: digests[:, :2]}, "no digests"),
        ({"kept_pnl": lambda pnl: np.full_like(pnl, np.nan)}, "not finite"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_arrays_that_cannot_be_of_the_block_are_refused(prepared, block, found, change, said):
    assert {field.name for field in fields(found)} >= set(change)
    values = {key: each(getattr(found, key)) if callable(each) else each for key, each in change.items()}
    assert said in str(wrong_shape(prepared, block, replace(found, **values)))
