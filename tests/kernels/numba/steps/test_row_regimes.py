"""Regimes that tilt rows: both wings against rows worked out by hand, and nothing of it where all is forgotten."""

import numpy as np
import pytest

from kernels.lanes import RESIDUAL_ROW
from kernels.law_layout import ALIAS_BITS, LAW
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend
from kernels.numpy.draws.philox import draw_words
from kernels.numpy.steps.row_regimes import tilted_row

N_FACTORS, N_STEPS, N_PATHS = 5, 6, 600
IDS = np.arange(2**33 - 100, 2**33 - 100 + N_PATHS, dtype=np.uint64)
ALL = 2**32


def levels_of(backend, model, book, *, float32=False):
    program = backend.prepare(model, book, seed=7, n_steps=N_STEPS, float32=float32, centre=np.zeros(2))
    return backend.levels(program, IDS)


def only_rows(model, d):
    """One law of a model whose levels are its rows' first residuals, added up: no leads, filter or normals."""
    one = np.ones((1, N_FACTORS))
    still = {"decay": one, "drift": 0.0 * one[:, None], "follows": np.zeros((1, N_FACTORS), np.int64)}
    still |= {"own_normal": 0.0 * one, "lead": np.zeros((1, N_FACTORS, 3)), "weekday_move": one}
    shared = ("residuals", "regime_edges", "row_aliases", "jump_step", "jump_tails", "jump_mean", "jump_loadings")
    shared += ("beyond_edges", "beyond_moves")
    model.laws["n_beyond"] = 0
    mine = {name: value[d : d + 1] for name, value in model._asdict().items() if name not in shared}
    return model._replace(**mine)._replace(**still, root_span=np.ones((1, N_STEPS)))


def by_hand(model):
    """Regimes and rows of each path, one comparison after the other: (n_steps, n_paths) each."""
    law = model.laws[0]
    n, n_rows = int(law.n_row_regimes), int(law.last_row - law.first_row)
    regimes, rows = np.zeros((N_STEPS, N_PATHS), int), np.zeros((N_STEPS, N_PATHS), int)
    words = [draw_words(7, IDS, step, RESIDUAL_ROW) for step in range(N_STEPS)]
    for path in range(N_PATHS):
        before = n + 1
        for step in range(N_STEPS):
            word, other = int(words[step][0][path]), int(words[step][1][path])
            edges = model.regime_edges[law.first_edge + before * n :][:n].tolist()
            before = regimes[step, path] = sum(other >= edge for edge in edges)
            row, low = divmod(word * n_rows, ALL)
            threshold, stand_in = divmod(int(model.row_aliases[law.first_alias + before * n_rows + row]), 2**ALIAS_BITS)
            rows[step, path] = law.first_row + (row if low < threshold else stand_in)
    return regimes, rows


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("float32", [False, True])
def test_both_wings_take_the_regimes_and_rows_worked_out_by_hand(d, float32, random_filtered, no_book):
    model = only_rows(random_filtered(np.random.default_rng(11), N_FACTORS, 3, N_STEPS), d)
    regimes, rows = by_hand(model)
    assert set(np.unique(regimes)) == set(range(int(model.laws["n_row_regimes"][0]) + 1))
    expected = np.cumsum(model.residuals[:, rows], axis=1).transpose(1, 0, 2)
    for backend in (NumbaBackend(), NumpyBackend()):
        found = levels_of(backend, model, no_book(N_FACTORS, N_STEPS), float32=float32)[0]
        assert found[:, N_FACTORS].tolist() == regimes.tolist()
        # sums of six residuals of order 10: in binary32 some 1e-6
        assert found[:, :N_FACTORS] == pytest.approx(expected, rel=0.0, abs=1e-5 if float32 else 1e-13)


def test_where_all_is_forgotten_the_law_is_the_one_without_regimes_to_the_bit(random_filtered, no_book):
    model, book = random_filtered(np.random.default_rng(12), N_FACTORS, 2, N_STEPS), no_book(N_FACTORS, N_STEPS)
    law = model.laws[1]
    edges = model.regime_edges.copy()
    edges[law.first_edge + 4 * 3 : law.first_edge + 5 * 3] = ALL  # the start: no word reaches an edge
    plain = model.laws.copy()
    plain["n_row_regimes"] = 0
    for backend in (NumbaBackend(), NumpyBackend()):
        one, other = (
            levels_of(backend, each, book) for each in (model._replace(regime_edges=edges), model._replace(laws=plain))
        )
        assert one.tobytes() == other.tobytes()
        assert levels_of(backend, model, book)[1].tobytes() != other[1].tobytes()


def test_one_word_and_a_toy_table_are_known():
    """Four rows of weights 0.1, 0.2, 0.3, 0.4, by hand: of the first's quarter 0.4 is its own, the rest the third's;
    0.8 of the second's, the rest the fourth's; 0.6 of the third's, the rest the fourth's; all of the fourth's.
    """
    law = np.zeros(1, LAW)
    law["last_row"], law["first_row"] = 14, 10
    own, stand_in = [0.4, 0.8, 0.6, 0.0], [2, 3, 3, 3]
    table = np.array([int(o * ALL) << ALIAS_BITS | s for o, s in zip(own, stand_in, strict=True)])
    model = type("Model", (), {"row_aliases": np.concatenate([np.arange(4), table])})
    words = np.array([0, int(0.4 * ALL) // 4 - 1, int(0.4 * ALL) // 4 + 1, ALL // 4, ALL - 1], np.uint64)
    assert tilted_row(model, law[0], np.ones(5, np.uint64), words).tolist() == [10, 10, 12, 11, 13]
    assert tilted_row(model, law[0], np.zeros(5, np.uint64), words).tolist() == [10, 10, 10, 11, 13]
