"""A P&L vector's digest is that of the run that made it: held to it in test_whatif; here what it depends on."""

import numpy as np

from engine.analysis.whatif.pnl_digest import pnl_sha256
from kernels.base import CELL


def test_it_tells_every_bit_and_every_place():
    pnl = np.random.default_rng(1).normal(size=CELL + 3)
    moved, swapped = pnl.copy(), pnl.copy()
    moved[-1] = np.nextafter(moved[-1], 1.0)
    swapped[:2] = pnl[1::-1]
    assert len({pnl_sha256(each) for each in (pnl, moved, swapped)}) == 3
