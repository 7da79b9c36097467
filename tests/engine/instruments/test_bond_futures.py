"""Bond futures: days worked out from the exchanges' rules, and what their rows are refused for."""

from datetime import date, timedelta

import pytest

from engine.book.fit import fit
from engine.book.value import position_values
from engine.instruments.registry import family_of
from engine.market.moved_market import shifted
from engine.payoffs.futures import FuturePart
from tests.engine.hand_made import FUTURE, parts_of

DATE = date(2025, 5, 28)
NOTE = {"kind": "UST_FUTURE", "notional": 1.0, "deliverables": ((0.04125, date(2032, 3, 31)),)}


@pytest.mark.parametrize(
    ("row", "last_trading", "delivery"),
    [
        # Saturday 20 September: Monday 22nd; 15th is Respect-for-the-Aged Day, so five before are 19, 18, 17, 16, 12
        (FUTURE, date(2025, 9, 12), date(2025, 9, 22)),
        # the last business day of the month, trading ending seven before; or that day, and three after it
        (NOTE | {"contract": "TY-2509"}, date(2025, 9, 19), date(2025, 9, 30)),
        (
            NOTE | {"contract": "TU-2509", "deliverables": ((0.0375, date(2027, 8, 31)),)},
            date(2025, 9, 30),
            date(2025, 10, 3),
        ),
    ],
)
def test_trading_ends_and_bonds_are_delivered_by_the_exchange_s_rule(row, last_trading, delivery, make_positions):
    (position,) = make_positions(row)
    (future,) = parts_of(position, DATE, FuturePart)
    assert DATE + timedelta(days=future.basket.last_trading_day) == last_trading
    assert DATE + timedelta(days=future.basket.delivery_day) == delivery


def test_a_contract_is_of_its_own_exchange_and_not_too_far_ahead(make_positions):
    (position,) = make_positions(FUTURE)
    values = {"kind": position.kind, "deliverables": position.deliverables}
    errors = family_of(position.kind).row_errors
    assert list(errors(values | {"contract": "TY-2509"}, DATE)) == [("contract", "TY-2509 is no JGB_FUTURE")]
    assert "more than 3 years" in next(iter(errors(values | {"contract": "JGB10-2909"}, DATE)))[1]
    assert list(errors(values | {"contract": "JGB10-2509"}, DATE)) == []


def test_from_its_last_trading_day_a_future_is_in_delivery_and_moves_with_its_cheapest_bond(make_book, make_market):
    for valuation_date in (date(2025, 9, 12), date(2025, 9, 18)):  # trading ends on the 12th, delivery is on the 22nd
        market = make_market(valuation_date)
        book = make_book(FUTURE, valuation_date=valuation_date)
        assert valuation_date + timedelta(days=int(book.futures.last_trading_day[0])) == date(2025, 9, 22)
        assert "in delivery" in book.warnings[0]
        fits = fit(book, market)
        assert position_values(book, market, fits).tolist() == [0.0]
        (lost,) = position_values(book, shifted(market, 1e-4, "JGB"), fits)
        assert -1.2e6 < lost < -6e5  # ten contracts of 100 mn, seven years or more: 7 bp of 1 bn, over its factor
    over = make_book(FUTURE, valuation_date=date(2025, 9, 22))
    assert over.futures.position.size == 0
    assert "counts as paid, worth 0" in over.warnings[0]
