from types import SimpleNamespace

import numpy as np
import pytest

from bench.growth import books
from bench.growth.books import assert_sums, book_ladders


def test_books_are_loaded_packed_and_valued_by_size(tmp_path):
    ladders = book_ladders(tmp_path, "books", {1: (30, 1), 2: (60, 2)}, 64)
    assert [ladder.name for ladder in ladders] == ["books: load and compile", "books: pack", "books: value paths"]
    assert all(tuple(ladder.rungs) == (1, 2) for ladder in ladders)
    _, pack, value = ladders
    assert len(pack.rungs[2].call().books) == 2
    assert value.rungs[2].call().shape == (3, 64)  # the total and two books


def test_a_total_that_is_not_its_books_gives_no_result(monkeypatch):
    monkeypatch.setattr(books, "program_of", lambda packed: packed)
    monkeypatch.setattr(books, "pnl_call", lambda packed, n: lambda: np.arange(3.0)[:, None] * np.ones(n))
    with pytest.raises(AssertionError, match="Mismatched"):
        assert_sums(SimpleNamespace())
