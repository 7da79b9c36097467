"""Jumps beyond the cap as arrays of a law: edges that words meet, each past residual once, and nothing else changed."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.law.past.beyond_cap import WORDS, beyond_cap, without_cut
from engine.mechanisms.unwind import Unwind
from kernels.numpy.steps.beyond_cap import direction, jump_size

MARKET = load_market(bundled_market_path())
JUMPS, CAP = MARKET.filtered.cap_jumps, MARKET.filtered.cap
RECORD = ("beyond_cap", "beyond_shape", "beyond_ratio", "beyond_least")


def arrays(law, market=MARKET):
    return model_arrays([law_of(market, 10, 10, Unwind(law=law))])[1]


def test_as_many_words_meet_an_edge_as_jumps_come():
    found = beyond_cap(JUMPS, CAP, np.eye(17))
    assert np.diff(found.edges, prepend=0) / WORDS == pytest.approx(np.full(3, JUMPS.probability / 3.0), abs=1e-9)
    words = np.random.default_rng(1).integers(0, int(found.edges[-1]), 30_000).astype(np.uint64)
    shares = np.bincount(direction(found.edges, words), minlength=3) / words.size
    assert shares == pytest.approx(1.0 / 3.0, abs=0.015)  # five errors of a share of 30,000


def test_a_jump_is_larger_than_the_cap_and_its_excess_has_the_stated_law():
    found = beyond_cap(JUMPS, CAP, np.eye(17))
    # its largest residual is its size, so that a date has one beyond the cap as often as a jump comes
    assert np.abs(found.moves).max(axis=1) == pytest.approx(np.ones(3), rel=1e-15)
    ends = np.array([0, 2**32 - 1], np.uint64)
    largest, smallest = jump_size(found.cap, found.shape, found.ratio, found.least, ends)
    assert CAP < smallest < CAP + 1e-6  # the median is beyond by 1.6
    assert largest == pytest.approx(CAP + JUMPS.largest, rel=1e-4)
    # P(excess > s) over words at even places against the closed form, its end beyond the largest left out
    words = np.arange(0, 2**32, 2**16, dtype=np.uint64)
    excesses = jump_size(found.cap, found.shape, found.ratio, found.least, words) - CAP
    for s in (0.5, 1.6, 5.0, 14.0):
        beyond = (1.0 + JUMPS.shape * s / JUMPS.scale) ** (-1.0 / JUMPS.shape)
        wanted = (beyond - JUMPS.least) / (1.0 - JUMPS.least)
        assert (excesses > s).mean() == pytest.approx(wanted, abs=2.0 / words.size)  # a count is whole


def test_the_mixture_is_filtered_regimes_but_for_jumps_and_the_residual_that_stands_in_one():
    jumping, tilted = arrays("mixture"), arrays("filtered-regimes")
    assert jumping.laws["n_beyond"].tolist() == [3]
    for name in ("n_beyond", *RECORD):
        jumping.laws[name] = 0
    for name, value in jumping._asdict().items():
        if name not in ("beyond_edges", "beyond_moves", "residuals"):
            assert value.tobytes() == getattr(tilted, name).tobytes(), name
    # 2022-12-20, the one date of the rows among those of the jumps: its ten-year rate
    factor, row = np.argwhere(jumping.residuals != tilted.residuals).T
    assert [MARKET.factors[f].name for f in factor] == ["JGB_10Y"]
    assert tilted.residuals[factor, row].tolist() == [CAP]
    assert jumping.residuals[factor, row].tolist() == [0.0]


def test_where_no_jump_comes_the_mixture_is_filtered_regimes_to_the_bit():
    never = replace(MARKET, filtered=replace(MARKET.filtered, cap_jumps=replace(JUMPS, probability=0.0)))
    found, tilted = arrays("mixture", never), arrays("filtered-regimes")
    for name, value in found._asdict().items():
        assert value.tobytes() == getattr(tilted, name).tobytes(), name


def test_what_was_cut_is_what_stands_at_the_cap_exactly():
    rows = np.array([[10.0, -10.0], [np.nextafter(10.0, 0.0), -9.5], [0.0, 3.0]])
    assert without_cut(rows, 10.0).tolist() == [[0.0, 0.0], [rows[1, 0], -9.5], [0.0, 3.0]]


def test_a_given_factor_jumps_by_its_loadings():
    found = arrays("mixture").beyond_moves
    names = [factor.name for factor in MARKET.factors]
    assert found[:, : len(MARKET.filtered.factors)] == pytest.approx(JUMPS.directions)
    rms = np.sqrt((MARKET.filtered.rows[:, names.index("USDJPY")] ** 2).mean())
    wanted = -0.3 / rms * JUMPS.directions[:, names.index("USDJPY")]
    assert found[:, names.index("USDJPY_VOL")] == pytest.approx(wanted)


def test_a_market_without_jumps_has_no_such_law():
    bare = replace(MARKET, filtered=replace(MARKET.filtered, cap_jumps=None))
    with pytest.raises(InputError, match="no jumps beyond the cap: `unwind calibrate` writes them"):
        arrays("mixture", bare)
