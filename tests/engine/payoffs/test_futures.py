"""Bond futures: the least of their basket, in any market."""

import pytest
from hypothesis import given, settings

from engine.book.fit import fit
from engine.book.value import position_values
from engine.payoffs.futures import converted_prices, model_prices
from tests.engine.hand_made import BASKET, FUTURE, MOVES, basket_of, randomly_moved


@given(moves=MOVES)
@settings(max_examples=40, deadline=None)
def test_a_future_is_the_least_of_its_basket_less_its_basis(make_book, make_market, moves):
    base = make_market()
    book = make_book(FUTURE | {"price": 138.2})
    fits, market = fit(book, base), randomly_moved(make_market(), moves)
    each, _ = converted_prices(book.futures, book.deliverables, market)
    assert model_prices(book.futures, book.deliverables, market)[0] == each.min()
    (profit,) = position_values(book, market, fits)
    assert profit == pytest.approx(10.0 * 1e8 * (each.min() - fits.future_basis[0] - 1.382), rel=1e-12, abs=1e-3)
    assert position_values(book, base, fits).tolist() == [0.0]


def test_more_deliverables_never_raise_a_future(make_book, make_market):
    market = make_market()
    few, all_ = (make_book(FUTURE | {"deliverables": basket_of(text)}) for text in (BASKET[16:], BASKET))
    lower, higher = (model_prices(b.futures, b.deliverables, market)[0] for b in (all_, few))
    assert lower <= higher


def test_futures_with_one_basket_share_it(make_book):
    book = make_book(FUTURE, FUTURE | {"notional": -3.0}, FUTURE | {"deliverables": basket_of(BASKET[:33])})
    assert book.futures.basket.tolist() == [[0, 4], [0, 4], [4, 6]]
    assert book.deliverables.conversion_factor.size == 6
