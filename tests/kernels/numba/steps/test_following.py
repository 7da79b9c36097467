"""What a scenario lays on a law by rows: a plain loop of its own, numba against the oracle, each part switched off."""

import math

import numpy as np
import pytest

from kernels.lanes import JUMP_ARRIVALS, JUMP_SIZES, RESIDUAL_ROW
from kernels.law_layout import LAW, N_SPEEDS, PATH_SERIES, plain_model
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend
from kernels.numpy.draws.normal import box_muller_f64
from kernels.numpy.draws.philox import draw_words

N_FACTORS, N_STEPS, N_PATHS, SEED = 7, 8, 600, 7
IDS = np.arange(2**33 - 100, 2**33 - 100 + N_PATHS, dtype=np.uint64)  # across a carry of the counter
MECHANISMS = ("jumps", "intervention", "feedback", "cap", "carry")
EACH_OFF = [(), *((name,) for name in MECHANISMS), MECHANISMS]


def levels_of(backend, model, book, *, float32=False, ids=IDS, n_steps=N_STEPS):
    program = backend.prepare(model, book, seed=SEED, n_steps=n_steps, float32=float32, centre=np.zeros(2))
    return backend.levels(program, ids)


@pytest.mark.parametrize("off", EACH_OFF, ids=lambda off: "no " + "-".join(off or ("change",)))
def test_numba_walks_as_the_oracle_does(off, random_overlaid, no_book):
    model = random_overlaid(np.random.default_rng(1), N_FACTORS, 2, N_STEPS, off)
    book = no_book(N_FACTORS, N_STEPS)
    mine, oracle = (levels_of(backend, model, book) for backend in (NumbaBackend(), NumpyBackend()))
    # rounding of 8 steps; sales are in hundreds of USD bn
    assert mine[:, :, :N_FACTORS] == pytest.approx(oracle[:, :, :N_FACTORS], rel=0.0, abs=1e-13)
    assert mine[:, :, N_FACTORS:] == pytest.approx(oracle[:, :, N_FACTORS:], rel=0.0, abs=1e-10)
    if not off:
        sold = mine[:, -1, N_FACTORS:].transpose(1, 0, 2)[1:]
        assert all(np.ptp(each) > 0.0 for each in sold)  # everything happens on some paths


def test_binary32_walks_as_the_oracle_does(random_overlaid, no_book):
    # but for paths where binary32's rounding turns a jump, an intervention or a stop: rare
    model, book = random_overlaid(np.random.default_rng(2), N_FACTORS, 2, N_STEPS), no_book(N_FACTORS, N_STEPS)
    mine, oracle = (levels_of(backend, model, book, float32=True) for backend in (NumbaBackend(), NumpyBackend()))
    near = (np.abs(mine - oracle)[:, -1, :N_FACTORS] < 1e-5).all(axis=1)
    assert near.mean() > 0.98


@pytest.mark.parametrize("float32", [False, True])
def test_all_of_it_switched_off_has_the_bits_of_the_law_by_rows(float32, random_overlaid, no_book):
    idle, book = (
        random_overlaid(np.random.default_rng(3), N_FACTORS, 1, N_STEPS, MECHANISMS),
        no_book(N_FACTORS, N_STEPS),
    )
    beneath = idle._replace(laws=idle.laws.copy())
    beneath.laws["is_unwind"] = 0
    one, other = (levels_of(NumbaBackend(), model, book, float32=float32) for model in (beneath, idle))
    assert one[:, :, :N_FACTORS].tobytes() == other[:, :, :N_FACTORS].tobytes()


@pytest.mark.parametrize("name", MECHANISMS)
def test_each_that_is_on_and_does_nothing_has_the_bits_of_it_switched_off(name, random_overlaid, no_book):
    """Jumps that never come, interventions of no size, sales and purchases that move no price: one after the other."""
    model, book = random_overlaid(np.random.default_rng(4), N_FACTORS, 1, N_STEPS), no_book(N_FACTORS, N_STEPS)
    quiet, off = (model._replace(laws=model.laws.copy()) for _ in range(2))
    if name == "jumps":
        quiet = quiet._replace(jump_tails=np.zeros_like(model.jump_tails))
        off.laws["last_jump"] = 0
    elif name == "intervention":
        for field in ("fx_per_tn", "ust_per_tn"):
            quiet.laws[field] = 0.0
        off.laws["intervenes"] = 0
    elif name == "cap":
        quiet = quiet._replace(cap_shape=np.zeros_like(model.cap_shape), cap_release=np.zeros_like(model.cap_release))
        off.laws["is_capped"] = 0
    elif name == "carry":
        quiet.laws["fx_per_stock"] = 0.0
        off.laws["n_cohorts"] = 0
    else:
        quiet = quiet._replace(impact=np.zeros_like(model.impact))
        for field in ("fx_low", "fx_per_bn", "fx_high"):
            quiet.laws[field] = 0.0
        off.laws["feeds_back"] = 0
    one, other, loud = (levels_of(NumbaBackend(), each, book)[:, :, :N_FACTORS] for each in (quiet, off, model))
    assert one.tobytes() == other.tobytes()
    assert not np.array_equal(one, loud)


def test_a_path_replayed_alone_has_its_bits(random_overlaid, no_book):
    model, book = random_overlaid(np.random.default_rng(5), N_FACTORS, 1, N_STEPS), no_book(N_FACTORS, N_STEPS)
    many = levels_of(NumbaBackend(), model, book)
    for k in (0, 127, 128, 433):
        assert levels_of(NumbaBackend(), model, book, ids=IDS[k : k + 1])[..., 0].tobytes() == many[..., k].tobytes()


def jumped(model, path, step):
    """The jumps of a path in a step, factor by factor, from the arrivals and the normals of their lanes."""
    total = [0.0] * N_FACTORS
    for kind in range(int(model.laws["last_jump"][0])):
        if model.jump_step[kind] not in (-1, step):
            continue
        u = (float(draw_words(SEED, path, step, JUMP_ARRIVALS + kind // 4)[kind % 4][0]) + 0.5) / 2**32
        n = sum(u < tail for tail in model.jump_tails[kind, 0].tolist())
        xi = [
            float(x[0])
            for k in (0, 1)
            for x in box_muller_f64(*draw_words(SEED, path, step, JUMP_SIZES + 2 * kind + k))
        ]
        for f in range(N_FACTORS):
            spread = sum(loading * x for loading, x in zip(model.jump_loadings[kind, f].tolist(), xi, strict=True))
            total[f] += n * float(model.jump_mean[kind, f]) + math.sqrt(n) * spread
    return total


def plain_loop(model, path):
    """A path, number by number: the row's move feeds its averages; drifts and jumps move the level alone."""
    n_rows, law, found = model.residuals.shape[1], model.laws[0], []
    x, averages = [0.0] * N_FACTORS, model.variance[0].tolist()
    leads, leaders = model.last_residual[0].tolist(), model.leader[0].tolist()
    speeds, weights = model.speed[0].tolist(), model.weight[0].tolist()
    for step in range(N_STEPS):
        row, z = int(draw_words(SEED, path, step, RESIDUAL_ROW)[0][0]) * n_rows // 2**32, []
        for f in range(N_FACTORS):
            led = sum(per_lead * lead for per_lead, lead in zip(model.lead[0, f].tolist(), leads, strict=True))
            z.append(float(model.residuals[f, row]) + led)
            variance = sum(weight * average for weight, average in zip(weights, averages[f], strict=True))
            own = math.sqrt(max(variance, float(model.least_variance[0, f]))) * z[f]
            x[f] += float(model.drift[0, 0, f]) + float(model.weekday_move[0, f] * model.root_span[0, step]) * own
            averages[f] = [s * a + (1.0 - s) * own * own for s, a in zip(speeds, averages[f], strict=True)]
        leads = [min(max(z[leader], -float(law.lead_clip)), float(law.lead_clip)) for leader in leaders]
        x = [level + jump for level, jump in zip(x, jumped(model, path, step), strict=True)]
        found.append(list(x))
    return found


def test_rows_drifts_and_jumps_are_those_of_a_plain_loop(random_overlaid, no_book):
    model = random_overlaid(
        np.random.default_rng(6), N_FACTORS, 1, N_STEPS, ("intervention", "feedback", "cap", "carry")
    )
    every = np.ones((1, N_FACTORS))
    model = model._replace(decay=every, follows=every.astype(np.int64), own_normal=0.0 * every)
    ids = IDS[:40]
    expected = np.array([plain_loop(model, ids[k : k + 1]) for k in range(ids.size)])  # (n_ids, n_steps, n_factors)
    for backend in (NumbaBackend(), NumpyBackend()):
        found = levels_of(backend, model, no_book(N_FACTORS, N_STEPS), ids=ids)[0, :, :N_FACTORS]
        assert found == pytest.approx(expected.transpose(1, 2, 0), rel=0.0, abs=1e-13)  # rounding of 8 steps


def still(n_steps, **fields):
    """A law by rows that does not move: factor 0 is USD/JPY and falls by a tenth in the second step, for certain."""
    laws, row = np.zeros(1, LAW), np.zeros((1, N_FACTORS))
    on = {"is_filtered": 1, "is_unwind": 1, "feeds_back": 1, "last_row": 1, "lead_clip": 3.0, "last_jump": 1}
    if "fx_per_bn" in fields:
        fields |= {"fx_low": fields["fx_per_bn"], "fx_high": fields["fx_per_bn"]}
    for name, value in (on | {"low_4": 1e-5, "high_4": 1e-5, "fading": 1.0, "ust": 1} | fields).items():
        laws[name] = value
    row[0, 0] = -0.1
    chol = np.zeros((1, N_FACTORS, N_FACTORS))
    return plain_model(decay=np.ones((1, N_FACTORS)), drift=np.zeros((1, N_FACTORS)), chol=chol)._replace(
        laws=laws,
        residuals=np.zeros((N_FACTORS, 1)),
        root_span=np.ones((1, n_steps)),
        weekday_move=np.ones((1, N_FACTORS)),
        follows=np.ones((1, N_FACTORS), np.int64),
        own_normal=np.zeros((1, N_FACTORS)),
        least_variance=np.ones((1, N_FACTORS)),
        variance=np.ones((1, N_FACTORS, N_SPEEDS)),
        speed=np.full((1, N_SPEEDS), 0.9),
        weight=np.full((1, N_SPEEDS), 0.25),
        leader=np.zeros((1, 1), np.int64),
        lead=np.zeros((1, N_FACTORS, 1)),
        last_residual=np.zeros((1, 1)),
        jump_step=np.array([1]),
        jump_tails=np.array([[[1.0, 0.0, 0.0]]]),
        jump_mean=row,
        jump_loadings=np.zeros((1, N_FACTORS, 4)),
        transitions=np.zeros((1, 1, 1, 2)),
        impact=np.eye(2, N_FACTORS)[1:],
        scheduled=np.zeros((1, n_steps)),
    )


@pytest.mark.parametrize("backend", [NumbaBackend(), NumpyBackend()], ids=lambda each: each.name)
def test_private_holders_answer_to_the_close_before_and_move_yields(backend, no_book):
    terms = {"ust_stock": 1000.0, "years": 0.004, "hazard_per_loss": 5.0, "hazard_most": 9.0, "unhedged": 0.5}
    model = still(4, **terms, fx_per_bn=0.001, duration=7.0, long_run=1.0)
    found = levels_of(backend, model, no_book(N_FACTORS, 4), ids=IDS[:1], n_steps=4)[0, :, :, 0]
    sold = found[:, N_FACTORS + PATH_SERIES.index("private_sold")]
    first = 1000.0 * 0.004 * 5.0 * (0.5 * 0.1)  # a loss of 5 % by half the fall
    fall = 0.1 + 0.001 * 0.5 * first
    second = (1000.0 - first) * 0.004 * 5.0 * (7.0 * 1e-5 * first + 0.5 * fall)  # yields have risen by the first
    assert sold == pytest.approx([0.0, 0.0, first, first + second], rel=1e-13)
    assert found[2:, 1] == pytest.approx([1e-5 * first, 1e-5 * (first + second)], rel=1e-12)


@pytest.mark.parametrize("backend", [NumbaBackend(), NumpyBackend()], ids=lambda each: each.name)
def test_an_intervention_answers_the_fall_of_the_step_before(backend, no_book):
    terms = {"intervenes": 1, "rise_logit": 50.0, "fall_logit": -50.0, "fx_per_tn": 0.02, "ust_per_tn": 7.0}
    model = still(4, **terms)
    found = levels_of(backend, model, no_book(N_FACTORS, 4), ids=IDS[:1], n_steps=4)[0, :, :, 0]
    series = dict(zip(PATH_SERIES, found[:, N_FACTORS:].T, strict=True))
    assert found[:, 0] == pytest.approx([0.0, -0.1, -0.08, -0.06], rel=1e-12)
    assert series["official_sold"] == pytest.approx([0.0, 0.0, -7.0, -14.0], rel=1e-13)  # dollars buy Treasuries
