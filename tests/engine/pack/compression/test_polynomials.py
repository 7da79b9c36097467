"""Compressed flows: the bound that is stated really holds, and is not idle."""

import numpy as np
import pytest
from numpy.polynomial import polynomial

from engine.pack.compression.polynomials import FEW, REACH, WANTED, compress
from engine.pack.flows import DatedFlows, cut, flow_values
from kernels.layout import DEGREES

N_POINTS = 400


def compressed(market, book, half_width, centre=0.0):
    """Flows, their values and the polynomials, on a range of `half_width` unless it had to be narrowed."""
    flows = book.flows
    leg = (flows.currency == "USD").astype(np.int64)
    dated = DatedFlows(leg=leg, curve=flows.curve, day=flows.day, amount=flows.amount, seen=np.zeros(2, np.int64))
    aged = cut(dated, market)
    values = flow_values(aged, [market])
    shape = (1, len(market.factors))
    return aged, values[0], compress(aged, values, np.full(shape, centre), np.full(shape, half_width / REACH))


def matrix(terms, degree):
    square, k = np.zeros((degree + 1, degree + 1)), 0
    for total in range(degree + 1):
        for i in range(total + 1):
            square[i, total - i] = terms[k]
            k += 1
    return square


def worst_errors(aged, values, found, centre=0.0):
    """Largest difference to each segment's own sum, as a fraction of its gross: random points, corners, edges."""
    rng = np.random.default_rng(1)
    u, v = rng.uniform(-1.0, 1.0, (2, N_POINTS))
    edge = rng.uniform(-1.0, 1.0, N_POINTS)
    one = np.ones(N_POINTS)
    u = np.concatenate([u, [-1, -1, 1, 1, 0], edge, edge, one, -one])
    v = np.concatenate([v, [-1, 1, -1, 1, 0], one, -one, edge, edge])
    errors = []
    for g, (a, b) in enumerate(aged.flow_range.tolist()):
        if found.degrees[0, g] == 0:  # its flows one by one
            assert b - a <= FEW
            errors.append(0.0)
            continue
        exponents = aged.exponents[a:b].astype(np.longdouble)
        widths = found.half_width[0, aged.segment_factors[g]]
        x, y = (centre + width * np.longdouble(1) * w for width, w in zip(widths, (u, v), strict=True))
        exact = values[a:b] @ np.exp(np.outer(exponents[:, 0], x) + np.outer(exponents[:, 1], y))
        fitted = polynomial.polyval2d(u, v, matrix(found.coefficients[0, g], found.degrees[0, g]))
        errors.append(float(np.abs(fitted - exact).max()) / np.abs(values[a:b]).sum())
    return np.array(errors)


def ladder(curve, first, last, sign=1.0):
    """A flow every half year."""
    return [(0, curve, int(182.5 * k), sign * (1.0 + 0.3 * np.sin(k))) for k in range(2 * first + 1, 2 * last + 1)]


BOOKS = {
    "to 10 years": ladder("JGB", 0, 10),
    "to 30 years": ladder("JGB", 0, 30),
    "30 to 40 years": ladder("JGB", 30, 40),
    "long and short": ladder("JGB", 0, 20) + ladder("JGB", 20, 40, -1.0),
    "one flow": [(0, "JGB", 14_000, 1.0)],
    "beyond the last pillar": [(0, "JGB", 18_000, 1.0)],
    "two curves": ladder("JGB", 0, 40) + ladder("UST", 0, 30),
}


@pytest.mark.parametrize("half_width", [1e-6, 0.002, 0.01, 0.03, 0.3])
@pytest.mark.parametrize("name", BOOKS)
def test_the_bound_holds_on_the_whole_range(hand_market, hand_book, name, half_width):
    aged, values, found = compressed(hand_market(), hand_book(BOOKS[name]), half_width, centre=0.001)
    assert worst_errors(aged, values, found, centre=0.001).max() <= found.bound
    assert found.bound <= WANTED
    assert set(found.degrees.ravel().tolist()) <= {0, *DEGREES}
    assert (found.half_width <= half_width * (1 + 1e-15)).all()


def test_a_range_too_wide_for_any_degree_is_narrowed_and_no_other(hand_market, hand_book):
    book = hand_book(BOOKS["30 to 40 years"])
    assert compressed(hand_market(), book, 0.02)[2].half_width == pytest.approx(0.02, rel=1e-15)
    found = compressed(hand_market(), book, 0.3)[2]
    assert found.degrees.max() == max(DEGREES)
    assert 0.02 < found.half_width.max() < 0.3


def test_degree_ten_meets_the_figures_of_the_design(hand_market, hand_book, monkeypatch):
    """At +-300 bp 3e-12 of gross value to 30 years, 2e-10 to 40: DESIGN.md, section 6."""
    monkeypatch.setattr("engine.pack.compression.polynomials.DEGREES", (10,))
    monkeypatch.setattr("engine.pack.compression.polynomials.WANTED", 1e-9)
    for first, last, wanted in ((0, 30, 3e-12), (30, 40, 2e-10)):
        market, book = hand_market(names=EVERY, vols=[0.01] * 8), hand_book(ladder("JGB", first, last))
        aged, values, found = compressed(market, book, 0.03)
        assert found.degrees.max() == 10
        gross = [np.abs(values[a:b]).sum() for a, b in aged.flow_range.tolist()]
        assert worst_errors(aged, values, found) @ gross <= wanted * sum(gross)


EVERY = ("JGB_1Y", "JGB_2Y", "JGB_5Y", "JGB_10Y", "JGB_20Y", "JGB_30Y", "JGB_40Y", "USDJPY")


def test_the_lowest_degree_that_is_good_enough_is_taken(hand_market, hand_book):
    book = hand_book(ladder("JGB", 0, 40))
    degrees = [compressed(hand_market(), book, width)[2].degrees.max() for width in (1e-5, 0.002, 0.006, 0.03, 0.05)]
    assert degrees == sorted(degrees)
    assert degrees[0] == min(DEGREES)
    assert degrees[-1] == max(DEGREES)
    with pytest.MonkeyPatch.context() as patch:  # what is lower than the degree taken would not do
        patch.setattr("engine.pack.compression.polynomials.DEGREES", tuple(d for d in DEGREES if d < degrees[3]))
        assert compressed(hand_market(), book, 0.03)[2].half_width.max() < 0.029


def test_the_bound_is_not_idle(hand_market, hand_book, monkeypatch):
    """It sums sizes of what is cut: a handful of times the true error, not orders of magnitude."""
    monkeypatch.setattr("engine.pack.compression.polynomials.DEGREES", (10,))
    aged, values, found = compressed(hand_market(), hand_book(BOOKS["30 to 40 years"]), 0.02)
    assert found.bound > 1e-13
    assert worst_errors(aged, values, found).max() > found.bound / 20


def test_factors_without_vol_leave_a_constant(hand_market, hand_book):
    aged, values, found = compressed(hand_market(), hand_book(BOOKS["to 10 years"]), 0.0)
    constants = [terms[0] for terms in found.coefficients[0]]
    sums = [values[a:b].sum() for a, b in aged.flow_range.tolist() if b - a > FEW]
    assert [constant for constant in constants if constant] == pytest.approx(sums, rel=1e-14)
    assert np.count_nonzero(found.coefficients) == len(sums)
