"""Polynomials and flows: in range exactly the one, out of range exactly the other, path by path."""

import numpy as np
import pytest
from numpy.polynomial import polynomial

from kernels.base import PathRange
from kernels.layout import DEGREES, Leg, Segment
from kernels.numba.backend import NumbaBackend

NUMBA = NumbaBackend()
N_PATHS = 5_000
PATHS = PathRange(first=0, n=N_PATHS)


def run(model, book):
    program = NUMBA.prepare(model, book, seed=11, n_steps=1, float32=False, centre=np.zeros(2))
    return NUMBA.pnl(program, PATHS)[1]


@pytest.fixture(scope="module")
def model(random_model):
    return random_model(np.random.default_rng(1), 3)


@pytest.fixture(scope="module")
def deviations(model, no_book):
    program = NUMBA.prepare(model, no_book(3), seed=11, n_steps=1, float32=False, centre=np.zeros(2))
    return NUMBA.levels(program, np.arange(N_PATHS, dtype=np.uint64))[0, 0, :3]  # (3, n)


@pytest.fixture(scope="module")
def one_segment(no_book):
    """A JPY book of seven flows on factors 1 and 0, whose polynomial of random terms has nothing to do with them."""

    def make(degree, half_width):
        rng = np.random.default_rng(degree)
        n_terms = (degree + 1) * (degree + 2) // 2 if degree else 0
        book = no_book(3)
        run = book.run._replace(cash=np.full((1, 1, 1), 3.0), base_value=np.array([0.5]))
        flows = book.flows._replace(
            own=Leg.rows(first=[[0]], last=1, when=0),
            segments=Segment.rows(below=[1], above=0, first=0, last=7),
            centre=np.array([[0.002, -0.001, 0.0]]),
            inverse_width=np.full((1, 3), 1.0 / half_width),
            degree=degree,
            segment_degree=np.full((1, 1), degree),
            coefficients=rng.normal(0.0, 1.0, (1, 1, n_terms)),
            value=np.linspace(-50.0, 100.0, 7)[None],
            exponents=-np.linspace(0.0, 20.0, 14).reshape(7, 2),
        )
        return book.holding(run, flows)

    return make


@pytest.fixture(scope="module")
def by_flows(model, one_segment):
    """P&L of that book summed flow by flow."""
    return run(model, one_segment(0, 1.0))


def scaled(book, deviations):
    flows = book.flows
    factors = flows.segments["below"][0], flows.segments["above"][0]
    u, v = ((deviations[f] - flows.centre[0, f]) * flows.inverse_width[0, f] for f in factors)
    return u, v


def matrix(book):
    """Coefficients as numpy wants them: [power of u, power of v]."""
    degree = book.flows.degree
    square, k = np.zeros((degree + 1, degree + 1)), 0
    for total in range(degree + 1):
        for i in range(total + 1):
            square[i, total - i] = book.flows.coefficients[0, 0, k]
            k += 1
    return square


def test_flows_add_up_to_their_exponentials(one_segment, deviations, by_flows):
    book = one_segment(0, 1.0)
    below, above = deviations[[1, 0]]
    e = book.flows.exponents
    growth = np.exp(np.outer(e[:, 0], below) + np.outer(e[:, 1], above))
    # seven terms of up to 100, each with an exponential good to a few units in the last place
    assert by_flows == pytest.approx(book.flows.value[0] @ growth + 3.0 - 0.5, abs=1e-12)


@pytest.mark.parametrize("degree", DEGREES)
def test_in_range_paths_get_the_polynomial(model, one_segment, deviations, degree):
    book = one_segment(degree, 1.0)  # 1 is some fifty standard deviations
    u, v = scaled(book, deviations)
    square = matrix(book)
    wanted = polynomial.polyval2d(u, v, square) + 3.0 - 0.5
    size = polynomial.polyval2d(np.abs(u), np.abs(v), np.abs(square)) + 3.5
    # two roundings, product and sum, for each of the `degree` orders either way, each relative to what is added
    assert (np.abs(run(model, book) - wanted) <= 4 * degree * 2.0**-53 * size).all()


@pytest.mark.parametrize("degree", DEGREES)
@pytest.mark.parametrize("half_width", [0.004, 0.03])  # most blocks have paths outside; one in a hundred does
def test_out_of_range_paths_get_exactly_the_flows_and_the_others_exactly_the_polynomial(
    model, one_segment, deviations, by_flows, degree, half_width
):
    book = one_segment(degree, half_width)
    u, v = scaled(book, deviations)
    outside = (np.abs(u) > 1.0) | (np.abs(v) > 1.0)
    assert outside.any()
    assert not outside.all()
    found = run(model, book)
    assert found[outside].tobytes() == by_flows[outside].tobytes()
    inside = run_alone(model, book, np.flatnonzero(~outside)[:40], deviations)
    assert found[~outside][:40].tobytes() == inside.tobytes()
    wanted = polynomial.polyval2d(u, v, matrix(book)) + 3.0 - 0.5
    assert found[~outside] == pytest.approx(wanted[~outside], rel=1e-11, abs=1e-11)


def run_alone(model, book, paths, deviations):
    """P&L of each path in a block of nothing else: no neighbour is outside, so the flows are not used."""
    found = []
    for path in paths:
        still = model._replace(
            decay=np.zeros_like(model.decay), drift=deviations[None, None, :, path], chol=np.zeros_like(model.chol)
        )
        nonsense = book.holding(book.flows._replace(value=np.full_like(book.flows.value, np.nan)))
        found.append(run(still, nonsense)[0])
    return np.array(found)


def test_the_edge_of_the_range_belongs_to_it(model, one_segment):
    book = one_segment(6, 0.25)
    book = book.holding(book.flows._replace(centre=np.zeros((1, 3)), value=np.full((1, 7), np.nan)))
    for u, v in ((1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)):
        still = model._replace(
            decay=np.zeros_like(model.decay),
            drift=np.array([[[0.25 * v, 0.25 * u, 0.0]]]),
            chol=np.zeros_like(model.chol),
        )
        assert run(still, book)[0] == pytest.approx(polynomial.polyval2d(u, v, matrix(book)) + 2.5, rel=1e-13)
    beyond = still._replace(drift=np.array([[[0.25, np.nextafter(0.25, 1.0), 0.0]]]))
    assert np.isnan(run(beyond, book)[0])  # the flows, made nonsense here, are used
