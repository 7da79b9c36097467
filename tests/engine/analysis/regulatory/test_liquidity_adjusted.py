import math

import numpy as np
import pytest

from engine.analysis.regulatory.liquidity_adjusted import CONFIDENCE, ladder, shortfall
from engine.analysis.sectioning import N_SECTIONS
from engine.risk.measures.expected_shortfall import expected_shortfall

DAYS = (10, 40, 60)
ALL = np.array([True, True, True])


def test_rungs_are_the_distinct_sets_of_ever_longer_horizons():
    rungs = ladder(ALL, DAYS)
    assert rungs.days == (10, 40, 60)
    assert rungs.factors.tolist() == [[True, True, True], [False, True, True], [False, False, True]]
    assert rungs.scales == (1.0, 3.0, 2.0)  # 10; 20 and 40; 60: stretches of 10, 10 + 20 and 20 days


def test_the_adjusted_figure_is_the_standards_formula_term_by_term():
    """MAR33.4 with the sets of each of its five horizons, those that are equal among them."""
    moves = np.random.default_rng(1).standard_normal((3, 40_000))
    sets = {10: moves.sum(axis=0), 20: moves[1:].sum(axis=0), 40: moves[1:].sum(axis=0), 60: moves[2]}
    wanted, before = 0.0, 0
    for days, pnl in sets.items():
        wanted += (expected_shortfall(pnl, CONFIDENCE) * math.sqrt((days - before) / 10)) ** 2
        before = days
    rungs = ladder(ALL, DAYS)
    pnl = np.stack([np.where(mine[:, None], moves, 0.0).sum(axis=0) for mine in rungs.factors])
    assert rungs.adjusted(pnl) == pytest.approx(math.sqrt(wanted), rel=1e-12)


def test_one_horizon_of_ten_days_leaves_es_as_it_is():
    pnl = np.random.default_rng(2).standard_normal((1, 20_000))
    rungs = ladder(np.array([True, False, False]), DAYS)
    assert (rungs.days, rungs.scales) == ((10,), (1.0,))
    assert rungs.adjusted(pnl) == pytest.approx(expected_shortfall(pnl[0], CONFIDENCE), rel=1e-15)


def test_factors_of_a_long_horizon_alone_count_for_all_of_it():
    pnl = np.random.default_rng(3).standard_normal((1, 20_000))
    rungs = ladder(np.array([False, False, True]), DAYS)
    assert (rungs.days, rungs.scales) == ((60,), (6.0,))
    assert rungs.adjusted(pnl) == pytest.approx(math.sqrt(6.0) * expected_shortfall(pnl[0], CONFIDENCE), rel=1e-12)


def test_errors_are_of_drawn_paths_alone():
    pnl = np.random.default_rng(4).standard_normal((3, 1000 * N_SECTIONS))
    drawn, whole = (shortfall("all", ladder(ALL, DAYS), pnl, drawn=each) for each in (True, False))
    assert drawn.adjusted.value == whole.adjusted.value
    assert drawn.adjusted.se > 0.0 == whole.adjusted.se
    assert [days for days, _ in drawn.by_days] == [10, 40, 60]
