"""Figures as text: digits by their error, units, and nothing that is no number."""

import math
import re

import pytest

from engine.report.numbers import (
    NONE,
    NOT_A_NUMBER,
    NOT_BOUNDED,
    Estimate,
    Number,
    Scale,
    correlation,
    percent,
    probability,
    scale_of,
)

BILLION = Scale(divisor=1e9, unit="JPY bn", decimals=1)


def text(figure: object) -> str:
    assert isinstance(figure, Number)
    return figure.text


def seen(figure: object) -> str:
    """What a reader sees of a figure."""
    return re.sub("<[^>]*>", "", figure.__html__())


@pytest.mark.parametrize(
    ("value", "se", "shown"),
    [
        (15.2689e9, 1.0e8, "15.3 ±0.1"),
        (15.2689e9, 5.1e7, "15.3 ±0.1"),
        (15.2689e9, 4.9e7, "15.3"),  # the error does not reach the last digit
        (2.14e9, 0.0, "2.1"),  # the decimals are the table's, not the figure's
        (-4.5155e9, 1.2e9, "\N{MINUS SIGN}4.5 ±1.2"),
    ],
)
def test_an_error_is_shown_where_it_reaches_the_tables_last_digit(value, se, shown):
    found = BILLION.estimate(value, se)
    assert isinstance(found, Estimate)
    assert seen(found) == shown
    assert found.value.value == value  # the page's source has it whole
    assert f'<data value="{value!r}">' in found.__html__()


def test_a_change_has_a_sign_and_one_decimal_more():
    assert seen(BILLION.change(-2.4e8, 1.2e7)) == "\N{MINUS SIGN}0.24 ±0.01"
    assert seen(BILLION.change(2.0e8, None)) == "+0.20"


def test_each_error_is_shown_by_its_name():
    assert seen(BILLION.estimate(3.69e9, 1.3e8, 2.46e8)) == "3.7 ±0.1 ±0.2 table"
    assert seen(BILLION.estimate(3.69e9, 0.0, 2.46e8)) == "3.7 ±0.2 table"


def test_an_exact_figure_has_no_error():
    assert seen(BILLION.estimate(3.3558143e9, None)) == "3.4"
    assert text(BILLION.amount(12_345.6e9)) == "12,345.6"
    assert text(BILLION.amount(0.0)) == "0.0"


def test_what_is_no_number_is_never_shown_as_one():
    assert BILLION.amount(math.nan) == NOT_A_NUMBER
    assert BILLION.estimate(math.nan, 1.0) == NOT_A_NUMBER
    assert BILLION.amount(math.inf) == NOT_BOUNDED
    unbounded = BILLION.estimate(1.5e9, math.inf)
    assert isinstance(unbounded, Estimate)
    assert unbounded.error == NOT_BOUNDED
    assert BILLION.plain(math.nan) == "not a number"
    assert correlation(math.nan) == percent(math.nan) == probability(math.nan) == NOT_A_NUMBER


def test_the_unit_gives_the_largest_amount_one_to_three_digits_and_all_amounts_three():
    assert scale_of("JPY", [3.7e9, -2.8e10, None, math.nan]) == BILLION
    assert scale_of("USD", [999.0]) == Scale(divisor=1.0, unit="USD", decimals=0)
    assert scale_of("JPY", [3.2e6], " a bp") == Scale(divisor=1e6, unit="JPY mn a bp", decimals=2)
    assert scale_of("JPY", []).divisor == 1.0
    assert BILLION.money(-15.27e9) == "JPY \N{MINUS SIGN}15.3 bn"


def test_zero_has_no_sign():
    assert text(BILLION.amount(-0.0)) == "0.0"
    assert text(BILLION.amount(-1.0e5)) == "0.0"
    assert seen(BILLION.change(-1.0e5, 5e7)) == "0.00 ±0.05"


@pytest.mark.parametrize(
    ("value", "exact", "shown"),
    [(0.2809, False, "28.1 %"), (0.0, False, "< 0.1 %"), (1.0, False, "> 99.9 %"), (1.0, True, "certain"),
     (0.0, True, "no")],
)  # fmt: skip
def test_a_probability_says_no_more_than_it_knows(value, exact, shown):
    assert text(probability(value, exact=exact)) == shown


def test_fractions_are_percent():
    assert text(percent(0.9979)) == "100 %"
    assert text(percent(1.234)) == "123 %"
    assert text(percent(-0.3356)) == "\N{MINUS SIGN}34 %"
    assert percent(None) == NONE
