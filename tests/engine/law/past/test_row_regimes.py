"""Regimes as whole numbers that words meet: toy tables by hand, the chain's own probabilities, and the filtered law."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.law.past.one_step import move_weights
from engine.law.past.row_regimes import (
    WORDS,
    alias_table,
    drawn_weights,
    has_forgotten,
    regime_edges,
    row_aliases,
    state_weights,
    whole_shares,
)
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply
from kernels.law_layout import ALIAS_BITS
from kernels.numba.backend import NumbaBackend
from kernels.payoffs import empty_book

MARKET = load_market(bundled_market_path())
REGIMES = MARKET.filtered.regimes
FILTERED, TILTED = Unwind(law="filtered"), Unwind(law="filtered-regimes")


def with_regimes(**changes):
    state = replace(MARKET.filtered, regimes=replace(REGIMES, **changes))
    return replace(MARKET, filtered=state)


def levels_of(laws, n_steps, n_paths, *, float32=False, backend=None):
    _, model = model_arrays(laws)
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=18, n_steps=n_steps)
    backend = backend or NumbaBackend()
    program = backend.prepare(model, book, seed=5, n_steps=n_steps, float32=float32, centre=np.zeros(2))
    return model, backend.levels(program, np.arange(n_paths, dtype=np.uint64))


def test_four_rows_of_known_weights_have_the_aliases_worked_out_by_hand():
    """Of quarters the second keeps 0.8 and the first 0.4, the fourth gives the rest of both; it keeps 0.8 of its own,
    the third gives the rest and has its quarter left.
    """
    table = alias_table(np.array([0.1, 0.2, 0.3, 0.4]))
    thresholds, others = table >> ALIAS_BITS, table & (2**ALIAS_BITS - 1)
    assert thresholds / WORDS == pytest.approx([0.4, 0.8, 0.0, 0.8], abs=1e-9)
    assert others.tolist() == [3, 3, 2, 2]
    mass = [Fraction(0)] * 4
    for row, (own, other) in enumerate(zip(thresholds.tolist(), others.tolist(), strict=True)):
        mass[row] += Fraction(own, 4 * WORDS)
        mass[other] += Fraction(WORDS - own, 4 * WORDS)
    assert sum(mass) == 1
    for found, tenths in zip(mass, (1, 2, 3, 4), strict=True):  # in whole parts of 2^34
        assert abs(found - Fraction(tenths, 10)) < Fraction(1, 4 * WORDS)


def test_rows_that_weigh_alike_stand_in_for_themselves():
    assert alias_table(np.full(1000, 1e-3)).tolist() == list(range(1000))


def test_whole_shares_add_up_and_the_largest_remainders_go_up():
    assert whole_shares(np.array([1.0, 1.0, 1.0]), 10).tolist() == [4, 3, 3]
    assert whole_shares(np.array([0.19, 0.31, 0.5]), 10).tolist() == [2, 3, 5]
    assert whole_shares(np.full(7, 1 / 7), WORDS).sum() == WORDS


def test_edges_of_a_chain_by_hand():
    """Long run a half each of two: from (0.75, 0.25) half is forgotten and half is the first regime."""
    two = replace(
        REGIMES,
        transitions=np.array([[0.75, 0.25], [0.25, 0.75]]),
        long_run=np.array([0.5, 0.5]),
        tonight=np.array([1.0, 0.0]),
    )
    half = WORDS // 2
    assert regime_edges(two).tolist() == [[WORDS, WORDS], [half, WORDS], [half, half], [half, WORDS]]


def test_rows_of_each_step_have_the_chains_own_probabilities():
    weights = drawn_weights(regime_edges(REGIMES), row_aliases(REGIMES), 6)
    q = REGIMES.tonight
    for step in range(6):
        q = q @ REGIMES.transitions
        # a word in 2^32 each
        assert weights[step] == pytest.approx(q @ REGIMES.row_weights, abs=1e-9)
    assert state_weights(row_aliases(REGIMES))[0] == pytest.approx(np.full(1000, 1e-3), rel=1e-12)


def test_at_the_long_run_the_law_is_the_filtered_one_to_the_bit():
    market = with_regimes(tonight=REGIMES.long_run)
    assert has_forgotten(regime_edges(market.filtered.regimes))
    assert not has_forgotten(regime_edges(REGIMES))
    same, other = law_of(market, 10, 10, TILTED), law_of(market, 10, 10, FILTERED)
    assert same.key() == other.key()
    assert law_of(MARKET, 10, 10, TILTED).key() != other.key()


def test_a_trace_of_the_evening_is_drawn_with_its_probability():
    """Near the long run nearly all paths are forgotten ones, whose rows are those of the filtered law to the bit."""
    near = REGIMES.long_run + np.array([-0.01, 0.01, 0.0])
    market = with_regimes(tonight=near)
    _, tilted = levels_of([law_of(market, 5, 5, TILTED)], 5, 20_000)
    _, filtered = levels_of([law_of(market, 5, 5, FILTERED)], 5, 20_000)
    forgotten = (tilted[0, 0, 18] == 0.0).mean()
    kept = regime_edges(market.filtered.regimes)[-1, 0] / WORDS
    assert forgotten == pytest.approx(kept, abs=4.0 * np.sqrt(kept * (1.0 - kept) / 20_000))
    mine = tilted[0, 0, 18] == 0.0
    assert tilted[0][:, :18, mine].tobytes() == filtered[0][:, :18, mine].tobytes()


def test_paths_of_one_day_come_to_the_exact_weights():
    law = law_of(MARKET, 1, 1, TILTED)
    n = 2**18
    model, levels = levels_of([law], 1, n)
    start = law.rows.weekday_move[0]
    moves = start * (MARKET.filtered.rows + law.rows.last_residual @ law.rows.lead[:17].T)[:, 0]
    order = np.argsort(moves)
    place = np.searchsorted(moves[order], levels[0, 0, 0] / law.rows.root_span[0] - 1e-15)
    counts = np.zeros(1000)
    counts[order] = np.bincount(np.minimum(place, 999), minlength=1000)
    weights = move_weights(model, 0, 1000) / 1000.0
    assert weights.sum() == pytest.approx(1.0, rel=1e-12)
    # chi-square of 999 degrees, mean 999 and standard deviation 45: within five of them
    assert ((counts - n * weights) ** 2 / (n * weights)).sum() < 999 + 5 * 45
    assert ((counts - n / 1000.0) ** 2 / (n / 1000.0)).sum() > 999 + 5 * 45  # of all rows alike it is told apart


def test_regimes_along_paths_are_the_chains():
    n = 2**16
    _, levels = levels_of([law_of(MARKET, 4, 4, TILTED)], 4, n)
    q = REGIMES.tonight
    for step in range(4):
        q = q @ REGIMES.transitions
        kept = (q / REGIMES.long_run).min()
        shares = np.bincount(levels[0, step, 18].astype(int), minlength=4) / n
        # of the forgotten, who come from all dates before, no fewer than the part of q that is like the long run
        assert shares[0] > kept - 4.5 * np.sqrt(0.25 / n)
        marginal = shares[0] * REGIMES.long_run + shares[1:]
        assert marginal == pytest.approx(q, abs=4.5 * np.sqrt(0.25 / n))


def test_both_precisions_take_the_same_rows():
    one, other = (levels_of([law_of(MARKET, 5, 5, TILTED)], 5, 4096, float32=each)[1] for each in (False, True))
    assert one[:, :, 18].tolist() == other[:, :, 18].tolist()
    # rounding of binary32 over five steps of moves of order 1e-3; a row that differed would move them by 1e-4
    assert other[0, :, :16] == pytest.approx(one[0, :, :16], abs=2e-8)


def test_a_law_among_others_keeps_its_regimes():
    _, both = levels_of([law_of(MARKET, 3, 3, each) for each in (FILTERED, TILTED, None)], 3, 500)
    _, alone = levels_of([law_of(MARKET, 3, 3, TILTED)], 3, 500)
    assert both[1].tobytes() == alone[0].tobytes()


# Of an evening that is a shock for certain, the most that there is, some 0.2 % of paths leave the ranges
@pytest.mark.parametrize(("tonight", "most"), [(REGIMES.tonight, 1e-3), (np.array([0.0, 0.0, 1.0]), 4e-3)])
def test_ranges_hold_nearly_every_path(tonight, most):
    """What lies beyond 8.5 standard deviations is revalued in full: it must be rare for speed alone."""
    law = law_of(with_regimes(tonight=tonight), 10, 10, TILTED)
    _, levels = levels_of([law], 10, 2**15)
    found = levels[0, -1, :18]
    far = np.abs(found - law.mean(10)[:, None]) > 8.5 * law.std(10)[:, None]
    assert far.any(axis=0).mean() < most


def test_a_scenario_of_it_takes_shocks_and_multipliers():
    scenario = replace(load_scenario("filtered-regimes"), vol_multipliers=(("UST_*", 2.0),))
    shocked = apply(scenario, MARKET)
    rows = law_of(shocked.market, 1, 1, shocked.unwind).rows
    assert rows.edges.shape == (5, 3)
    assert rows.weekday_move[8:16] == pytest.approx(2.0 * law_of(MARKET, 1, 1, TILTED).rows.weekday_move[8:16])


def test_a_market_without_regimes_is_refused():
    with pytest.raises(InputError, match="the market's \\[law\\] has no regimes: `unwind calibrate` writes them"):
        law_of(replace(MARKET, filtered=replace(MARKET.filtered, regimes=None)), 1, 1, TILTED)
