"""FX calls on both backends: published prices, the smile, extreme markets, and tables against single options."""

import json

import numpy as np
import pytest
from numpy.polynomial import chebyshev, polynomial

from kernels.base import PathRange
from kernels.law_layout import PATH_SERIES
from kernels.layout import FxOptions
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend
from kernels.numpy.payoffs.fx_options import black_call
from kernels.tables import option_tables

NUMBA, NUMPY = NumbaBackend(), NumpyBackend()
SMILE = (1.0, -0.05, 0.04, 0.002, 0.001, 2.5)
SMOOTH = (1.0, -0.05, 0.04, 0.0, 0.0, 50.0)  # bends far out of reach of the table
STILL = np.zeros((1, 2))


@pytest.fixture(scope="module")
def black_cases(root):
    return json.loads((root / "tests" / "data" / "options.json").read_text(encoding="utf-8"))["black"]


@pytest.mark.parametrize("backend", [NUMBA, NUMPY], ids=lambda backend: backend.name)
def test_prices_are_those_published(backend, black_cases, one_group, value_at_once):
    for case in black_cases:
        discounts = np.exp(-np.array([case["domestic"], case["foreign"]]) * case["time"])
        book = one_group(
            1, [case["strike"]], [1.0], case["time"], case["vol"], discounts=discounts, fx_start=case["spot"]
        )
        price = value_at_once(backend, STILL, book)[0]
        if case["type"] == "put":  # by parity, as books hold them
            price -= case["spot"] * discounts[1] - case["strike"] * discounts[0]
        # a deep put is the difference of two numbers of 160: some roundings of 3e-14
        assert price == pytest.approx(case["price"], rel=1e-12, abs=2e-13), case["id"]


def test_smile_bends_smoothly_towards_its_ends(one_group, value_at_once):
    time, vol = 0.25, 0.1
    std = vol * np.sqrt(time)
    for m, y in ((-4.0, -4.0 / np.sqrt(3.56)), (0.75, 0.75 / np.sqrt(1.09)), (1e9, 2.5)):  # by hand: (m / 2.5)^2
        s = polynomial.polyval(y, SMILE[:5])
        strike = 100.0 * np.exp(min(m * std, 500.0))
        smiling = value_at_once(NUMBA, STILL, one_group(1, [strike], [1.0], time, vol, smile=SMILE))
        flat = value_at_once(NUMBA, STILL, one_group(1, [strike], [1.0], time, vol * s))
        assert smiling[0] == pytest.approx(flat[0], rel=1e-13, abs=1e-16)


def test_smile_stays_where_moneyness_is(one_group, value_at_once):
    """A forward and a strike twice as high are worth twice as much."""
    low = value_at_once(NUMBA, STILL, one_group(1, [104.0], [1.0], 0.5, 0.1, smile=SMILE))
    high = value_at_once(NUMBA, np.array([[np.log(2.0), 0.0]]), one_group(1, [208.0], [1.0], 0.5, 0.1, smile=SMILE))
    assert high[0] == pytest.approx(2.0 * low[0], rel=1e-13)


def test_vol_moves_with_its_factor(one_group, value_at_once):
    moved = value_at_once(
        NUMBA, np.array([[0.0, np.log(1.5)]]), one_group(1, [104.0], [1.0], 0.5, 0.1, vol_factor=1, smile=SMILE)
    )
    given_so = value_at_once(NUMBA, STILL, one_group(1, [104.0], [1.0], 0.5, 0.15, smile=SMILE))
    assert moved[0] == pytest.approx(given_so[0], rel=1e-13)


@pytest.mark.parametrize("backend", [NUMBA, NUMPY], ids=lambda backend: backend.name)
@pytest.mark.parametrize(("move", "added"), [(-0.1, -0.08), (0.2, 0.16), (5.0, 0.3), (-5.0, -0.3)])
def test_skew_moves_with_its_factor_within_its_bounds(backend, move, added, one_group, value_at_once):
    """`one_group` has c1 move by 0.8 of the factor, by 0.3 at most."""
    moved = value_at_once(
        backend, np.array([[0.0, move]]), one_group(1, [104.0], [1.0], 0.5, 0.1, skew_factor=1, smile=SMILE)
    )
    tilted = (SMILE[0], SMILE[1] + added, *SMILE[2:])
    given_so = value_at_once(backend, STILL, one_group(1, [104.0], [1.0], 0.5, 0.1, smile=tilted))
    assert moved[0] == pytest.approx(given_so[0], rel=1e-13)


@pytest.mark.parametrize(("time", "vol"), [(0.0, 0.1), (1.0, 0.0)])
def test_without_time_or_vol_a_call_is_its_payoff(time, vol, one_group, value_at_once):
    deviations = np.log(np.array([[0.9], [1.0], [1.3]])) * [1.0, 0.0]
    value = value_at_once(NUMBA, deviations, one_group(3, [100.0, 120.0], [1.0, 2.0], time, vol, vol_factor=1))
    assert value == pytest.approx([0.0, 0.0, 30.0 + 2 * 10.0], rel=1e-14, abs=1e-13)


def test_no_market_gives_a_nan_or_a_price_out_of_bounds(one_group, value_at_once):
    moves = [-1e6, -700.0, -300.0, -30.0, -1.0, 0.0, 1e-12, 1.0, 30.0, 300.0, 650.0, 1e6]
    deviations = np.array([(x, w) for x in moves[2:10] for w in moves])
    for strike in (1e-290, 1e-3, 100.0, 1e9, 1e290):
        for time, vol in ((0.0, 0.1), (1e-12, 1e-3), (1.0, 0.1), (50.0, 5.0), (1.0, 1e-200), (1.0, 1e200)):
            book = one_group(len(deviations), [strike], [1.0], time, vol, vol_factor=1, smile=SMILE)
            value = value_at_once(NUMBA, deviations, book)
            forward = 100.0 * np.exp(deviations[:, 0])
            assert np.all(np.isfinite(value))
            slack = 1e-12 * np.maximum(forward, np.minimum(strike, forward))
            assert np.all(value >= np.maximum(forward - strike, 0.0) - slack)
            assert np.all(value <= forward + slack)


def table_of(strikes, amounts, time, vol, half_x, half_w, n_x, n_w):
    """A group's Chebyshev table by interpolation in x and w, then in powers of w."""
    x, w = chebyshev.chebpts1(n_x), chebyshev.chebpts1(n_w)
    forward = 100.0 * np.exp(half_x * x)
    values = np.array(
        [
            sum(
                a * black_call(forward, k, np.full(n_x, vol * np.exp(half_w * v) * np.sqrt(time)), np.array(SMOOTH))
                for k, a in zip(strikes, amounts, strict=True)
            )
            for v in w
        ]
    )
    in_x = np.linalg.solve(chebyshev.chebvander(x, n_x - 1), values.T)  # (n_x, n_w points)
    terms = np.linalg.solve(polynomial.polyvander(w, n_w - 1), in_x.T).T
    return np.array([[100.0]]), np.array([[1.0 / half_x]]), np.array([[1.0 / half_w]]), terms[None, None]


def grid(x, w):
    return np.stack(np.meshgrid(x, w), axis=-1).reshape(-1, 2)


def for_each(table, n):
    """A table of one scenario for n of them, alike."""
    return [np.repeat(part, n, axis=0) for part in table]


def without_tables(book):
    """The same options, all priced one by one."""
    options = book.of(FxOptions)
    groups = options.groups.copy()
    groups["table"] = -1
    return book.holding(options._replace(groups=groups))


@pytest.mark.parametrize(("n_x", "n_w"), [(40, 13), (41, 12), (40, 16), (43, 20)])
def test_a_table_agrees_with_its_options(n_x, n_w, one_group, value_at_once):
    strikes, amounts, time, vol = [96.0, 101.0, 107.0], [1.0, -2.0, 1.5], 0.5, 0.1
    table = table_of(strikes, amounts, time, vol, 0.2, 0.3, n_x, n_w)
    deviations = grid(np.linspace(-0.2, 0.2, 9) * 0.999, np.linspace(-0.3, 0.3, 7) * 0.999)
    n = len(deviations)
    book = one_group(n, strikes, amounts, time, vol, vol_factor=1, smile=SMOOTH, table=for_each(table, n))
    direct = without_tables(book)
    tabled, priced = value_at_once(NUMBA, deviations, book), value_at_once(NUMBA, deviations, direct)
    # interpolation with 40 x 12 terms is off by 4e-10 on a fine grid of numpy's own evaluation
    assert tabled == pytest.approx(priced, abs=1e-9)
    assert np.any(tabled != priced)


def test_a_table_of_one_term_in_vol_is_a_chebyshev_series(one_group, value_at_once):
    rng = np.random.default_rng(3)
    for n_x in (1, 2, 3, 8, 33):
        series = rng.normal(0.0, 1.0, n_x)
        x = np.linspace(-0.99, 0.99, 41)
        table = (
            np.full((41, 1), 100.0),
            np.full((41, 1), 5.0),
            np.zeros((41, 1)),
            np.tile(series[:, None], (41, 1, 1, 1)),
        )
        book = one_group(41, [100.0], [1.0], 1.0, 0.1, table=table)
        value = value_at_once(NUMBA, np.column_stack([x / 5.0, 0.0 * x]), book)
        # near the ends Clenshaw's recurrence multiplies a rounding by up to n_x
        assert value == pytest.approx(chebyshev.chebval(x, series), abs=1e-12)


def test_paths_outside_the_table_are_priced_option_by_option(with_tables, random_model, random_book):
    """To the bit, each by itself, whatever its neighbours in the block do."""
    rng = np.random.default_rng(2)
    model = random_model(rng, 4)
    plain = random_book(rng, 4, n_scenarios=1, n_books=1, flows_per_segment=0)
    book = with_tables(rng, plain, n_early=0, n_holdings=0, n_futures=0, n_swaptions=0, n_groups=1, vol_factor=2)
    options = book.of(FxOptions)
    groups = options.groups.copy()
    groups["time"], groups["table"] = 0.5, 0
    random_terms = rng.normal(0.0, 1.0, (1, 1, 3, 2))

    def with_table(narrow):
        inverse = np.full((1, 1), narrow * 10.0), np.full((1, 1), narrow * 120.0)
        tables, terms = option_tables(np.full((1, 1), 145.0), *inverse, random_terms)
        return book.holding(options._replace(groups=groups, tables=tables, terms=terms))

    tabled, everywhere = with_table(1.0), with_table(1e-3)  # 1: about the moves' sizes, so that some paths are outside
    book = without_tables(tabled)

    def run(book):
        program = NUMBA.prepare(model, book, seed=7, n_steps=1, float32=False, centre=np.zeros(2))
        return NUMBA.pnl(program, PathRange(first=0, n=500))[1], NUMBA.levels(program, np.arange(500))[
            0, 0, : -len(PATH_SERIES)
        ]

    (direct, deviations), (mixed, _), (inside, _) = map(run, (book, tabled, everywhere))
    by_option = mixed == direct
    assert 50 < by_option.sum() < 450
    assert not np.any(inside == direct)
    assert np.all(by_option[np.abs(deviations[2]) * 120.0 > 1.0])
