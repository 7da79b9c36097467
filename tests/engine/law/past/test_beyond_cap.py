"""Jumps beyond the cap as arrays of a law: edges that words meet, and nothing else changed."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.law.past.beyond_cap import WORDS, beyond_cap
from engine.mechanisms.unwind import Unwind
from kernels.numpy.steps.beyond_cap import direction, jump_size

MARKET = load_market(bundled_market_path())
JUMPS = MARKET.filtered.cap_jumps


def arrays(law, market=MARKET):
    return model_arrays([law_of(market, 10, 10, Unwind(law=law))])[1]


def test_as_many_words_meet_an_edge_as_jumps_come():
    found = beyond_cap(JUMPS, np.eye(17))
    assert np.diff(found.edges, prepend=0) / WORDS == pytest.approx(np.full(3, JUMPS.probability / 3.0), abs=1e-9)
    words = np.random.default_rng(1).integers(0, int(found.edges[-1]), 30_000).astype(np.uint64)
    shares = np.bincount(direction(found.edges, words), minlength=3) / words.size
    assert shares == pytest.approx(1.0 / 3.0, abs=0.015)  # five errors of a share of 30,000
    # the median of the Pareto law, and its largest size
    sizes = jump_size(found.shape, found.ratio, found.least, np.array([2**31, 0], np.uint64))
    assert sizes[0] == pytest.approx(JUMPS.scale / JUMPS.shape * (2.0**JUMPS.shape - 1.0), rel=1e-3)
    assert sizes[1] == pytest.approx(JUMPS.largest, rel=1e-4)


def test_without_its_jumps_the_mixture_is_filtered_regimes_to_the_bit():
    jumping, tilted = arrays("mixture"), arrays("filtered-regimes")
    assert jumping.laws["n_beyond"].tolist() == [3]
    for name in ("n_beyond", "beyond_shape", "beyond_ratio", "beyond_least"):
        jumping.laws[name] = 0
    for name, value in jumping._asdict().items():
        if name not in ("beyond_edges", "beyond_moves"):
            assert value.tobytes() == getattr(tilted, name).tobytes(), name


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
