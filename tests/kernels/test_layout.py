"""What is declared once: books that fit together, each field with its meaning."""

import numpy as np
import pytest

from kernels.law_layout import LAW, Law, ModelArrays
from kernels.layout import FxOptions, Holdings, Run
from kernels.payoffs import PAYOFFS, checked, empty_book, payoff_of
from kernels.records import declared


def test_every_field_has_a_meaning_and_arrays_have_a_shape():
    for kind in (ModelArrays, Run, Law, *(payoff.tables for payoff in PAYOFFS.values())):
        for field in declared(kind):
            assert field.meaning, (kind, field.name)
            assert bool(field.shape) == (field.kind not in (int, float)), (kind, field.name)


def test_a_law_is_a_record_of_64_bit_numbers():
    assert Law.dtype() == LAW
    assert LAW.itemsize == 8 * len(LAW.names)
    law = Law.zeros(2)
    law["fx"], law["hazard"] = 3, 2.5
    assert (law[1].fx, law[1].hazard) == (3, 2.5)


@pytest.fixture
def book():
    return empty_book(n_scenarios=2, n_books=3, n_currencies=2, n_factors=4, n_steps=5)


def test_an_empty_book_holds_nothing_and_fits_together(book):
    assert checked(book).n_rows == 2 * (1 + 3)
    assert [payoff_of(type(tables)).name for tables in book.payoffs] == list(PAYOFFS)
    assert not any(book.of(Holdings).owned["last"].ravel())
    assert book.run.observations.tolist() == [5]
    assert (book.run.fx_start == 1.0).all()


def test_a_book_takes_tables_in_place_of_its_own(book):
    other = book.holding(book.run._replace(reporting=1), book.of(Holdings)._replace(value=np.ones((2, 0))))
    assert (other.run.reporting, book.run.reporting) == (1, 0)
    assert other.of(FxOptions) is book.of(FxOptions)


def test_tables_that_disagree_on_a_length_are_refused(book):
    holdings = book.of(Holdings)
    with pytest.raises(ValueError, match=r"Holdings.value is \(2, 1\): n_holdings is 0 elsewhere in Holdings"):
        checked(book.holding(holdings._replace(value=np.zeros((2, 1)))))
    with pytest.raises(ValueError, match="Holdings has n_scenarios 7, the run has 2"):
        checked(book.holding(holdings._replace(value=np.zeros((7, 0)))))


def test_an_array_of_another_type_is_refused(book):
    with pytest.raises(ValueError, match=r"Run.dynamics is declared as \(n_scenarios\) int64, got \(2,\) float64"):
        checked(book.holding(book.run._replace(dynamics=np.zeros(2))))
