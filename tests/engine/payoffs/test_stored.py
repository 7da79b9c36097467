"""The form of tables in a file follows from their classes."""

from engine.payoffs.futures import FUTURES, Futures
from engine.payoffs.holdings import Holdings
from engine.payoffs.stored import column_types


def test_columns_stand_in_a_file_text_first_then_whole_then_real():
    assert column_types(Holdings) == {
        "factor": "text",
        "currency": "text",
        "expiry_day": "whole",
        "quantity": "real",
        "market_price": "real",
    }
    assert list(column_types(Holdings)) == ["factor", "currency", "expiry_day", "quantity", "market_price"]


def test_a_future_s_basket_is_stored_as_two_columns():
    assert "basket" in column_types(Futures)
    assert {"first_deliverable", "end_deliverable"} <= set(FUTURES.stored.lists["futures"])
