"""Measures and components of equally likely moves, by hand and against definitions written apart from the code."""

import math
import tracemalloc

import numpy as np
import pytest
from scipy.special import ndtri

from engine.risk import exact_tails as module
from engine.risk.exact_tails import PastMoves, exact_components, exact_tails, exact_values
from engine.risk.measures.expected_shortfall import expected_shortfall
from engine.risk.measures.value_at_risk import value_at_risk
from engine.risk.past_table import resampled_counts


def moves(pnl, n_table=1000):
    return PastMoves(pnl=np.atleast_2d(pnl), n_table=n_table, block=10)


def weighted(pnl, weights, level):
    """VaR and ES of P&L that are not equally likely, move by move."""
    mass = left = (1.0 - level) * len(pnl)
    worse = lost = 0.0
    for i in np.argsort(pnl, kind="stable"):
        part = min(weights[i], left)
        lost, left, worse = lost - part * pnl[i], left - part, worse + weights[i]
        if worse > mass + 1e-9:  # so much is as bad as this move or worse: of no milder loss is at most the mass beyond
            return -pnl[i], lost / mass
    raise AssertionError("the weights do not reach the tail")


def test_var_is_the_quantile_of_drawn_paths_and_es_the_mean_of_the_tail():
    pnl = np.random.default_rng(0).standard_normal(1000)
    for tail in exact_tails(moves(pnl), 0, (0.975, 0.99, 0.9955), 0.0):
        level = tail.confidence
        # numpy has sample quantile 1 of Hyndman & Fan (1996) under this name
        assert tail.estimates["value_at_risk"].value == np.quantile(-pnl, level, method="inverted_cdf")
        assert tail.estimates["value_at_risk"].value == value_at_risk(pnl, level)
        assert tail.estimates["expected_shortfall"].value == pytest.approx(expected_shortfall(pnl, level), rel=1e-13)
        assert tail.is_exact
        assert {each.se for each in tail.estimates.values()} == {0.0}


def test_values_alone_are_those_of_the_tails_bit_for_bit():
    rng = np.random.default_rng(4)
    weights = rng.uniform(0.5, 1.5, 3000)
    pnl = rng.standard_normal((2, 3000))
    for found in (moves(pnl), PastMoves(pnl=pnl, weights=weights / weights.mean(), n_table=1000, block=10)):
        tails = exact_tails(found, 1, (0.975, 0.99), 0.0, has_errors=False)
        wanted = [[tail.estimates[key].value for key in module.MEASURES] for tail in tails]
        assert exact_values(found, 1, (0.975, 0.99)).tolist() == wanted


def test_var_by_hand_is_the_least_loss_that_one_percent_at_most_exceed():
    """Losses of 1 to 1,000, alike: ten exceed 990, and eleven 989; the mean of the ten is 995.5."""
    (tail,) = exact_tails(moves(-np.arange(1.0, 1001.0)), 0, (0.99,), 0.0)
    assert (tail.estimates["value_at_risk"].value, tail.estimates["expected_shortfall"].value) == (990.0, 995.5)
    assert tail.tail_paths == 10


def test_moves_at_even_quantiles_of_a_normal_have_its_closed_form():
    """Of n middles of equal parts VaR is the loss at 1 - (k + 1/2) / n, k = n / 100: half a part off the quantile."""
    n = 64_000
    (tail,) = exact_tails(moves(ndtri((np.arange(n) + 0.5) / n)), 0, (0.99,), 0.0)
    assert tail.estimates["value_at_risk"].value == pytest.approx(-ndtri(0.01 + 0.5 / n), rel=1e-14)
    # phi(z) / p; parts' middles stand for their means, off by some 1e-5 in the last part
    shortfall = math.exp(-0.5 * ndtri(0.01) ** 2) / math.sqrt(2.0 * math.pi) / 0.01
    assert tail.estimates["expected_shortfall"].value == pytest.approx(shortfall, rel=2e-4)


@pytest.mark.parametrize("n_table", [1000, 250])  # 250: each row of the table in four moves
def test_the_error_is_the_spread_over_tables_whose_rows_are_drawn_anew_in_blocks(n_table):
    pnl = np.random.default_rng(1).standard_t(3, 1000)
    counts = resampled_counts(n_table, 10)
    wanted = np.array([weighted(pnl, each[np.arange(1000) % n_table], 0.99) for each in counts]).std(axis=0, ddof=1)
    (tail,) = exact_tails(moves(pnl, n_table), 0, (0.99,), 0.0)
    assert tail.table_ses["value_at_risk"] == pytest.approx(wanted[0], rel=1e-9)
    assert tail.table_ses["expected_shortfall"] == pytest.approx(wanted[1], rel=1e-9)


def test_a_book_contributes_its_loss_in_the_move_that_is_var_and_its_mean_in_the_tail():
    books = np.random.default_rng(2).standard_normal((3, 1000))
    pnl = np.vstack([books.sum(axis=0), books])
    found, order = exact_components(moves(pnl), 0.99), np.argsort(pnl[0])
    for book, each in zip(books, found, strict=True):
        assert each.estimates["value_at_risk"].value == -book[order[10]]  # of 1,000 the eleventh worst
        assert each.estimates["expected_shortfall"].value == pytest.approx(-book[order[:10]].mean(), rel=1e-12)
        assert (each.estimates["value_at_risk"].se, each.tail_paths) == (0.0, 10)


def test_one_book_alone_has_the_totals_figures_and_the_tables_error():
    pnl = np.random.default_rng(3).standard_normal(1000)
    (alone,), (total,) = exact_components(moves([pnl, pnl]), 0.99), exact_tails(moves([pnl, pnl]), 0, (0.99,), 0.0)
    for key, each in total.estimates.items():
        assert alone.estimates[key].value == pytest.approx(each.value, rel=1e-14)
        assert alone.table_ses[key] == pytest.approx(total.table_ses[key], rel=1e-12)


def test_moves_of_known_weights_count_as_much_as_these():
    rng = np.random.default_rng(4)
    pnl, weights = rng.standard_t(3, 1000), rng.exponential(size=1000)
    weights /= weights.mean()
    copies = np.round(1000 * weights).astype(np.int64)
    law = PastMoves(pnl=np.stack([pnl, pnl]), weights=weights, copies=copies, n_table=1000, block=10)
    (tail,), (alone,) = exact_tails(law, 0, (0.99,), 0.0), exact_components(law, 0.99)
    var, es = weighted(pnl, weights, 0.99)
    anew = [each * weights * (1000 / (each @ weights)) for each in resampled_counts(1000, 10)]
    spread = np.array([weighted(pnl, each, 0.99) for each in anew]).std(axis=0, ddof=1)
    for figures in (tail, alone):
        assert figures.estimates["value_at_risk"].value == var
        assert figures.estimates["expected_shortfall"].value == pytest.approx(es, rel=1e-12)
        assert figures.table_ses["value_at_risk"] == pytest.approx(spread[0], rel=1e-9)
        assert figures.table_ses["expected_shortfall"] == pytest.approx(spread[1], rel=1e-9)
    mean, std = law.moments(0)
    assert mean == pytest.approx(np.average(pnl, weights=weights), rel=1e-12)
    assert std == pytest.approx(np.sqrt(np.cov(pnl, aweights=weights, ddof=0)), rel=1e-12)
    assert law.sample(0).size == copies.sum()
    reached = np.cumsum(weights[np.argsort(pnl)])
    assert alone.tail_paths == tail.tail_paths == 1 + np.count_nonzero(reached < 10.0)


@pytest.mark.parametrize("confidence", [0.99, 0.5])
def test_samples_of_the_table_a_few_at_a_time_give_the_bits_of_all_at_once(confidence, monkeypatch):
    rng = np.random.default_rng(5)
    books, weights = rng.standard_t(3, (2, 4000)), rng.exponential(size=4000)
    law = PastMoves(pnl=np.vstack([books.sum(axis=0), books]), weights=weights / weights.mean(), n_table=1000, block=10)
    found = []
    for held in (1, 30_000, 2**40):  # one sample, some, and all 500
        monkeypatch.setattr(module, "HELD", held)
        found.append([*exact_tails(law, 0, (confidence,), 0.0), *exact_components(law, confidence)])
    for some in found[:2]:
        for one, other in zip(some, found[2], strict=True):
            assert one.table_ses == other.table_ses
            assert one.estimates == other.estimates


@pytest.mark.parametrize("confidence", [0.99, 0.9, 0.5])
def test_memory_is_bounded_whatever_the_confidence(confidence):
    law = moves(np.random.default_rng(6).standard_normal((2, 64_000)))
    tracemalloc.start()
    try:
        exact_components(law, confidence)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 32 * 2**20  # all 500 samples at once took 21, 159 and 769 MiB
