"""Random models and books for kernel tests, as arrays."""

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernels.base import PathRange
from kernels.layout import DEGREES, LAW, N_QUANTILES, BookArrays, ModelArrays, empty_tables, plain_model


def random_model(rng: np.random.Generator, n_factors: int, n_dynamics: int = 1) -> ModelArrays:
    """Laws with a full Cholesky factor of about 1 % a step, some reversion and drift."""
    chol = np.tril(rng.normal(0.0, 0.004, (n_dynamics, n_factors, n_factors)))
    chol[:, range(n_factors), range(n_factors)] = 0.01
    return plain_model(
        decay=rng.uniform(0.9, 1.0, (n_dynamics, n_factors)),
        drift=rng.normal(0.0, 1e-4, (n_dynamics, n_factors)),
        chol=chol,
    )


def random_unwind(
    rng: np.random.Generator, n_factors: int, n_dynamics: int = 1, n_steps: int = 8, off: Collection[str] = ()
) -> ModelArrays:
    """Laws with everything that an unwind may have, all of it often enough to be seen; `off` names what to leave out.

    Names: regimes, mixing, jumps, intervention, feedback.
    """
    n_regimes, n_jumps = 3, 5
    plain = [random_model(rng, n_factors, n_dynamics) for _ in range(n_regimes)]
    laws = np.zeros(n_dynamics, LAW)
    laws["is_unwind"] = 1
    laws["n_regimes"] = 1 if "regimes" in off else n_regimes
    laws["mixes"] = "mixing" not in off
    laws["last_jump"] = 0 if "jumps" in off else n_jumps
    laws["intervenes"] = "intervention" not in off
    laws["feeds_back"] = "feedback" not in off
    for name in ("fx", "ust", "pickup_1", "pickup_2", "pickup_3", "pickup_4"):
        laws[name] = rng.integers(0, n_factors, n_dynamics)
    typical = {
        **{"lag_1": 0.01, "lag_2": 0.02, "lag_3": -0.01, "lag_4": 0.0, "lag_5": 0.015},
        **{"rise_logit": -4.0, "fall_logit": -3.0, "logit_per_move": 60.0, "log_size": 1.0, "size_sd": 0.5},
        **{"fx_per_tn": 0.006, "ust_per_tn": 6.9, "carry_stock": 250.0, "leverage": 5.0, "start_loss": 0.01},
        **{"carry_per_step": 1e-4, "stop_loss": 0.05, "stop_slope": 0.5, "stop_most": 0.8, "ust_stock": 1000.0},
        **{"years": 1.0 / 252.0, "hazard": 0.1, "hazard_per_pickup": -5.0, "hazard_per_loss": 8.0, "hazard_most": 20.0},
        **{"duration": 6.0, "unhedged": 0.5, "weight_1": 1.0, "weight_2": -1.0, "weight_3": 1.0, "weight_4": -1.0},
        **{"fx_per_bn": 0.001, "log_impact": np.log(12.8e-6), "impact_sd": 1.25, "long_run": 0.4, "fading": 0.984},
    }
    for name, size in typical.items():
        laws[name] = size * rng.uniform(0.8, 1.2, n_dynamics)
    laws["start_held"] = 2.0 * laws["start_loss"]
    leaving = rng.uniform(0.0, 0.1, (n_dynamics, n_regimes, n_regimes))
    return ModelArrays(
        decay=plain[0].decay,
        drift=np.stack([model.drift[:, 0] for model in plain], axis=1),
        chol=np.stack([(1 + r) * model.chol[:, 0] for r, model in enumerate(plain)], axis=1),
        convexity=rng.normal(0.0, 1e-4, (n_dynamics, n_regimes, n_factors)),
        laws=laws,
        quantiles=np.sort(rng.lognormal(0.0, 0.5, (n_dynamics, N_QUANTILES)))[:, ::-1].copy(),
        initial=np.tile([0.5, 0.8, 1.0], (n_dynamics, 1)),
        transitions=np.stack([leaving, 3.0 * leaving], axis=-1),
        jump_step=np.array([-1, -1, 2, -1, 0]),
        jump_tails=rng.uniform(0.0, 0.2, (n_jumps, n_regimes, 1)) * [1.0, 0.5, 0.2],
        jump_mean=rng.normal(0.0, 0.01, (n_jumps, n_factors)),
        jump_loadings=rng.normal(0.0, 0.005, (n_jumps, n_factors, 4)),
        impact=rng.uniform(-0.5, 1.5, (n_dynamics, n_factors)) * (rng.uniform(size=(n_dynamics, n_factors)) < 0.7),
        scheduled=rng.uniform(0.0, 20.0, (n_dynamics, n_steps)),
    )


@pytest.fixture(name="random_unwind", scope="session")
def _random_unwind() -> Callable[..., ModelArrays]:
    return random_unwind


def random_book(
    rng: np.random.Generator,
    n_factors: int,
    n_scenarios: int = 2,
    n_dynamics: int = 1,
    n_books: int = 2,
    flows_per_segment: int = 5,
    degree: int = 0,
    reporting: int = 0,
    half_width: float = 0.3,
    n_steps: int = 1,
) -> BookArrays:
    """Books on two curves in JPY and USD; the last factor is USD/JPY. Polynomial terms are random numbers of size 1."""
    n_segments = 2 * n_books * 2
    pillars = rng.integers(0, max(1, n_factors - 2), n_segments)
    ends = np.arange(1, n_segments + 1)
    n_terms = (degree + 1) * (degree + 2) // 2 if degree else 0
    orders = np.repeat(np.arange(degree + 1), np.arange(1, degree + 2))[:n_terms]
    lower = [each for each in (0, *DEGREES) if each <= degree]
    degrees = np.array(lower)[np.arange(n_scenarios * n_segments).reshape(n_scenarios, n_segments) % len(lower)]
    inverse = np.full((n_scenarios, n_factors), 1.0 / half_width)
    inverse[:, -1] = 0.0
    return BookArrays(
        observations=np.array([n_steps]),
        dynamics=np.arange(n_scenarios) % n_dynamics,
        fx_factor=np.array([0, n_factors - 1]),
        fx_start=np.column_stack([np.ones(n_scenarios), rng.uniform(120.0, 160.0, n_scenarios)]),
        reporting=reporting,
        base_value=rng.normal(0.0, 1e3, n_books),
        cash=rng.normal(0.0, 10.0, (n_scenarios, n_books, 2)),
        leg_range=np.stack([2 * np.arange(2 * n_books), 2 * np.arange(2 * n_books) + 2], axis=1),
        leg_when=np.zeros(2 * n_books, np.int64),
        segment_factors=np.column_stack([pillars, np.minimum(pillars + 1, n_factors - 1)]),
        centre=rng.normal(0.0, 0.001, (n_scenarios, n_factors)),
        inverse_width=inverse,
        degree=degree,
        segment_degree=degrees,
        coefficients=rng.normal(0.0, 1.0, (n_scenarios, n_segments, n_terms)) * (orders <= degrees[..., None]),
        flow_range=flows_per_segment * np.column_stack([ends - 1, ends]),
        flow_value=rng.normal(0.0, 100.0, (n_scenarios, n_segments * flows_per_segment)),
        flow_exponents=-rng.uniform(0.0, 20.0, (n_segments * flows_per_segment, 2)),
        **empty_tables(n_scenarios, n_books, 2),
    )


def with_tables(
    rng: np.random.Generator,
    book: BookArrays,
    n_early: int = 1,
    n_units: int = 1,
    n_futures: int = 1,
    n_groups: int = 2,
    n_options: int = 3,
    n_swaptions: int = 1,
    vol_factor: int = -1,
) -> BookArrays:
    """`book` with so many rows of each kind for every (book, currency), and groups for every book.

    The first `n_early` steps are observed beside the horizon. The last of the groups is at its expiry.
    """
    n_scenarios, n_books, n_factors = book.dynamics.size, book.base_value.size, book.centre.shape[1]
    owners, n_when = 2 * n_books, n_early + 1
    n_shared = n_futures * owners * 2 + n_swaptions * owners * 2  # a basket has two bonds, a swaption two legs
    n_points = n_futures * owners + 2 * n_groups * n_books
    n_all = n_groups * n_books

    def counted(each: int) -> np.ndarray:
        """Ranges of `each` rows for every owner."""
        ends = each * np.arange(owners + 1)
        return np.column_stack([ends[:-1], ends[1:]]).reshape(n_books, 2, 2)

    # one leg a segment of one flow, worth about 1
    first = book.flow_range[-1, 1] if len(book.flow_range) else 0
    n_old = len(book.flow_range)
    shared = np.arange(n_shared)
    factors = rng.integers(0, max(1, n_factors - 2), n_shared)
    futures_legs = n_futures * owners * 2
    n_terms = book.coefficients.shape[2]
    times = rng.uniform(0.02, 2.0, n_all)
    times[n_groups - 1 :: max(1, n_groups)] = 0.0
    strikes = 150.0 * np.exp(rng.normal(0.0, 0.1, n_all * n_options))
    ends = n_options * np.arange(1, n_all + 1)
    return book._replace(
        observations=np.array([*range(1, n_early + 1), book.observations[-1] + n_early]),
        leg_range=np.concatenate([book.leg_range, np.column_stack([n_old + shared, n_old + shared + 1])]),
        leg_when=np.concatenate([book.leg_when + n_early, np.repeat(rng.integers(0, n_when, n_shared // 2), 2)]),
        segment_factors=np.concatenate([book.segment_factors, np.column_stack([factors, factors])]),
        segment_degree=np.concatenate([book.segment_degree, np.full((n_scenarios, n_shared), book.degree)], 1),
        coefficients=np.concatenate([book.coefficients, rng.normal(1.0, 0.01, (n_scenarios, n_shared, n_terms))], 1),
        flow_range=np.concatenate([book.flow_range, np.column_stack([first + shared, first + shared + 1])]),
        flow_value=np.concatenate([book.flow_value, rng.uniform(0.9, 1.1, (n_scenarios, n_shared))], 1),
        flow_exponents=np.concatenate([book.flow_exponents, -rng.uniform(0.0, 5.0, (n_shared, 2))]),
        unit_range=counted(n_units),
        unit_factor=rng.integers(0, n_factors, n_units * owners),
        unit_when=rng.integers(0, n_when, n_units * owners),
        unit_value=rng.normal(0.0, 100.0, (n_scenarios, n_units * owners)),
        point_when=rng.integers(0, n_when, n_points),
        point_factors=rng.integers(0, n_factors, (n_points, 2)),
        point_exponents=rng.uniform(-3.0, 0.0, (n_points, 2)),
        point_start=rng.uniform(0.9, 1.1, (n_scenarios, n_points)),
        future_range=counted(n_futures),
        future_quantity=rng.normal(0.0, 100.0, n_futures * owners),
        future_reference=rng.uniform(0.9, 1.1, n_futures * owners),
        future_basis=rng.uniform(0.0, 0.01, n_futures * owners),
        future_growth=np.arange(n_futures * owners),
        basket_range=2 * np.column_stack([np.arange(n_futures * owners), np.arange(n_futures * owners) + 1]),
        deliverable_leg=owners + np.arange(futures_legs),
        deliverable_accrued=rng.uniform(0.0, 0.02, futures_legs),
        deliverable_factor=rng.uniform(0.6, 1.2, futures_legs),
        group_range=n_groups * np.column_stack([np.arange(n_books), np.arange(n_books) + 1]),
        group_when=rng.integers(0, n_when, n_all),
        group_time=times,
        group_domestic=n_futures * owners + np.arange(n_all),
        group_foreign=n_futures * owners + n_all + np.arange(n_all),
        group_vol=rng.uniform(0.05, 0.2, (n_scenarios, n_all)),
        group_vol_factor=np.full(n_all, vol_factor),
        group_smile=np.column_stack([rng.normal([1.0, -0.04, 0.03, 0.0, 1e-3], 1e-3, (n_all, 5)), *np.ones((1, n_all))])
        * [1.0, 1.0, 1.0, 1.0, 1.0, 2.5],
        group_growth=rng.uniform(1.0, 1.01, n_all),
        option_range=np.column_stack([ends - n_options, ends]),
        option_strike=strikes,
        option_amount=rng.normal(0.0, 1.0, n_all * n_options),
        table_index=np.full(n_all, -1),
        swap_range=counted(n_swaptions),
        swap_float=owners + futures_legs + np.arange(n_swaptions * owners),
        swap_annuity=owners + futures_legs + n_swaptions * owners + np.arange(n_swaptions * owners),
        swaption_range=2 * np.column_stack([np.arange(n_swaptions * owners), np.arange(n_swaptions * owners) + 1]),
        swaption_quantity=rng.normal(0.0, 100.0, 2 * n_swaptions * owners),
        swaption_payer=rng.choice([-1, 1], 2 * n_swaptions * owners),
        swaption_strike=rng.uniform(0.8, 1.2, 2 * n_swaptions * owners),
        swaption_std=rng.choice([0.0, 1e-4, 0.01, 0.2], 2 * n_swaptions * owners),
        swap_table=np.full(n_swaptions * owners, -1),
    )


def tabulated(rng: np.random.Generator, book: BookArrays, n_x: int, n_w: int, reach: float) -> BookArrays:
    """`book`, whose groups but the last of each book have tables of random terms; `reach` is their half width in x.

    So have every second swap's swaptions.
    """
    n_scenarios, last = book.dynamics.size, book.group_range[:, 1] - 1
    index = np.arange(book.group_when.size)
    index[last] = -1
    index[index >= 0] = np.arange((index >= 0).sum())
    n_tables = int(index.max()) + 1
    half = np.stack([np.full((n_scenarios, n_tables), reach), np.full((n_scenarios, n_tables), 0.1 + reach)], axis=2)
    swaps = np.arange(book.swap_float.size)
    n_rates = (swaps.size + 1) // 2
    return book._replace(
        table_index=index,
        table_forward=book.fx_start[:, 1:] * np.exp(rng.normal(0.0, 0.3 * reach, (n_scenarios, n_tables))),
        table_inverse_width=1.0 / half,
        table_terms=rng.normal(0.0, 1.0, (n_scenarios, n_tables, n_x, n_w)),
        swap_table=np.where(swaps % 2, -1, swaps // 2),
        swap_table_rate=rng.normal(1.0, 0.1, (n_scenarios, n_rates)),
        swap_table_inverse_width=np.full((n_scenarios, n_rates), 1.0 / (3.0 * reach)),
        swap_table_terms=rng.normal(0.0, 1.0, (n_scenarios, n_rates, n_x + 2)),
    )


def every_kind(seed: int, n_factors: int, n_w: int, n_steps: int = 1) -> tuple[ModelArrays, BookArrays]:
    """Two laws, and two books with two of each kind, seen twice before the horizon; some paths outside every range.

    Groups have tables of 9 x n_w terms, if n_w is not 0.
    """
    rng = np.random.default_rng(seed)
    plain = random_book(rng, n_factors, n_dynamics=2, degree=6, half_width=0.03, n_steps=n_steps)
    book = with_tables(rng, plain, 2, 2, 2, 3, 4, 2, vol_factor=n_factors - 2)
    return random_model(rng, n_factors, 2), tabulated(rng, book, 9, n_w, 0.03) if n_w else book


@pytest.fixture(scope="session", name="every_kind")
def _every_kind() -> Callable[..., tuple[ModelArrays, BookArrays]]:
    return every_kind


@pytest.fixture(scope="session", name="tabulated")
def _tabulated() -> Callable[..., BookArrays]:
    return tabulated


@pytest.fixture(scope="session", name="with_tables")
def _with_tables() -> Callable[..., BookArrays]:
    return with_tables


def placed(deviations: np.ndarray) -> ModelArrays:
    """Laws whose first step goes where `deviations` (n_dynamics, n_factors) say, on every path."""
    return plain_model(
        decay=np.ones(deviations.shape), drift=deviations, chol=np.zeros((*deviations.shape, deviations.shape[1]))
    )


def bare_book(n_scenarios: int, n_factors: int, fx_start: float = 100.0, **fields: Any) -> BookArrays:
    """One book in JPY and USD that holds nothing but `fields`; each scenario has a law of its own, factor 0 is FX."""
    return BookArrays(
        **{
            **{"observations": np.array([1]), "dynamics": np.arange(n_scenarios), "fx_factor": np.zeros(2, np.int64)},
            **{"fx_start": np.tile([1.0, fx_start], (n_scenarios, 1)), "reporting": 0, "base_value": np.zeros(1)},
            **{"cash": np.zeros((n_scenarios, 1, 2)), "leg_range": np.zeros((2, 2), np.int64)},
            **{"leg_when": np.zeros(2, np.int64), "segment_factors": np.zeros((0, 2), np.int64)},
            **{"centre": np.zeros((n_scenarios, n_factors)), "inverse_width": np.zeros((n_scenarios, n_factors))},
            **{"degree": 0, "segment_degree": np.zeros((n_scenarios, 2), np.int64)},
            **{"coefficients": np.zeros((n_scenarios, 0, 0)), "flow_range": np.zeros((0, 2), np.int64)},
            **{"flow_value": np.zeros((n_scenarios, 0)), "flow_exponents": np.zeros((0, 2))},
            **empty_tables(n_scenarios, 1, 2),
            **fields,
        }
    )


def one_group(
    n_scenarios: int,
    strikes: Any,
    amounts: Any,
    time: float,
    vol: float,
    *,
    n_factors: int = 2,
    vol_factor: int = -1,
    smile: Any = (1.0, 0.0, 0.0, 0.0, 0.0, 2.5),
    discounts: Any = (1.0, 1.0),
    fx_start: float = 100.0,
    **fields: Any,
) -> BookArrays:
    """A book of one group of calls; discount factors, in JPY and USD, do not move."""
    return bare_book(
        n_scenarios,
        n_factors,
        fx_start,
        **{
            **{"point_when": np.zeros(2, np.int64), "point_factors": np.zeros((2, 2), np.int64)},
            **{"point_exponents": np.zeros((2, 2)), "point_start": np.tile(discounts, (n_scenarios, 1))},
            **{"group_range": np.array([[0, 1]]), "group_when": np.zeros(1, np.int64), "group_time": np.array([time])},
            **{"group_domestic": np.array([0]), "group_foreign": np.array([1])},
            **{"group_vol": np.full((n_scenarios, 1), vol), "group_vol_factor": np.array([vol_factor])},
            **{"group_smile": np.array([smile]), "group_growth": np.ones(1), "table_index": np.array([-1])},
            **{"option_range": np.array([[0, len(strikes)]])},
            **{"option_strike": np.array(strikes, float), "option_amount": np.array(amounts, float)},
            **fields,
        },
    )


def value_at_once(backend: Any, deviations: np.ndarray, book: BookArrays) -> np.ndarray:
    """P&L of the book in each scenario when the factors deviate so: (n_scenarios,)."""
    centre = np.zeros(2 * len(deviations))
    program = backend.prepare(placed(deviations), book, seed=1, n_steps=1, float32=False, centre=centre)
    return backend.pnl(program, PathRange(first=0, n=3))[1::2, 2]


@pytest.fixture(scope="session", name="placed")
def _placed() -> Callable[..., ModelArrays]:
    return placed


@pytest.fixture(scope="session", name="bare_book")
def _bare_book() -> Callable[..., BookArrays]:
    return bare_book


@pytest.fixture(scope="session", name="one_group")
def _one_group() -> Callable[..., BookArrays]:
    return one_group


@pytest.fixture(scope="session", name="value_at_once")
def _value_at_once() -> Callable[..., np.ndarray]:
    return value_at_once


@pytest.fixture(scope="session", name="random_model")
def _random_model() -> Callable[..., ModelArrays]:
    return random_model


@pytest.fixture(name="random_book", scope="session")
def _random_book() -> Callable[..., BookArrays]:
    return random_book


def white_model(n_factors: int) -> ModelArrays:
    """A law whose deviations after each step are that step's normals, to the bit."""
    return plain_model(decay=np.zeros((1, n_factors)), drift=np.zeros((1, n_factors)), chol=np.eye(n_factors)[None])


def no_book(n_factors: int, n_steps: int = 1) -> BookArrays:
    """One scenario, one book of nothing but a yen: for tests of draws and steps alone."""
    return BookArrays(
        dynamics=np.zeros(1, np.int64),
        observations=np.array([n_steps]),
        fx_factor=np.zeros(1, np.int64),
        fx_start=np.ones((1, 1)),
        reporting=0,
        base_value=np.zeros(1),
        cash=np.ones((1, 1, 1)),
        leg_range=np.zeros((1, 2), np.int64),
        leg_when=np.zeros(1, np.int64),
        segment_factors=np.zeros((0, 2), np.int64),
        centre=np.zeros((1, n_factors)),
        inverse_width=np.zeros((1, n_factors)),
        degree=0,
        segment_degree=np.zeros((1, 0), np.int64),
        coefficients=np.zeros((1, 0, 0)),
        flow_range=np.zeros((0, 2), np.int64),
        flow_value=np.zeros((1, 0)),
        flow_exponents=np.zeros((0, 2)),
        **empty_tables(1, 1, 1),
    )


@pytest.fixture(scope="session", name="white_model")
def _white_model() -> Callable[..., ModelArrays]:
    return white_model


@pytest.fixture(name="no_book", scope="session")
def _no_book() -> Callable[..., BookArrays]:
    return no_book


@pytest.fixture(scope="session")
def philox_vectors() -> list[dict[str, list[int]]]:
    """Known answers: counter and key, lowest word first, and the four words made of them."""
    cases = json.loads((Path(__file__).parents[1] / "data" / "philox.json").read_text(encoding="utf-8"))["vectors"]
    return [{name: [int(word, 16) for word in case[name]] for name in ("counter", "key", "words")} for case in cases]
