import numpy as np
import pytest

from bench import sample
from kernels.base import PathRange
from kernels.law_layout import plain_model
from kernels.numpy.backend import NumpyBackend


@pytest.fixture(scope="module")
def market():
    return sample.market_of_16()


def test_16_factors_end_with_usdjpy(market):
    assert len(market.factors) == 16
    assert market.factors[-1].name == "USDJPY"


def test_12000_flows_fall_on_distinct_days_of_each_curve_up_to_its_last_pillar(market):
    flows = sample.book_of_12000(market).flows
    for curve, longest in (("JGB", 14_600), ("UST", 10_950)):
        days = flows.day[flows.curve == curve]
        assert np.unique(days).size == days.size == 6000
        assert (days.min(), days.max()) == (1, longest)


def test_flows_are_sorted_by_position_then_day_as_a_compiled_book_wants_them(market):
    flows = sample.book_of_12000(market).flows
    assert np.array_equal(np.lexsort((flows.day, flows.position)), np.arange(12_000))
    assert np.all(np.bincount(flows.position) == 30)


def test_the_dollar_book_gains_what_the_dollar_does():
    # with no volatility and a drift of ln 2, 150 yen become 300
    model = plain_model(decay=np.ones((1, 2)), drift=np.array([[0.0, np.log(2.0)]]), chol=np.zeros((1, 2, 2)))
    book = sample.dollar_book(2, 150.0)
    backend = NumpyBackend()
    program = backend.prepare(model, book, seed=1, n_steps=1, float32=False, centre=np.zeros(2))
    pnl = backend.pnl(program, PathRange(first=0, n=3))
    assert pnl == pytest.approx(np.full((2, 3), 150.0))
