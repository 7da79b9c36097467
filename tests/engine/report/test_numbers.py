"""Figures as text: digits by their error, units, and nothing that is no number."""

import math
import re

import pytest

from engine.report.numbers import Estimate, Missing, Number, Scale, correlation, percent, probability, scale_of

BILLION = Scale(divisor=1e9, unit="JPY billion")


def text(figure: object) -> str:
    assert isinstance(figure, Number)
    return figure.text


@pytest.mark.parametrize(
    ("value", "se", "shown", "error"),
    [
        (3.6922890e9, 1.33e7, "3.692", "0.013"),
        (3.6922890e9, 9.0e6, "3.6923", "0.0090"),
        (1.2345e12, 1.2e10, "1,234", "12"),
        (1.2345e12, 1.2e11, "1,230", "120"),  # tens are enough
        (-4.5155e9, 1.68e7, "\N{MINUS SIGN}4.516", "0.017"),
    ],
)
def test_an_estimate_ends_with_the_second_digit_of_its_error(value, se, shown, error):
    found = BILLION.estimate(value, se)
    assert isinstance(found, Estimate)
    assert (text(found.value), text(found.error)) == (shown, error)
    assert found.value.value == value  # the page's source has it whole
    assert f'<data value="{value!r}">' in found.__html__()


def test_each_error_is_shown_by_its_name():
    both = BILLION.estimate(3.69e9, 1.3e7, 2.46e8)
    assert isinstance(both, Estimate)
    assert re.sub("<[^>]*>", "", both.__html__()) == "3.690 ± 0.013 ± 0.25 table"
    exact = BILLION.estimate(3.69e9, 0.0, 2.46e8)
    assert isinstance(exact, Estimate)
    assert re.sub("<[^>]*>", "", exact.__html__()) == "3.69 exact ± 0.25 table"


def test_an_exact_figure_has_four_digits_and_no_error():
    assert text(BILLION.estimate(3.3558143e9, 0.0)) == "3.356"
    assert text(BILLION.estimate(3.3558143e9, None)) == "3.356"
    assert text(BILLION.amount(12_345.6e9)) == "12,346"
    assert text(BILLION.amount(0.0)) == "0"


def test_what_is_no_number_is_never_shown_as_one():
    assert BILLION.amount(math.nan) == Missing("not a number")
    assert BILLION.estimate(math.nan, 1.0) == Missing("not a number")
    assert BILLION.amount(math.inf) == Missing("not bounded")
    unbounded = BILLION.estimate(1.5e9, math.inf)
    assert isinstance(unbounded, Estimate)
    assert unbounded.error == Missing("not bounded")
    assert BILLION.plain(math.nan) == "not a number"
    assert correlation(math.nan) == percent(math.nan) == probability(math.nan) == Missing("not a number")


def test_the_unit_gives_the_largest_amount_one_to_three_digits():
    assert scale_of("JPY", [3.7e9, -2.8e10, None, math.nan]).unit == "JPY billion"
    assert scale_of("USD", [999.0]).unit == "USD"
    assert scale_of("JPY", [3.2e8], " per bp") == Scale(divisor=1e6, unit="JPY million per bp")
    assert scale_of("JPY", []).divisor == 1.0


def test_a_change_has_a_sign_and_zero_has_none():
    found = BILLION.estimate(2.0e8, 1e7, signed=True)
    assert isinstance(found, Estimate)
    assert text(found.value) == "+0.200"
    assert text(BILLION.amount(-0.0)) == "0"
    rounded_away = BILLION.estimate(-1.0e5, 5e7)
    assert isinstance(rounded_away, Estimate)
    assert text(rounded_away.value) == "0.000"


@pytest.mark.parametrize(
    ("value", "exact", "shown"),
    [(0.2809, False, "28.1 %"), (0.0, False, "< 0.1 %"), (1.0, False, "> 99.9 %"), (1.0, True, "certain"),
     (0.0, True, "no")],
)  # fmt: skip
def test_a_probability_says_no_more_than_it_knows(value, exact, shown):
    assert text(probability(value, exact=exact)) == shown


def test_fractions_are_percent():
    assert text(percent(0.9979)) == "99.8 %"
    assert text(percent(1.234)) == "123 %"
    assert text(percent(-0.3356)) == "\N{MINUS SIGN}33.6 %"
    assert percent(None) == Missing("none")
