"""The table's error of components of a simulated law, against components whose blocks are made a little more likely."""

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.risk.component_table_errors import with_component_table_errors
from engine.risk.components import WorstPaths, components
from engine.risk.past_table import jackknife_se
from engine.risk.results import tail_result
from engine.risk.tail import estimate_sample
from tests.engine.risk.drawn_rows import even_draws

DRAWS, N, LEVEL = even_draws(1000, seed=5, n_steps=3), 2**17, 0.975
DRAWN = DRAWS.drawn_by(np.arange(N, dtype=np.uint64))
BLOCKS = DRAWN.blocks
STEP = 0.4  # by which a block becomes more and less likely: enough to move VaR by some fifty paths


def books():
    """P&L of the total and of two books: three draws from a table whose blocks differ, and noise."""
    of_block = np.random.default_rng(8).standard_normal((2, 100))
    return_of = 0.7 * of_block[:, BLOCKS].sum(axis=1) + np.random.default_rng(9).standard_normal((2, N))
    return np.vstack([return_of.sum(axis=0), return_of])


def with_errors(pnl):
    worst, total = WorstPaths(len(pnl) - 1, LEVEL, N), tail_result(estimate_sample(pnl[0], LEVEL), 0.0)
    for part in np.array_split(pnl, 5, axis=1):
        worst.add(part)
    drawn = DRAWS.drawn_by(worst.paths)
    return total, with_component_table_errors(components(worst, total, N), worst, total, drawn)


def es_components(pnl, weights):
    """Books' mean losses in the worst 2.5 % of weighted paths (worst first): the definition."""
    left = (1.0 - LEVEL) * weights.sum()
    inside = np.clip(left - (np.cumsum(weights) - weights), 0.0, weights)
    return -(pnl[1:] @ inside) / inside.sum()


def test_it_is_the_root_of_the_squares_of_what_each_block_changes():
    pnl = books()
    _, parts = with_errors(pnl)
    order = np.argsort(pnl[0])
    ordered, blocks = pnl[:, order], BLOCKS[:, order]
    slopes = []
    for block in range(100):
        visits = (block == blocks).sum(axis=0)
        more, less = (es_components(ordered, (1.0 + step) ** visits) for step in (STEP, -STEP))
        slopes.append((more - less) / (2.0 * STEP))
    wanted = np.sqrt(np.square(slopes).sum(axis=0))
    for each, se in zip(parts, wanted, strict=True):
        # a mean of L over the paths that the step moves across VaR has a tenth of its spread as error
        assert each.table_ses["expected_shortfall"] == pytest.approx(se, rel=0.1)
        assert 0.3 * se < each.table_ses["value_at_risk"] < 3.0 * se


def test_of_one_book_alone_it_is_the_totals():
    pnl = books()
    total, (alone,) = with_errors(pnl[[0, 0]])
    losses, var = -pnl[0], total.estimates["value_at_risk"].value
    tail = np.flatnonzero(losses > var)
    drawn = replace(DRAWN, blocks=BLOCKS[:, tail], regimes=DRAWN.regimes[:, tail])
    es = jackknife_se((losses[tail] - var) / (1.0 - LEVEL), drawn, N)
    assert alone.table_ses["expected_shortfall"] == pytest.approx(es, rel=2e-3)  # one path of 3,277 counts in part
    assert math.isfinite(alone.table_ses["value_at_risk"])
