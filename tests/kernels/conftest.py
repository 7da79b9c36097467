"""Random models and books for kernel tests, as arrays."""

from collections.abc import Callable

import numpy as np
import pytest

from kernels.base import BookArrays, ModelArrays


def random_model(rng: np.random.Generator, n_factors: int, n_dynamics: int = 1) -> ModelArrays:
    """Laws with a full Cholesky factor of about 1 % a step, some reversion and drift."""
    chol = np.tril(rng.normal(0.0, 0.004, (n_dynamics, n_factors, n_factors)))
    chol[:, range(n_factors), range(n_factors)] = 0.01
    return ModelArrays(
        decay=rng.uniform(0.9, 1.0, (n_dynamics, n_factors)),
        drift=rng.normal(0.0, 1e-4, (n_dynamics, n_factors)),
        chol=chol,
    )


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
) -> BookArrays:
    """Books on two curves in JPY and USD; the last factor is USD/JPY. Polynomial terms are random numbers of size 1."""
    n_segments = 2 * n_books * 2
    pillars = rng.integers(0, max(1, n_factors - 2), n_segments)
    ends = np.arange(1, n_segments + 1)
    n_terms = (degree + 1) * (degree + 2) // 2 if degree else 0
    inverse = np.full((n_scenarios, n_factors), 1.0 / half_width)
    inverse[:, -1] = 0.0
    return BookArrays(
        dynamics=np.arange(n_scenarios) % n_dynamics,
        fx_factor=np.array([0, n_factors - 1]),
        fx_start=np.column_stack([np.ones(n_scenarios), rng.uniform(120.0, 160.0, n_scenarios)]),
        reporting=reporting,
        base_value=rng.normal(0.0, 1e3, n_books),
        cash=rng.normal(0.0, 10.0, (n_scenarios, n_books, 2)),
        segment_range=np.stack([2 * np.arange(2 * n_books), 2 * np.arange(2 * n_books) + 2], axis=1).reshape(-1, 2, 2),
        segment_factors=np.column_stack([pillars, np.minimum(pillars + 1, n_factors - 1)]),
        centre=rng.normal(0.0, 0.001, (n_scenarios, n_factors)),
        inverse_width=inverse,
        degree=degree,
        coefficients=rng.normal(0.0, 1.0, (n_scenarios, n_segments, n_terms)),
        flow_range=flows_per_segment * np.column_stack([ends - 1, ends]),
        flow_value=rng.normal(0.0, 100.0, (n_scenarios, n_segments * flows_per_segment)),
        flow_exponents=-rng.uniform(0.0, 20.0, (n_segments * flows_per_segment, 2)),
    )


@pytest.fixture(name="random_model")
def _random_model() -> Callable[..., ModelArrays]:
    return random_model


@pytest.fixture(name="random_book")
def _random_book() -> Callable[..., BookArrays]:
    return random_book
