"""Random models and books for kernel tests, as arrays."""

import json
from collections.abc import Callable
from pathlib import Path

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


@pytest.fixture(name="random_model", scope="session")
def _random_model() -> Callable[..., ModelArrays]:
    return random_model


@pytest.fixture(name="random_book", scope="session")
def _random_book() -> Callable[..., BookArrays]:
    return random_book


def white_model(n_factors: int) -> ModelArrays:
    """A law whose deviations after each step are that step's normals, to the bit."""
    return ModelArrays(decay=np.zeros((1, n_factors)), drift=np.zeros((1, n_factors)), chol=np.eye(n_factors)[None])


def no_book(n_factors: int) -> BookArrays:
    """One scenario, one book of nothing but a yen: for tests of draws and steps alone."""
    return BookArrays(
        dynamics=np.zeros(1, np.int64),
        fx_factor=np.zeros(1, np.int64),
        fx_start=np.ones((1, 1)),
        reporting=0,
        base_value=np.zeros(1),
        cash=np.ones((1, 1, 1)),
        segment_range=np.zeros((1, 1, 2), np.int64),
        segment_factors=np.zeros((0, 2), np.int64),
        centre=np.zeros((1, n_factors)),
        inverse_width=np.zeros((1, n_factors)),
        degree=0,
        coefficients=np.zeros((1, 0, 0)),
        flow_range=np.zeros((0, 2), np.int64),
        flow_value=np.zeros((1, 0)),
        flow_exponents=np.zeros((0, 2)),
    )


@pytest.fixture(name="white_model", scope="session")
def _white_model() -> Callable[..., ModelArrays]:
    return white_model


@pytest.fixture(name="no_book", scope="session")
def _no_book() -> Callable[..., BookArrays]:
    return no_book


@pytest.fixture(scope="session")
def philox_vectors() -> list[dict[str, list[int]]]:
    """Known answers: counter and key, lowest word first, and the four words made of them."""
    cases = json.loads((Path(__file__).parent.parent / "data" / "philox.json").read_text(encoding="utf-8"))["vectors"]
    return [{name: [int(word, 16) for word in case[name]] for name in ("counter", "key", "words")} for case in cases]
