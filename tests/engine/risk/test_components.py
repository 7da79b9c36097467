"""Components against a normal law, where they are known in closed form, and against the total they add up to."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from engine.risk.book_lines import LEAST_PATHS
from engine.risk.components import WorstPaths, cells_for, components, no_worst_paths, paths_for
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.results import tail_result
from engine.risk.tail import estimate_sample
from kernels.base import CELL

COVARIANCE = np.array([[4.0, 1.2, -0.5], [1.2, 1.0, 0.1], [-0.5, 0.1, 2.0]])
N = 100_000


def books(seed, n=N):
    """P&L of three books that are normal: the total, then each."""
    drawn = np.linalg.cholesky(COVARIANCE) @ np.random.default_rng(seed).normal(0.0, 1.0, (3, n))
    return np.vstack([drawn.sum(axis=0), drawn])


def found(pnl, confidence=0.99, n_looked_at=None, cut=7):
    """Components from the first `n_looked_at` paths, given in `cut` parts, of a run of all."""
    n = n_looked_at or pnl.shape[1]
    worst = WorstPaths(len(pnl) - 1, confidence, n)
    for part in np.array_split(pnl[:, :n], cut, axis=1):
        worst.add(part)
    total = tail_result(estimate_sample(pnl[0], confidence), 0.0)
    return total, components(worst, total, pnl.shape[1])


@pytest.mark.parametrize("n_looked_at", [N, 30_000])
@pytest.mark.parametrize("confidence", [0.99, 0.9])
def test_they_add_up_to_the_total(confidence, n_looked_at):
    total, parts = found(books(1), confidence, n_looked_at)
    for name in ("value_at_risk", "expected_shortfall"):
        added = math.fsum(each.estimates[name].value for each in parts)
        assert added == pytest.approx(total.estimates[name].value, rel=1e-12)  # some thousand roundings of 1e-16


@pytest.mark.parametrize("n_looked_at", [N, 30_000])
def test_of_a_normal_law_they_are_its_covariances_with_the_total_and_the_errors_cover(n_looked_at):
    weights = COVARIANCE.sum(axis=1) / math.sqrt(COVARIANCE.sum())
    levels = {"value_at_risk": norm.ppf(0.99), "expected_shortfall": norm.pdf(norm.ppf(0.99)) / 0.01}
    runs = [found(books(seed, N), n_looked_at=n_looked_at)[1] for seed in range(40)]
    for name, level in levels.items():
        values = np.array([[each.estimates[name].value for each in parts] for parts in runs])
        ses = np.array([[each.estimates[name].se for each in parts] for parts in runs])
        z = (values - level * weights) / ses
        assert np.abs(z.mean(axis=0)).max() < 4.0 / math.sqrt(40)
        assert z.std() == pytest.approx(1.0, abs=0.25)  # 120 figures, of which 80 are free: an error of 0.08 and more


def test_one_book_alone_has_the_totals_figures_and_errors():
    pnl = books(2)[:1]
    total, (alone,) = found(np.vstack([pnl, pnl]))
    for name in ("value_at_risk", "expected_shortfall"):
        assert alone.estimates[name].value == pytest.approx(total.estimates[name].value, rel=1e-12)
        # the last path of the tail counts in part, and 1000 of them stand for a mass of 1000
        assert alone.estimates[name].se == pytest.approx(total.estimates[name].se, rel=2e-3)


def test_a_book_that_does_not_move_contributes_nothing():
    pnl = books(3)
    _, parts = found(np.vstack([pnl, np.zeros(N)]))
    assert (parts[3].of(VALUE_AT_RISK).value, parts[3].of(EXPECTED_SHORTFALL).value) == (0.0, 0.0)
    assert (parts[3].of(VALUE_AT_RISK).se, parts[3].of(EXPECTED_SHORTFALL).se) == (0.0, 0.0)


def test_a_hedge_takes_risk_off():
    pnl = books(4)
    hedge = -0.3 * pnl[1]
    _, parts = found(np.vstack([pnl[0] + hedge, pnl[1:], hedge]))
    wanted = -0.3 * parts[0].of(VALUE_AT_RISK).value
    assert parts[3].of(VALUE_AT_RISK).value == pytest.approx(wanted, rel=1e-9)  # a line is linear
    assert parts[3].of(EXPECTED_SHORTFALL).value < 0.0


def test_the_cut_into_parts_leaves_no_trace_and_ties_go_to_the_earlier_path():
    pnl = np.round(books(5), 1)  # many equal totals, with different books
    one, other = found(pnl, cut=1)[1], found(pnl, cut=13)[1]
    assert one == other


def test_losses_that_are_all_the_same_are_shared_as_they_are():
    pnl = np.vstack([np.full(5000, -3.0), np.full(5000, -1.0), np.full(5000, -2.0)])
    _, parts = found(pnl)
    for part, wanted in zip(parts, (1.0, 2.0), strict=True):
        assert (part.of(VALUE_AT_RISK).value, part.of(EXPECTED_SHORTFALL).value) == (wanted, wanted)


def test_too_few_paths_in_the_tail_give_none():
    assert found(books(6, 100 * LEAST_PATHS - 200))[1] is None
    assert found(books(6, 100 * LEAST_PATHS + 800))[1] is None  # 28 in the tail, 15 around VaR
    assert found(books(6, 300 * LEAST_PATHS))[1] is not None


def test_a_total_whose_error_is_not_bounded_leaves_none_bounded():
    pnl = books(7, 20_000)
    worst = WorstPaths(3, 0.99, 20_000)
    worst.add(pnl)
    total = tail_result(estimate_sample(pnl[0], 0.99), 0.0)
    open_ended = {"value_at_risk": replace(total.of(VALUE_AT_RISK), se=math.inf)}
    total = replace(total, estimates={**total.estimates, **open_ended})
    assert all(each.of(VALUE_AT_RISK).se == math.inf for each in components(worst, total, 20_000))


def test_cells_hold_fifteen_hundred_paths_of_the_tail_or_the_whole_run():
    assert cells_for(0.99, 10**7) == 3  # 1,500 of 1 % are 150,000 paths: more than two cells of 65,536
    assert (cells_for(0.99, 100_000), paths_for(0.99, 100_000)) == (2, 100_000)
    assert cells_for(0.99999, 10**9) == 64


def test_worst_paths_are_of_each_scenario_where_there_are_books_to_tell_apart():
    found = no_worst_paths(0.99, 2, 3, 10 * CELL)
    assert [each.n_paths for each in found] == [3 * CELL] * 3
    assert no_worst_paths(0.99, 1, 3, 10 * CELL) == ()
