"""Tables of terms are padded with zeros to what kernels have loops for."""

import numpy as np
import pytest

from kernels.layout import VOL_TERMS
from kernels.tables import option_tables, rate_tables


@pytest.mark.parametrize(("n_x", "n_w"), [(1, 1), (4, 3), (5, 4), (8, 13)])
def test_option_tables_have_odd_terms_in_x_and_as_many_in_w_as_some_loop(n_x, n_w):
    given = np.random.default_rng(0).normal(size=(2, 3, n_x, n_w))
    rows, terms = option_tables(*np.ones((3, 2, 3)), given)
    assert terms.shape[2] % 2 == 1
    assert terms.shape[3] in VOL_TERMS
    assert (terms[:, :, :n_x, :n_w] == given).all()
    assert terms.sum() == pytest.approx(given.sum(), rel=1e-12)  # what was added are zeros; summed in another order
    assert set(rows["n_x"].ravel().tolist()) == {n_x + 1 - n_x % 2}


def test_zeros_at_the_end_are_not_counted():
    terms = np.zeros((1, 1, 9, 2))
    terms[0, 0, 3, 1] = 1.0
    assert option_tables(*np.ones((3, 1, 1)), terms)[0]["n_x"].tolist() == [[5]]
    assert option_tables(*np.ones((3, 1, 1)), 0.0 * terms)[0]["n_x"].tolist() == [[1]]


def test_too_many_terms_in_vol_are_refused():
    with pytest.raises(ValueError, match="24 terms in vol, got 25"):
        option_tables(*np.ones((3, 1, 1)), np.zeros((1, 1, 3, 25)))


def test_rate_tables_have_odd_terms():
    rows, terms = rate_tables(np.ones((1, 2)), np.ones((1, 2)), np.ones((1, 2, 4)))
    assert terms.tolist() == [[[1.0, 1.0, 1.0, 1.0, 0.0]] * 2]
    assert rows["n_x"].tolist() == [[5, 5]]
