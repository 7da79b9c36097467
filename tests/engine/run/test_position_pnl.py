"""P&L by position on replayed paths: its sums over books are what the kernels say of the books on those paths."""

import csv

import numpy as np
import pytest

import engine.run.position_pnl
import engine.run.replayed_levels
from engine.inputs.run import resolve
from engine.run.load import load_inputs
from engine.run.position_pnl import position_pnl, position_pnl_parts
from engine.run.prepared import prepare
from kernels.base import PathRange

N = 640  # paths, five of numba's blocks
ROUNDING = 1e-13  # of the gross P&L: sums of thousands of flows, in another order


def ignore(*_: object) -> None:
    """What a run says while it works."""


@pytest.fixture(scope="module")
def book_file(root, tmp_path_factory):
    """Positions of every kind in two books; of the options, some expire within a horizon of ten days."""
    source = root / "engine" / "book" / "data" / "all-kinds.csv"
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    early = [row | {"position_id": f"EARLY-{row['position_id']}"} for row in rows if row["kind"].startswith("FX_CALL")]
    for row, expiry in zip(early, ("2025-06-03", "2025-06-05"), strict=True):
        row |= {"maturity": expiry, "strike": "146", "premium": "", "vol": ""}
    path = tmp_path_factory.mktemp("book") / "book.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(row | {"book": f"book-{i % 2}"} for i, row in enumerate([*rows, *early]))
    return path


def prepared(book_file, **settings):
    config = resolve({"book": [str(book_file)], "n_paths": N, "backend": "numba", **settings}, {})
    return prepare(config, load_inputs(config), ignore)


def differences(part, scenario, paths):
    """How far the books' P&L by position are from the kernels', (n_books, n), and the gross P&L of the positions."""
    pnl = part.backend.pnl(part.program, PathRange(first=0, n=N))[:, paths.astype(np.int64)]
    rows = pnl.reshape(len(part.inputs.names), -1, paths.size)[scenario, 1:]
    by_position, books = position_pnl(part, scenario, paths), np.array(part.inputs.book.books)
    sums = np.stack([by_position[books == name].sum(axis=0) for name in part.packed.books])
    return np.abs(sums - rows), np.abs(by_position).sum(axis=0).max()


PATHS = np.random.default_rng(3).permutation(N)[:300].astype(np.uint64)


def test_positions_add_up_to_books_to_rounding_in_full_revaluation(book_file):
    run = prepared(book_file, scenario=["base", "mixture"], revaluation="direct", steps="daily", currency="USD")
    assert run.drawn.packed.book.run.observations.size == 3  # two expiries before the horizon
    for scenario in range(2):
        found, gross = differences(run.drawn, scenario, PATHS)
        assert found.max() <= ROUNDING * gross


def test_positions_add_up_to_books_within_the_bound_of_compressed_revaluation(book_file):
    run = prepared(book_file, scenario=["base"])
    found, gross = differences(run.drawn, 0, PATHS)
    assert (found.max(axis=1) <= run.drawn.packed.bounds.pnl[0, 1:] + ROUNDING * gross).all()
    assert found.max() > ROUNDING * gross  # or nothing was compressed


def test_moves_of_an_exact_law_are_replayed_by_their_numbers(book_file):
    run = prepared(book_file, scenario=["filtered"], horizon_days=1, revaluation="direct")
    assert run.drawn is None
    found, gross = differences(run.whole, 0, PATHS)
    assert found.max() <= ROUNDING * gross


def test_some_positions_at_a_time_give_the_same_as_all_at_once(book_file, monkeypatch):
    run = prepared(book_file, scenario=["base"], steps="daily").drawn
    at_once = position_pnl(run, 0, PATHS)
    monkeypatch.setattr(engine.run.position_pnl, "MOST_POSITIONS", 5)
    monkeypatch.setattr(engine.run.replayed_levels, "LEVELS_AT_ONCE", 1)
    parts = list(position_pnl_parts(run, 0, PATHS))
    assert [part.positions.size for part in parts] == [5, 5, 5, 5, 5, 5, 5, 1, 2]  # 36, and the two that expire early
    found = np.concatenate([part.pnl for part in parts])
    np.testing.assert_allclose(found, at_once, rtol=0.0, atol=ROUNDING * np.abs(at_once).sum(axis=0).max())
