"""Amounts in running text."""

import pytest

from engine.explain.amount_text import amount, listed


@pytest.mark.parametrize(
    ("value", "text"), [(15.26e9, "15.3 bn"), (0.944e6, "944 thousand"), (123.4e9, "123 bn"), (999.0, "999")]
)
def test_amounts_have_three_digits(value, text):
    assert amount(value) == text


def test_an_error_has_the_unit_and_the_digits_of_its_amount():
    assert amount(25.81e9, 0.12e9) == "25.8 ±0.1 bn"
    assert amount(2e5, 3e6) == "0.20 ±3.00 mn"  # in the unit of the larger, or it would be 3,000 thousand


def test_lists_end_in_and():
    assert [listed(["JGB"]), listed(["JGB", "UST", "vols"])] == ["JGB", "JGB, UST and vols"]
