"""Jumps beyond the cap: both wings against moves worked out by hand, and nothing of it where there are none."""

import numpy as np
import pytest

from kernels.lanes import RESIDUAL_ROW
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend
from kernels.numpy.draws.philox import draw_words
from kernels.numpy.steps.beyond_cap import direction, jump_size

N_FACTORS, N_STEPS, N_PATHS = 5, 6, 600
IDS = np.arange(2**33 - 100, 2**33 - 100 + N_PATHS, dtype=np.uint64)


def levels_of(backend, model, book, *, float32=False):
    program = backend.prepare(model, book, seed=7, n_steps=N_STEPS, float32=float32, centre=np.zeros(2))
    return backend.levels(program, IDS)[:, :, :N_FACTORS]


def without(model):
    laws = model.laws.copy()
    laws["n_beyond"] = 0
    return model._replace(laws=laws)


def by_hand(model, d):
    """What jumps alone add to the first factor that follows, at the start's variances: (n_steps, n_paths)."""
    law, f = model.laws[d], int(np.flatnonzero(model.follows[d])[0])
    edges = model.beyond_edges[law.first_beyond :][: law.n_beyond].tolist()
    sd = np.sqrt(max(model.weight[d] @ model.variance[d, f], model.least_variance[d, f]))
    added = np.zeros((N_STEPS, N_PATHS))
    for step in range(N_STEPS):
        words = draw_words(7, IDS, step, RESIDUAL_ROW)
        for path in range(N_PATHS):
            word = int(words[2][path])
            if word < edges[-1]:
                j = law.first_beyond + sum(word >= edge for edge in edges)
                u = (int(words[3][path]) + 0.5) / 2**32
                left = (1 - law.beyond_least) * u + law.beyond_least
                size = law.beyond_cap + law.beyond_ratio * (left**-law.beyond_shape - 1)
                per_move = model.weekday_move[d, f] * model.root_span[d, step]
                added[step, path] = per_move * sd * size * model.beyond_moves[j, f]
    return f, added


@pytest.mark.parametrize("float32", [False, True])
def test_a_jump_moves_a_path_once_by_the_days_variance_and_no_variance_after_it(float32, random_filtered, no_book):
    """Two walks differ by the jumps alone; averages that would keep still show that they feed nothing."""
    model, book = random_filtered(np.random.default_rng(3), N_FACTORS, 3, N_STEPS), no_book(N_FACTORS, N_STEPS)
    still = model._replace(decay=np.ones_like(model.decay), speed=np.ones_like(model.speed))
    for backend in (NumbaBackend(), NumpyBackend()):
        moved = levels_of(backend, still, book, float32=float32) - levels_of(
            backend, without(still), book, float32=float32
        )
        assert not moved[0].any()  # the first law has none
        for d in (1, 2):
            f, added = by_hand(still, d)
            assert 0.02 < (added != 0.0).mean() < 0.26  # a quarter of words meet the last edge at most
            # sums of six moves of order 0.1: in binary32 some 1e-7
            assert moved[d, :, f] == pytest.approx(np.cumsum(added, axis=0), rel=0.0, abs=1e-6 if float32 else 1e-14)


def test_averages_go_along_with_rows_alone(random_filtered, no_book):
    """After a jump both walks differ by it and by nothing that a variance would have made of it."""
    model, book = random_filtered(np.random.default_rng(4), N_FACTORS, 2, N_STEPS), no_book(N_FACTORS, N_STEPS)
    model = model._replace(decay=np.ones_like(model.decay))
    moved = np.diff(levels_of(NumbaBackend(), model, book) - levels_of(NumbaBackend(), without(model), book), axis=1)
    words = [draw_words(7, IDS, step, RESIDUAL_ROW)[2] for step in range(1, N_STEPS)]
    law = model.laws[1]
    none = np.array(words) >= model.beyond_edges[law.first_beyond + law.n_beyond - 1]
    assert none.any()
    # differences of levels of order 1 are off by some 1e-16
    assert moved[1].transpose(0, 2, 1)[none] == pytest.approx(0.0, abs=1e-14)


def test_where_no_word_reaches_an_edge_the_law_is_the_one_without_to_the_bit(random_filtered, no_book):
    model, book = random_filtered(np.random.default_rng(5), N_FACTORS, 2, N_STEPS), no_book(N_FACTORS, N_STEPS)
    never = model._replace(beyond_edges=np.zeros_like(model.beyond_edges))
    for backend in (NumbaBackend(), NumpyBackend()):
        one, other = levels_of(backend, never, book), levels_of(backend, without(model), book)
        assert one.tobytes() == other.tobytes()


def test_words_tell_directions_and_sizes():
    edges = np.array([100, 200, 250])
    words = np.array([0, 99, 100, 199, 200, 249, 250, 2**32 - 1], np.uint64)
    assert direction(edges, words).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    # half of 2^32 is the middle: the cap and scale / shape (2^shape - 1) = 2 / 0.5 (sqrt(2) - 1)
    middle = 10.0 + 4.0 * (np.sqrt(2.0) - 1.0)
    assert jump_size(10.0, 0.5, 4.0, 0.0, np.array([2**31], np.uint64)) == pytest.approx(middle, rel=1e-9)
    largest = 10.0 + 4.0 * (1e-4**-0.5 - 1.0)  # one in ten thousand is as large, and none larger
    assert jump_size(10.0, 0.5, 4.0, 1e-4, np.array([0], np.uint64)) == pytest.approx(largest, rel=1e-5)


def test_a_residual_beyond_the_cap_comes_as_often_and_as_large_as_the_law_says(random_filtered, no_book):
    """Paths of which jumps are the only moves: how many have one, and how its size is spread, against closed forms."""
    model, n = random_filtered(np.random.default_rng(6), N_FACTORS, 2, N_STEPS), 40_000
    alone = {name: np.zeros_like(getattr(model, name)) for name in ("residuals", "lead", "own_normal", "drift")}
    largest_of_each = np.abs(model.beyond_moves).max(axis=1, keepdims=True)
    model = model._replace(**alone, beyond_moves=model.beyond_moves / largest_of_each)
    law, ids = model.laws[1], np.arange(n, dtype=np.uint64)
    sd = np.sqrt(np.maximum((model.weight[1] * model.variance[1]).sum(axis=1), model.least_variance[1]))
    per_size = model.weekday_move[1] * model.root_span[1, 0] * np.where(model.follows[1] != 0, sd, 1.0)
    per_size *= model.decay[1]  # a jump comes just before the row, and reverts with it
    wanted = model.beyond_edges[law.first_beyond + law.n_beyond - 1] / 2**32
    for backend in (NumbaBackend(), NumpyBackend()):
        program = backend.prepare(model, no_book(N_FACTORS, 1), seed=7, n_steps=1, float32=False, centre=np.zeros(2))
        sizes = np.abs(backend.levels(program, ids)[1, 0, :N_FACTORS] / per_size[:, None]).max(axis=0)
        came = sizes > law.beyond_cap
        assert not sizes[~came].any()
        assert came.mean() == pytest.approx(wanted, abs=4.0 * np.sqrt(wanted * (1.0 - wanted) / n))  # standard errors
        power = (1.0 + (sizes[came] - law.beyond_cap) / law.beyond_ratio) ** (-1.0 / law.beyond_shape)
        left = np.sort((power - law.beyond_least) / (1.0 - law.beyond_least))  # even between 0 and 1
        gap = np.abs(left - (np.arange(left.size) + 0.5) / left.size).max()
        assert gap < 1.95 / np.sqrt(left.size)  # Kolmogorov's distance, which one sample in a thousand exceeds
