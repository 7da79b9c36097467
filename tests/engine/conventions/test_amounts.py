import math

import pytest

from engine.conventions.amounts import fixed, scale_of
from engine.words.language import read_in


@pytest.mark.parametrize(
    ("values", "unit", "decimals"),
    [
        ([15.3e9, 0.2e9], "JPY bn", 1),
        ([502.2e9, 1.4e9], "JPY bn", 0),
        ([-7.04e6], "JPY mn", 2),
        ([999.0], "JPY", 0),
        ([0.0], "JPY", 0),
        ([None, math.inf, 2e12], "JPY tn", 2),
    ],
)
def test_the_largest_sets_unit_and_three_digits(values, unit, decimals):
    scale = scale_of("JPY", values)
    assert (scale.unit, scale.decimals) == (unit, decimals)


def test_a_table_keeps_a_decimal_for_the_small_parts_below_a_large_total():
    assert scale_of("JPY", [502.2e9], least_decimals=1).amount(0.61e9) == "0.6"


@pytest.mark.parametrize(
    ("value", "se", "shown"),
    [
        (15.31e9, 0.09e9, "15.3 ±0.1"),
        (15.31e9, 0.04e9, "15.3"),  # below half of the last digit
        (-0.04e9, 0.0, "0.0"),  # zero has no sign
        (15.31e9, math.inf, "15.3 ±?"),
        (math.inf, math.inf, "?"),
    ],
)
def test_an_error_is_said_where_it_reaches_the_last_digit(value, se, shown):
    assert scale_of("JPY", [15.3e9]).estimate(value, se) == shown


def test_a_change_has_its_sign_and_one_decimal_more():
    finer = scale_of("JPY", [15.3e9]).finer
    assert finer.estimate(-0.24e9, 0.011e9, signed=True) == "-0.24 ±0.01"
    assert finer.estimate(0.24e9, 0.001e9, signed=True) == "+0.24"


@pytest.mark.parametrize(
    ("se", "table_se", "is_exact", "shown"),
    [
        (0.2e9, None, False, "15.3 ±0.2"),
        (0.2e9, 0.4e9, False, "15.3 ±0.2 ±0.4"),
        (0.001e9, 0.4e9, False, "15.3  ±0.4"),  # the first keeps its place
        (0.2e9, 0.001e9, False, "15.3 ±0.2"),
        (0.0, 0.4e9, True, "15.3 exact ±0.4"),
        (0.0, 0.001e9, True, "15.3"),
    ],
)
def test_the_error_of_a_laws_past_days_stands_behind_the_simulations_or_exact(se, table_se, is_exact, shown):
    assert scale_of("JPY", [15.3e9]).with_table(15.31e9, se, table_se, is_exact=is_exact) == shown


def test_numbers_are_fixed_with_the_minus_of_their_surface():
    assert fixed(-1234.56, 1) == "-1,234.6"
    assert fixed(-1234.56, 0, minus="\N{MINUS SIGN}") == "\N{MINUS SIGN}1,235"
    assert fixed(1249.0, -1) == "1,250"


def test_in_japanese_amounts_are_in_oku_to_one_decimal_and_in_cho_above():
    with read_in("ja"):
        oku, cho = scale_of("JPY", [15.312e9], least_decimals=1), scale_of("JPY", [1.2345e12])
        assert (oku.unit, oku.amount(15.312e9), oku.in_words(15.312e9)) == ("億円", "153.1", "153.1億円")
        assert (cho.unit, cho.amount(1.2345e12)) == ("兆円", "1.23")
    assert scale_of("JPY", [15.312e9]).in_words(15.312e9) == "15.3"
