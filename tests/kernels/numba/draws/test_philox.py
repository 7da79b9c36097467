"""The random bits, against Random123's published vectors and the stream contract."""

import json
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels.numba.backend import NumbaBackend
from kernels.numba.draws.philox import draw_bits, draw_words
from kernels.numba.settings import BLOCK, STRIDE
from kernels.numpy.backend import NumpyBackend
from kernels.numpy.draws.philox import philox

U64 = np.uint64
WORDS = st.integers(0, 2**32 - 1)


def oracle_words(counter, seed):
    return [word.item() for word in philox(tuple(np.array([word], np.uint64) for word in counter), seed)]


def kernel_words(counter, seed, n_lanes=1):
    """The words of `n_lanes` lanes, the last of them at `counter`, by both kernels, which must agree: (n_lanes, 4)."""
    path, step, lane = counter[0] | counter[1] << 32, counter[2], counter[3]
    paths = np.full(BLOCK, path, np.uint64)
    bits, words = np.zeros(2 * n_lanes * STRIDE, np.uint64), np.zeros(4 * n_lanes * STRIDE, np.uint32)
    first_lane = U64(lane - (n_lanes - 1))
    draw_bits(U64(seed), paths, U64(step), first_lane, n_lanes, bits)
    draw_words(U64(seed), paths, U64(step), first_lane, n_lanes, words)
    halves = bits.reshape(n_lanes, 2, STRIDE)[:, :, 0]
    joined = np.stack([halves >> U64(32), halves & U64(0xFFFFFFFF)], axis=-1).reshape(n_lanes, 4)
    assert joined.tolist() == words.reshape(n_lanes, 4, STRIDE)[:, :, BLOCK - 1].tolist()
    return joined


def test_both_give_the_published_words(philox_vectors):
    for case in philox_vectors:
        seed = case["key"][0] | case["key"][1] << 32
        assert oracle_words(case["counter"], seed) == case["words"]
        assert kernel_words(case["counter"], seed)[0].tolist() == case["words"]


def test_interleaved_lanes_give_the_published_words(philox_vectors):
    for case in philox_vectors:
        for n_lanes in (4, 8, 11):  # groups of four counters, and three left over
            if case["counter"][3] >= n_lanes:
                seed = case["key"][0] | case["key"][1] << 32
                assert kernel_words(case["counter"], seed, n_lanes)[-1].tolist() == case["words"]


@given(counter=st.tuples(WORDS, WORDS, WORDS, st.integers(10, 2**32 - 1)), seed=st.integers(0, 2**64 - 1))
@settings(max_examples=50, deadline=None)
def test_kernel_and_oracle_agree_on_any_counter_and_key(counter, seed):
    for lane, words in zip(range(counter[3] - 10, counter[3] + 1), kernel_words(counter, seed, 11), strict=True):
        assert words.tolist() == oracle_words((*counter[:3], lane), seed)


def box_muller(radius_bits, angle_bits):
    """The two normals of 64 + 64 bits in 40 digits: an octant from three bits, the place in it from 52."""
    with mpmath.workdps(40):
        radius = mpmath.sqrt(-2 * mpmath.log(mpmath.mpf(2 * radius_bits + 1) / 2**65))
        t = mpmath.mpf(angle_bits >> 9 & 2**52 - 1) / 2**52 - mpmath.mpf(1) / 2
        parts = [mpmath.sin(mpmath.pi / 2 * t), mpmath.cos(mpmath.pi / 2 * t)]
        first, second = parts if angle_bits >> 63 else parts[::-1]
        return [
            float(radius * first * (-1) ** (angle_bits >> 62 & 1)),
            float(radius * second * (-1) ** (angle_bits >> 61 & 1)),
        ]


@pytest.mark.parametrize("backend", [NumbaBackend(), NumpyBackend()], ids=lambda backend: backend.name)
def test_a_published_block_feeds_the_factors_of_its_path_step_and_lane(backend, philox_vectors, white_model, no_book):
    small = [case for case in philox_vectors if case["counter"][2] < 20 and case["counter"][3] < 32]
    assert any(case["counter"][1] for case in small)  # a path beyond 2^32 is among them
    assert any(case["counter"][3] for case in small)  # and a lane beyond the first
    for case in small:
        low, high, step, lane = case["counter"]
        n_factors, seed = 2 * lane + 2, case["key"][0] | case["key"][1] << 32
        program = backend.prepare(
            white_model(n_factors), no_book(n_factors), seed=seed, n_steps=step + 1, float32=False, centre=np.zeros(2)
        )
        normals = backend.levels(program, np.array([low | high << 32], np.uint64))[0, step, 2 * lane : n_factors, 0]
        w = case["words"]
        # rounding of log, root, sine and their products: a few units in the last place of numbers below 10
        assert normals == pytest.approx(box_muller(w[0] << 32 | w[1], w[2] << 32 | w[3]), rel=2e-15)


def test_frequencies_of_the_top_bits_pass_the_reference_chi_square():
    case = json.loads((Path(__file__).parents[3] / "data" / "philox.json").read_text(encoding="utf-8"))["chi_square"]
    counts = np.zeros(case["equal_bins"])
    bits = np.zeros(32 * STRIDE, np.uint64)
    for start in range(0, case["draws"] // 32, BLOCK):
        draw_bits(U64(1), U64(start) + np.arange(BLOCK, dtype=np.uint64), U64(0), U64(0), 16, bits)
        drawn = bits.reshape(32, STRIDE)[:, :BLOCK]
        counts += np.bincount((drawn >> U64(56)).ravel().astype(np.int64), minlength=counts.size)
    expected = case["draws"] / counts.size
    chi2 = ((counts - expected) ** 2 / expected).sum()
    low, high = case["chi2_between"]  # a sound generator leaves it once in 10^9
    assert low < chi2 < high
