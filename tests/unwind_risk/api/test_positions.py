"""A constructor for every registered kind, whose example is the template's."""

import inspect
from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.errors import InputError
from engine.inputs.book.fields import parsed
from engine.instruments.registry import KINDS
from engine.instruments.rows.columns import COLUMNS
from engine.instruments.rows.template import example_row
from unwind_risk import positions


@pytest.mark.parametrize("name", KINDS)
def test_a_kinds_example_is_made_by_its_constructor(name):
    row = {column: text for column, text in example_row(KINDS[name]).items() if column != "kind"}
    fields = {column: parsed(COLUMNS[column], text) for column, text in row.items()}
    made = getattr(positions, name)(**fields)
    assert made.filled == {**fields, "kind": KINDS[name]}
    assert inspect.signature(getattr(positions, name)).parameters.keys() >= fields.keys()


def test_a_docstring_says_what_each_argument_is():
    text = inspect.getdoc(positions.JGB)
    assert text.startswith("Return a position of kind JGB: Japanese government bond")
    assert "coupon : decimal per year, 0.0425 is 4.25 %" in text
    assert "Of price and market_yield one at most." in text


def test_what_a_file_would_be_refused_for_is_refused_by_column():
    with pytest.raises(InputError) as refusal:
        positions.JGB("a", 1e9, coupon=1.0, maturity=date(2035, 3, 20), price=99.0, market_yield=0.01)
    assert str(refusal.value).splitlines() == [
        "position 'a', coupon: must be at least 0 and below 0.1, got 1.0; is 0.01 meant? Rates are decimals per year",
        "position 'a', market_yield: JGB takes `price` or `market_yield`, got both; leave one empty",
    ]
    with pytest.raises(InputError, match="position 'a', maturity: there is no such day, got '2035-02-30'"):
        positions.JGB("a", 1e9, coupon=0.01, maturity="2035-02-30")


def test_a_missing_argument_and_an_unknown_kind_are_python_errors():
    with pytest.raises(TypeError, match="coupon"):
        positions.JGB("a", 1e9, maturity="2035-03-20")
    with pytest.raises(TypeError, match="no keyword 'copuon'; did you mean 'coupon'"):
        positions.JGB("a", 1e9, copuon=0.01, maturity="2035-03-20")
    with pytest.raises(AttributeError, match="no kind of position called 'JBG'; there are JGB, "):
        positions.JBG  # noqa: B018


def test_numbers_of_numpy_and_days_of_pandas_are_those_of_python():
    made = positions.JGB("a", np.int64(10**9), coupon=np.float64(0.01), maturity=pd.Timestamp("2035-03-20"))
    assert made == positions.JGB("a", 10**9, coupon=0.01, maturity="2035-03-20")
    for day in (pd.NaT, pd.Timestamp("2035-03-20 12:00"), pd.Timestamp("2035-03-20", tz="Asia/Tokyo")):
        with pytest.raises(InputError, match="maturity: must be a date, got"):
            positions.JGB("a", 1e9, coupon=0.01, maturity=day)
    with pytest.raises(InputError, match="notional: must be a number, got True"):
        positions.JGB("a", np.bool_(True), coupon=0.01, maturity="2035-03-20")


def test_a_position_shows_the_call_that_makes_it():
    bond = positions.JGB("A", 1e9, coupon=0.014, maturity="2034-12-20")
    assert repr(bond) == "JGB('A', 1000000000.0, currency='JPY', coupon=0.014, maturity='2034-12-20')"
    assert eval(repr(bond), {"JGB": positions.JGB}) == bond


def test_what_a_constructor_needs_is_told_with_its_kind():
    with pytest.raises(TypeError, match=r"JGB: missing .* it needs position_id, notional, coupon, maturity"):
        positions.JGB("A", 1e9)
