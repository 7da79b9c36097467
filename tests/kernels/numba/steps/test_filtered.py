"""Laws by rows: known answers, numba against the oracle, and one path alone against many."""

import json
from pathlib import Path

import numpy as np
import pytest

from kernels.base import PathRange
from kernels.lanes import RESIDUAL_ROW
from kernels.law_layout import LAW, N_SPEEDS, plain_model
from kernels.numba.backend import NumbaBackend
from kernels.numba.settings import BLOCK, STRIDE
from kernels.numba.steps import filtered
from kernels.numpy.backend import NumpyBackend
from kernels.numpy.draws.philox import draw_words
from kernels.numpy.steps import filtered as oracle
from tests.kernels.entry import entry

N_FACTORS, N_STEPS, N_PATHS = 7, 8, 600
IDS = np.arange(2**33 - 100, 2**33 - 100 + N_PATHS, dtype=np.uint64)  # across a carry of the counter
PRINTED = 5e-12  # the known answers have twelve digits; steps here are differences of levels
LEADERS, LED = (4, 6, 10, 13, 16), (*range(8), 16)  # of the known answers: JGB and USD/JPY follow


carried_rows, first_normal = entry(filtered.carried_rows), entry(filtered.first_normal)
start_variances, step_by_row = entry(filtered.start_variances), entry(filtered.step_by_row)


@pytest.fixture(scope="module")
def cases(root):
    return json.loads((Path(root) / "tests/data/filtered_law.json").read_text("utf-8"))["cases"]


def law_of_case(market, spans):
    """The arrays of a law as the known answers state it: in variances, not over those of the start."""
    rows, averages = np.array(market["eta"]), np.array(market["states"])
    n, start = rows.shape[1], averages @ market["weights"]
    lead = np.zeros((1, n, len(LEADERS)))
    lead[0, list(LED)] = np.array(market["gamma"]).T
    laws = np.zeros(1, LAW)
    laws["is_filtered"], laws["last_row"], laws["lead_clip"] = 1, len(rows), market["clip"]
    plain = plain_model(decay=np.ones((1, n)), drift=np.zeros((1, n)), chol=np.zeros((1, n, n)))
    return plain._replace(
        laws=laws.view(LAW),
        residuals=rows.T,
        root_span=np.sqrt(np.array([spans])),
        weekday_move=np.sqrt(start)[None],
        follows=np.ones((1, n), np.int64),
        least_variance=(1e-12 / start)[None],
        variance=(averages / start[:, None])[None],
        speed=np.array([market["decays"]]),
        weight=np.array([market["weights"]]),
        leader=np.array([LEADERS]),
        lead=lead,
        last_residual=np.array([market["last"]]),
    )


def steps_of_case(model, rows, spans):
    """Moves of each step by numba's kernel, whose words draw the rows wanted: (n_steps, n_factors)."""
    model = model.rounded(np.float64)
    n_factors, n_rows = model.residuals.shape
    carried = np.zeros(carried_rows(model) * STRIDE)
    start_variances(model, 0, carried)
    state, z = np.zeros(n_factors * STRIDE), np.zeros(n_factors * STRIDE)
    levels = [np.zeros(n_factors)]
    for step, row in enumerate(rows):
        words = np.full(4 * STRIDE, -(-(row << 32) // n_rows), np.uint32)  # the least word whose high half is the row
        paths, picked = np.zeros(BLOCK, np.uint64), np.zeros(BLOCK, np.uint64)
        step_by_row(model, 0, np.uint64(step), paths, words, z.copy(), picked, z, carried, np.zeros(0), state)
        levels.append(state[5::STRIDE][:n_factors].copy())
    assert len(spans) == len(rows)
    return np.diff(levels, axis=0)


def test_the_toy_tables_path_is_the_known_one(cases):
    case = cases[0]
    model = law_of_case(case["market"], case["spans"])
    steps = steps_of_case(model, case["rows"], case["spans"])
    assert steps == pytest.approx(np.array(case["steps"]), rel=2 * PRINTED, abs=1e-16)
    assert steps.sum(axis=0) == pytest.approx(case["total"], rel=PRINTED, abs=1e-16)


def test_the_oracles_path_of_the_toy_table_is_the_known_one(cases):
    case = cases[0]
    model = law_of_case(case["market"], case["spans"])
    state, carried = np.zeros((17, 1)), oracle.start_variances(model, 0, 1)
    for step, row in enumerate(case["rows"]):
        before = state.copy()
        oracle.step_by_row(model, 0, step, np.array([row], np.uint64), np.zeros((17, 1)), np.zeros(1), carried, state)
        assert (state - before)[:, 0] == pytest.approx(case["steps"][step], rel=2 * PRINTED, abs=1e-16)
    assert state[:, 0] == pytest.approx(case["total"], rel=PRINTED, abs=1e-16)


def test_words_pick_the_known_rows(cases):
    words = cases[4]["words_to_rows"]
    law = np.zeros(1, LAW)
    law["last_row"] = words["n_rows"]
    found = oracle.picked_row(law[0], np.zeros(5, np.uint64), 0, np.array(words["words"], np.uint64))
    assert found.tolist() == words["rows"]


def levels_of(backend, model, book, *, float32=False, ids=IDS):
    program = backend.prepare(model, book, seed=7, n_steps=N_STEPS, float32=float32, centre=np.zeros(2))
    return backend.levels(program, ids)


# rounding of 8 steps of levels of order 1: in binary64 some 1e-15, in binary32 some 1e-6
@pytest.mark.parametrize(("float32", "within"), [(False, 1e-13), (True, 1e-5)])
def test_numba_walks_as_the_oracle_does(float32, within, random_filtered, no_book):
    book = no_book(N_FACTORS, N_STEPS)
    for seed in range(2):
        model = random_filtered(np.random.default_rng(seed), N_FACTORS, 2, N_STEPS)
        mine, other = (levels_of(each, model, book, float32=float32) for each in (NumbaBackend(), NumpyBackend()))
        assert np.ptp(mine[:, -1, :N_FACTORS], axis=2).min() > 0.01
        assert mine == pytest.approx(other, rel=0.0, abs=within)


def test_a_law_by_rows_keeps_its_bits_among_others(among_others, no_book):
    mixed = among_others(np.random.default_rng(3), N_FACTORS, N_STEPS)
    of_law = {"laws": mixed.laws[2:]}
    shared = (
        "residuals",
        "regime_edges",
        "row_aliases",
        "beyond_edges",
        "beyond_moves",
        "jump_step",
        "jump_tails",
        "jump_mean",
        "jump_loadings",
        "laws",
    )
    of_law |= {name: value[2:] for name, value in mixed._asdict().items() if name not in shared}
    book = no_book(N_FACTORS, N_STEPS)
    one, other = levels_of(NumbaBackend(), mixed, book)[2], levels_of(NumbaBackend(), mixed._replace(**of_law), book)[0]
    assert one.tobytes() == other.tobytes()
    assert levels_of(NumpyBackend(), mixed, book) == pytest.approx(levels_of(NumbaBackend(), mixed, book), abs=1e-9)


def test_a_path_replayed_alone_has_its_bits(random_filtered, no_book):
    model, book = random_filtered(np.random.default_rng(4), N_FACTORS, 1, N_STEPS), no_book(N_FACTORS, N_STEPS)
    many = levels_of(NumbaBackend(), model, book)
    for k in (0, 127, 128, 433):
        assert levels_of(NumbaBackend(), model, book, ids=IDS[k : k + 1])[..., 0].tobytes() == many[..., k].tobytes()


def test_a_step_takes_the_row_of_its_word_and_no_other_draw(random_filtered, no_book):
    """Without leads, filter or normals a path is its rows, one after the other."""
    model = random_filtered(np.random.default_rng(5), N_FACTORS, 1, N_STEPS)
    model = model._replace(
        decay=np.ones((1, N_FACTORS)),
        drift=np.zeros((1, 1, N_FACTORS)),
        follows=np.zeros((1, N_FACTORS), np.int64),
        own_normal=np.zeros((1, N_FACTORS)),
        lead=np.zeros((1, N_FACTORS, 3)),
    )
    found = levels_of(NumbaBackend(), model, no_book(N_FACTORS, N_STEPS))[0, :, :N_FACTORS]
    n_rows = model.residuals.shape[1]
    expected = np.zeros((N_FACTORS, N_PATHS))
    for step in range(N_STEPS):
        rows = (draw_words(7, IDS, step, RESIDUAL_ROW)[0] * np.uint64(n_rows)) >> np.uint64(32)
        expected += (model.weekday_move[0] * model.root_span[0, step])[:, None] * model.residuals[:, rows]
        assert found[step] == pytest.approx(expected, rel=0.0, abs=1e-14)


def test_an_enumerated_law_takes_each_row_once(random_filtered, no_book):
    model = random_filtered(np.random.default_rng(6), N_FACTORS, 1, N_STEPS)
    model.laws["is_enumerated"] = 1
    ids = np.arange(37, dtype=np.uint64)
    backend = NumbaBackend()
    program = backend.prepare(model, no_book(N_FACTORS, 1), seed=1, n_steps=1, float32=False, centre=np.zeros(2))
    first = np.flatnonzero(model.own_normal[0] == 0.0)[0]
    found = backend.levels(program, ids)[0, 0, first]
    start = np.sqrt(max(model.weight[0] @ model.variance[0, first], model.least_variance[0, first]))
    led = model.residuals[first] + model.lead[0, first] @ model.last_residual[0]
    move = model.weekday_move[0, first] * model.root_span[0, 0] * start * led
    assert found == pytest.approx(model.drift[0, 0, first] + move, rel=1e-12)


def test_normals_are_drawn_from_the_first_factor_that_has_its_own(random_filtered):
    model = random_filtered(np.random.default_rng(7), 18)
    own = np.zeros((1, 18))
    assert first_normal(model._replace(own_normal=own)) > 18
    own[0, 17] = 0.5
    assert first_normal(model._replace(own_normal=own)) == 16
    plain = model._replace(laws=np.zeros(1, LAW))
    assert first_normal(plain) == 0
    assert carried_rows(plain) == 0
    assert carried_rows(model) == 18 * N_SPEEDS + 3 + 1


def test_the_pnl_of_a_path_is_the_oracles(random_filtered, random_book):
    model = random_filtered(np.random.default_rng(8), N_FACTORS, 1, N_STEPS)
    book = random_book(np.random.default_rng(8), N_FACTORS, n_steps=N_STEPS)
    programs = [
        (backend, backend.prepare(model, book, seed=3, n_steps=N_STEPS, float32=False, centre=np.zeros(6)))
        for backend in (NumbaBackend(), NumpyBackend())
    ]
    mine, other = (backend.pnl(program, PathRange(first=0, n=300)) for backend, program in programs)
    assert mine == pytest.approx(other, rel=1e-10, abs=1e-7)
