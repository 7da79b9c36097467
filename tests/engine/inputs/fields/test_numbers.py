import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inputs.fields.numbers import number_hint, parse_fraction, parse_number, parse_numbers


@pytest.mark.parametrize(
    ("field", "value"),
    [("1", 1.0), ("-1.5", -1.5), ("+.5", 0.5), ("5.", 5.0), ("1e6", 1e6), ("1E-3", 1e-3), (" 2 ", 2.0), ("0e9", 0.0)],
)
def test_plain_digits_are_a_number(field, value):
    assert parse_number(field) == value


@pytest.mark.parametrize(
    "field",
    ["", "nan", "inf", "-Infinity", "1_000", "1,000", "1 000", "0x1p3", "1e", "e5", ".", "--1", "\u0661",
     "1e999", "1e-999", "9" * 65, "1d5", "4.2%", "(1)", "1\n2"],
)  # fmt: skip
def test_what_else_float_would_take_is_none(field):
    assert parse_number(field) is None


def test_a_column_of_short_numbers_is_read_at_once_and_others_one_by_one():
    fields = ["1.108", "-0.297", "0", "145.04"]
    np.testing.assert_array_equal(parse_numbers(fields), [parse_number(field) for field in fields])
    np.testing.assert_array_equal(parse_numbers([]), [])
    for other in ("1e6", "x", "", " 1", "1" * 65, "1\n2", "-", ".", "1-2", "1.2.3", "--1"):
        assert parse_numbers([*fields, other]) is None


@given(fields=st.lists(st.text(alphabet="0123456789.-", min_size=1, max_size=6), max_size=4))
def test_what_is_read_at_once_is_what_is_read_one_by_one(fields):
    found = parse_numbers(fields)
    one_by_one = [parse_number(field) for field in fields]
    assert (found is None) == (None in one_by_one)
    assert found is None or found.tolist() == one_by_one


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("(1.5)", "-1.5"),
        ("1,000", "without separators"),
        ("4.3%", "without the sign"),
        ("\u0661", "ASCII digits"),
        ("109-16", "is 109.5 meant"),
        ("9" * 400, "400 characters"),
        ("1e999", "cannot hold it"),
        ("abc", ""),
    ],
)
def test_a_hint_says_what_may_have_been_meant(field, words):
    hint = number_hint(field)
    assert words in hint
    assert hint.startswith("; ") == bool(words)


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("\uff11\uff0e\uff15", 1.5),
        ("\uff0d5", -5.0),
        ("\u22125", -5.0),
        ("△1.5", -1.5),
        ("▲ 2", -2.0),
        ("\uff11e3", 1e3),
    ],
)
def test_what_a_japanese_account_writes_is_read(field, number):
    assert parse_number(field) == number


@pytest.mark.parametrize("field", ["△-5", "5△", "△", "△△5", "\u0661", "\uff11\uff0c\uff10\uff10\uff10"])
def test_what_means_no_one_number_is_none(field):
    assert parse_number(field) is None


def test_a_percentage_is_its_decimal_to_the_last_bit():
    # 4.35 / 100 in binary is 0.043499999999999997, another float64 than 0.0435.
    assert parse_fraction("4.35%") == parse_fraction("4.35 \uff05") == parse_fraction("0.0435") == 0.0435
    assert parse_fraction("△0.5%") == -0.005
    assert parse_fraction("4.35%%") is parse_fraction("%") is parse_fraction("x%") is None
