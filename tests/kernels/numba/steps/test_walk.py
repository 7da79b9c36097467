"""The unwind's mechanisms: numba against the oracle, and each switched off gives the bits from before it existed."""

import numpy as np
import pytest

from kernels.base import PathRange
from kernels.law_layout import LAW, PATH_SERIES
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend

N_FACTORS, N_STEPS, N_PATHS = 7, 8, 600
FIRST = 2**33 - 100  # across a carry of the counter
MECHANISMS = ("regimes", "mixing", "jumps", "intervention", "feedback", "cap")
IDS = np.arange(FIRST, FIRST + N_PATHS, dtype=np.uint64)


def levels_of(backend, model, book, *, float32=False, seed=7):
    program = backend.prepare(model, book, seed=seed, n_steps=N_STEPS, float32=float32, centre=np.zeros(2))
    return backend.levels(program, IDS)


@pytest.mark.parametrize(
    "off", [(), *((name,) for name in MECHANISMS)], ids=lambda off: "no " + (off or ("change",))[0]
)
def test_numba_walks_as_the_oracle_does(off, random_unwind, no_book):
    for seed in range(2):
        model = random_unwind(np.random.default_rng(seed), N_FACTORS, 2, N_STEPS, off)
        book = no_book(N_FACTORS, N_STEPS)
        mine, oracle = (levels_of(backend, model, book) for backend in (NumbaBackend(), NumpyBackend()))
        # rounding of 8 steps; sales are in hundreds of USD bn
        assert mine[:, :, :N_FACTORS] == pytest.approx(oracle[:, :, :N_FACTORS], rel=0.0, abs=1e-13)
        assert mine[:, :, N_FACTORS:] == pytest.approx(oracle[:, :, N_FACTORS:], rel=0.0, abs=1e-10)
        if not off:
            series = dict(zip(PATH_SERIES, np.moveaxis(mine[:, -1, N_FACTORS:], 1, 0), strict=True))
            assert set(np.unique(series["regime"])) == {0.0, 1.0, 2.0}
            assert all(np.ptp(series[name]) > 0.0 for name in PATH_SERIES if name != "carry_sold")


def test_binary32_walks_as_the_oracle_does(random_unwind, no_book):
    # but for paths where binary32's rounding turns a regime, a jump or a stop: rare
    model = random_unwind(np.random.default_rng(3), N_FACTORS, 2, N_STEPS)
    book = no_book(N_FACTORS, N_STEPS)
    mine, oracle = (levels_of(backend, model, book, float32=True) for backend in (NumbaBackend(), NumpyBackend()))
    assert mine.dtype == oracle.dtype == np.float32
    near = (np.abs(mine - oracle)[:, -1, :N_FACTORS] < 2e-6).all(axis=1)
    assert near.mean() > 0.98


@pytest.mark.parametrize("float32", [False, True])
def test_an_unwind_switched_off_has_the_plain_laws_bits(float32, random_unwind, random_model, no_book):
    plain = random_model(np.random.default_rng(5), N_FACTORS, 1)
    idle = random_unwind(np.random.default_rng(6), N_FACTORS, 1, N_STEPS, MECHANISMS)
    idle = idle._replace(decay=plain.decay, drift=plain.drift, chol=plain.chol, scheduled=np.zeros((1, N_STEPS)))
    idle = idle._replace(convexity=idle.convexity[:, :1], initial=np.ones((1, 1)))
    idle = idle._replace(transitions=np.zeros((1, 1, 1, 2)), jump_tails=idle.jump_tails[:, :1])
    book = no_book(N_FACTORS, N_STEPS)
    one, other = (levels_of(NumbaBackend(), model, book, float32=float32) for model in (plain, idle))
    assert one[:, :, :N_FACTORS].tobytes() == other[:, :, :N_FACTORS].tobytes()


def test_zero_impact_has_the_bits_of_no_feedback(random_unwind, no_book):
    loud = random_unwind(np.random.default_rng(8), N_FACTORS, 1, N_STEPS)
    quiet = loud._replace(laws=loud.laws.copy(), impact=np.zeros_like(loud.impact))
    for name in ("fx_low", "fx_per_bn", "fx_high"):
        quiet.laws[name] = 0.0
    silent = loud._replace(laws=loud.laws.copy())
    silent.laws["feeds_back"] = 0
    book = no_book(N_FACTORS, N_STEPS)
    one, other = (levels_of(NumbaBackend(), model, book)[:, :, :N_FACTORS] for model in (quiet, silent))
    assert one.tobytes() == other.tobytes()
    assert not np.array_equal(one, levels_of(NumbaBackend(), loud, book)[:, :, :N_FACTORS])


def test_a_law_keeps_its_bits_among_others(random_unwind, random_model, no_book):
    rng = np.random.default_rng(9)
    both = random_unwind(rng, N_FACTORS, 2, N_STEPS)
    alone = both._replace(**{name: value[1:] for name, value in both._asdict().items() if not name.startswith("jump_")})
    book = no_book(N_FACTORS, N_STEPS)
    assert levels_of(NumbaBackend(), both, book)[1].tobytes() == levels_of(NumbaBackend(), alone, book)[0].tobytes()


def test_a_path_replayed_alone_has_its_bits(random_unwind, no_book):
    model = random_unwind(np.random.default_rng(10), N_FACTORS, 1, N_STEPS)
    backend = NumbaBackend()
    program = backend.prepare(
        model, no_book(N_FACTORS, N_STEPS), seed=7, n_steps=N_STEPS, float32=False, centre=np.zeros(2)
    )
    many = backend.levels(program, IDS)
    for k in (0, 127, 128, 433):
        assert backend.levels(program, IDS[k : k + 1])[..., 0].tobytes() == many[..., k].tobytes()


def one_law(**fields):
    law, on = np.zeros(1, LAW), {"is_unwind": 1, "feeds_back": 1, "fading": 1.0, "low_4": 1e-5, "high_4": 1e-5}
    same = dict.fromkeys(("fx_low", "fx_high"), fields.get("fx_per_bn", 0.0))
    for name, value in (on | same | fields).items():
        law[name] = value
    return law


def fallen(model, by, law, n_steps):
    """Factor 0 is USD/JPY and falls by `by` in all, evenly, with nothing random."""
    drift = np.zeros((1, 1, N_FACTORS))
    drift[0, 0, 0] = -by / n_steps
    return model._replace(
        decay=np.ones((1, N_FACTORS)),
        drift=drift,
        chol=np.zeros((1, 1, N_FACTORS, N_FACTORS)),
        laws=law,
        impact=np.zeros((1, N_FACTORS)),
        scheduled=np.zeros((1, n_steps)),
    )


def sold_of(model, book, n_steps, name="private_sold"):
    backend = NumbaBackend()
    program = backend.prepare(model, book, seed=1, n_steps=n_steps, float32=False, centre=np.zeros(2))
    return backend.levels(program, IDS[:1])[0, -1, N_FACTORS + PATH_SERIES.index(name), 0]


def test_private_sales_decay_the_stock_at_their_hazard(random_model, no_book):
    law = one_law(ust_stock=1000.0, years=1.0 / 252.0, hazard=0.5, hazard_most=10.0)
    model = fallen(random_model(np.random.default_rng(0), N_FACTORS), 0.0, law, 20)
    expected = 1000.0 * (1.0 - (1.0 - 0.5 / 252.0) ** 20)
    assert sold_of(model, no_book(N_FACTORS, 20), 20) == pytest.approx(expected, rel=1e-12)


def test_the_pnl_of_a_path_sees_the_impact_on_yields(random_unwind, random_book):
    model = random_unwind(np.random.default_rng(12), N_FACTORS, 1, N_STEPS)
    book = random_book(np.random.default_rng(12), N_FACTORS, n_steps=N_STEPS)
    programs = [
        (backend, backend.prepare(model, book, seed=3, n_steps=N_STEPS, float32=False, centre=np.zeros(6)))
        for backend in (NumbaBackend(), NumpyBackend())
    ]
    mine, oracle = (backend.pnl(program, PathRange(first=FIRST, n=300)) for backend, program in programs)
    assert mine == pytest.approx(oracle, rel=1e-10, abs=1e-7)
