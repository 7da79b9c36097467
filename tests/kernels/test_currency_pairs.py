"""FX options on any pair: by hand, by the oracle, and CUDA's bits; currency 0 is the home currency."""

import shutil

import numpy as np
import pytest
from scipy.stats import norm

from kernels.base import PathRange
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.layout import FxOptions, Group, Option, Owned, Point
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend
from kernels.payoffs import empty_book

HOME, USD, EUR = 0, 1, 2
FACTORS = {USD: 2, EUR: 3}  # whose exponentials move the rates; factors 0 and 1 are rates
PAIRS = [(HOME, USD), (HOME, EUR), (USD, EUR), (EUR, USD), (USD, HOME)]  # domestic, foreign
STARTS = np.array([1.0, 145.0, 165.0])  # home currency per unit


def book_on(random_groups, random_points, tabulated, pair, n_w=0):
    """Two books of groups on one pair, some with tables of random terms, seen twice."""
    rng = np.random.default_rng(4)
    book = empty_book(n_scenarios=2, n_books=2, n_currencies=3, n_factors=4, n_steps=2)
    run = book.run._replace(
        observations=np.array([1, 2]),
        fx_factor=np.array([0, FACTORS[USD], FACTORS[EUR]]),
        fx_start=np.tile(STARTS, (2, 1)) * [[1.0, 1.0, 1.0], [1.0, 0.97, 1.02]],
    )
    points = book.points._replace(points=random_points(rng, 12, 2, 2), start=rng.uniform(0.9, 1.1, (2, 12)))
    book = book.holding(run, points)
    domestic, foreign = pair
    options = random_groups(rng, book, 3, 4, first_point=0, vol_factor=1, domestic=domestic, foreign=foreign)
    book = book.holding(options)
    return tabulated(rng, book, 9, n_w, 0.05) if n_w else book


def pnl_of(backend, model, book):
    program = backend.prepare(model, book, seed=5, n_steps=2, float32=False, centre=np.zeros(book.n_rows))
    return backend.pnl(program, PathRange(first=11, n=300))


@pytest.mark.parametrize("pair", PAIRS)
def test_numba_agrees_with_the_oracle(pair, random_model, random_groups, random_points, tabulated):
    model = random_model(np.random.default_rng(1), 4)
    book = book_on(random_groups, random_points, tabulated, pair)
    ours, theirs = (pnl_of(backend, model, book) for backend in (NumbaBackend(), NumpyBackend()))
    called = np.abs(book.of(FxOptions).options["amount"]).sum()
    size = 4 * STARTS[pair[1]] * called  # of a few scenarios and books, in the home currency
    assert np.ptp(theirs) > 1e-4 * size
    # deviations agree to 1e-15, forwards of some hundred are made of them; terms add up with 1e-16 of the largest each
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=1e-13 * size)


@pytest.mark.parametrize("n_w", [0, 4])
@pytest.mark.parametrize("pair", PAIRS)
def test_cuda_has_numbas_bits(pair, n_w, random_model, random_groups, random_points, tabulated):
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    model = random_model(np.random.default_rng(1), 4)
    book = book_on(random_groups, random_points, tabulated, pair, n_w)
    ours, theirs = (pnl_of(backend, model, book) for backend in (CudaBackend([HostDevice()]), NumbaBackend()))
    assert ours.tobytes() == theirs.tobytes()


def by_hand(pair, deviations, strike, vol, discounts):
    """A call on a unit of the foreign currency in the home currency: Garman and Kohlhagen (1983)."""
    domestic, foreign = pair
    rates = STARTS * np.exp([0.0, deviations[FACTORS[USD]], deviations[FACTORS[EUR]]])
    forward = rates[foreign] / rates[domestic] * discounts[1] / discounts[0]
    d1 = np.log(forward / strike) / vol + 0.5 * vol
    return rates[domestic] * discounts[0] * (forward * norm.cdf(d1) - strike * norm.cdf(d1 - vol))


@pytest.mark.parametrize("backend", [NumbaBackend(), NumpyBackend()], ids=lambda backend: backend.name)
@pytest.mark.parametrize("pair", PAIRS)
def test_a_call_is_worth_its_formula_in_the_home_currency(backend, pair, placed):
    """A year's call on one unit, struck 2 % above today's rate, where both rates have moved by some percent."""
    domestic, foreign = pair
    deviations, discounts, vol = np.array([0.0, 0.0, 0.03, -0.05]), (0.97, 0.95), 0.11
    strike = 1.02 * STARTS[foreign] / STARTS[domestic]
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=3, n_factors=4, n_steps=1)
    run = book.run._replace(fx_factor=np.array([0, FACTORS[USD], FACTORS[EUR]]), fx_start=STARTS[None])
    points = book.points._replace(
        points=Point.rows(when=np.zeros(2), below=0, above=0, a=0.0, b=0.0, then=-1), start=np.array([discounts])
    )
    held = (np.arange(3) == domestic).astype(np.int64)
    flat = {"c0": 1.0, "c1": 0.0, "c2": 0.0, "c3": 0.0, "c4": 0.0, "reach": 2.5, "slope": 0.0, "most": 0.0}
    points_of = {"domestic_discount": 0, "foreign_discount": 1, "vol_factor": -1, "skew_factor": -1}
    rows = {"when": [0], "first": 0, "last": 1, "table": -1, "time": 1.0, "growth": 1.0}
    options = book.of(FxOptions)._replace(
        owned=Owned.rows(first=np.cumsum(held) - held, last=np.cumsum(held)).reshape(1, 3),
        groups=Group.rows(domestic=domestic, foreign=foreign, **points_of, **rows, **flat),
        vol=np.full((1, 1), vol),
        skew=np.zeros((1, 1)),
        options=Option.rows(strike=[strike], amount=1.0),
    )
    book = book.holding(run, points, options)
    program = backend.prepare(placed(deviations[None]), book, seed=1, n_steps=1, float32=False, centre=np.zeros(2))
    value = backend.pnl(program, PathRange(first=0, n=3))[1, 2]
    assert value == pytest.approx(by_hand(pair, deviations, strike, vol, discounts), rel=1e-12)
