"""Models and books for kernel tests; tests/kernels/laws.py and books.py make them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernels.base import PathRange
from kernels.law_layout import ModelArrays
from kernels.layout import Book, FxOptions, Point
from kernels.records import Rows
from tests.kernels.books import (
    bare_book,
    no_book,
    one_flow_legs,
    one_group,
    random_book,
    random_groups,
    random_points,
    tabulated,
    with_tables,
)
from tests.kernels.laws import (
    among_others,
    placed,
    random_filtered,
    random_model,
    random_overlaid,
    random_unwind,
    white_model,
)


@pytest.fixture(name="random_unwind", scope="session")
def _random_unwind() -> Callable[..., ModelArrays]:
    return random_unwind


@pytest.fixture(name="random_filtered", scope="session")
def _random_filtered() -> Callable[..., ModelArrays]:
    return random_filtered


@pytest.fixture(name="random_overlaid", scope="session")
def _random_overlaid() -> Callable[..., ModelArrays]:
    return random_overlaid


@pytest.fixture(name="among_others", scope="session")
def _among_others() -> Callable[..., ModelArrays]:
    return among_others


def every_kind(seed: int, n_factors: int, n_w: int, n_steps: int = 1) -> tuple[ModelArrays, Book]:
    """Two laws, and two books with two of each kind, seen twice before the horizon; some paths outside every range.

    Groups have tables of 9 x n_w terms, if n_w is not 0.
    """
    rng = np.random.default_rng(seed)
    plain = random_book(rng, n_factors, n_dynamics=2, degree=6, half_width=0.03, n_steps=n_steps)
    book = with_tables(rng, plain, 2, 2, 2, 3, 4, 2, vol_factor=n_factors - 2)
    return random_model(rng, n_factors, 2), tabulated(rng, book, 9, n_w, 0.03) if n_w else book


@pytest.fixture(scope="session", name="every_kind")
def _every_kind() -> Callable[..., tuple[ModelArrays, Book]]:
    return every_kind


@pytest.fixture(scope="session", name="tabulated")
def _tabulated() -> Callable[..., Book]:
    return tabulated


@pytest.fixture(scope="session", name="with_tables")
def _with_tables() -> Callable[..., Book]:
    return with_tables


def value_at_once(backend: Any, deviations: np.ndarray, book: Book) -> np.ndarray:
    """P&L of the book in each scenario when the factors deviate so: (n_scenarios,)."""
    centre = np.zeros(2 * len(deviations))
    program = backend.prepare(placed(deviations), book, seed=1, n_steps=1, float32=False, centre=centre)
    return backend.pnl(program, PathRange(first=0, n=3))[1::2, 2]


@pytest.fixture(scope="session", name="placed")
def _placed() -> Callable[..., ModelArrays]:
    return placed


@pytest.fixture(scope="session", name="bare_book")
def _bare_book() -> Callable[..., Book]:
    return bare_book


@pytest.fixture(scope="session", name="one_flow_legs")
def _one_flow_legs() -> Callable[..., Book]:
    return one_flow_legs


@pytest.fixture(scope="session", name="random_groups")
def _random_groups() -> Callable[..., FxOptions]:
    return random_groups


@pytest.fixture(scope="session", name="random_points")
def _random_points() -> Callable[..., Rows[Point]]:
    return random_points


@pytest.fixture(scope="session", name="one_group")
def _one_group() -> Callable[..., Book]:
    return one_group


@pytest.fixture(scope="session", name="value_at_once")
def _value_at_once() -> Callable[..., np.ndarray]:
    return value_at_once


@pytest.fixture(scope="session", name="random_model")
def _random_model() -> Callable[..., ModelArrays]:
    return random_model


@pytest.fixture(name="random_book", scope="session")
def _random_book() -> Callable[..., Book]:
    return random_book


@pytest.fixture(scope="session", name="white_model")
def _white_model() -> Callable[..., ModelArrays]:
    return white_model


@pytest.fixture(name="no_book", scope="session")
def _no_book() -> Callable[..., Book]:
    return no_book


@pytest.fixture(scope="session")
def philox_vectors() -> list[dict[str, list[int]]]:
    """Known answers: counter and key, lowest word first, and the four words made of them."""
    cases = json.loads((Path(__file__).parents[1] / "data" / "philox.json").read_text(encoding="utf-8"))["vectors"]
    return [{name: [int(word, 16) for word in case[name]] for name in ("counter", "key", "words")} for case in cases]
