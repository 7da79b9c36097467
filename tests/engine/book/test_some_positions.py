"""Some positions of a book are worth what they are worth in the whole of it."""

import numpy as np
import pytest

from engine.book.fit import fit
from engine.book.some_positions import as_books, rows_of
from engine.book.value import position_values
from engine.inputs.book.load import load_book
from engine.inputs.market.load import bundled_market_path, load_market


@pytest.fixture(scope="module")
def market():
    return load_market(bundled_market_path())


@pytest.fixture(scope="module")
def book(root, market):
    return load_book(root / "engine" / "book" / "data" / "all-kinds.csv", market.valuation_date)


@pytest.mark.parametrize("step", [1, 3], ids=["all", "every third"])
def test_positions_of_every_kind_keep_their_values(book, market, step):
    numbers = np.arange(0, len(book.position_ids), step)
    some = rows_of(book).of(numbers)
    assert some.position_ids == book.position_ids[::step]
    assert (some.kinds, some.lines) == (book.kinds[::step], book.lines[::step])
    whole = position_values(book, market, fit(book, market))
    # each position's flows are added in the same order: equal to the last bit
    assert position_values(some, market, fit(some, market)).tolist() == whole[numbers].tolist()


def test_each_position_is_a_book_that_is_called_by_its_id(book):
    assert as_books(book).books == book.position_ids
