import pytest

from engine.inputs.whole_numbers import whole_number, whole_number_hint


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1000000", 1_000_000),
        (" 1000000 ", 1_000_000),
        ("1_000_000", 1_000_000),
        ("1e6", 1_000_000),
        ("1E+6", 1_000_000),
        ("2.5e6", 2_500_000),
        ("-5", -5),
        ("18446744073709551615", 2**64 - 1),
        ("1e18", 10**18),  # exact: not by way of a float
        (1e6, 1_000_000),
        (7, 7),
    ],
)
def test_a_whole_number_is_read_as_people_write_it(written, meant):
    assert whole_number(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        *("1,000,000", "1.000.000", "1 000", "1_00", "_1000", "1__000", "2.5", "1.5e0", "1e-3", "1e999999999", "1e60"),
        *("", "x", "0x10", "\u0661\u0660", "1" * 41, 1.5, 1e300, float("nan"), float("inf"), True, None),
    ],
)
def test_what_may_mean_something_else_is_not_read(written):
    assert whole_number(written) is None


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("1,000,000", "is 1000000 meant"),
        ("1.000", "is 1000 meant"),
        ("5k", "is 5000 meant"),
        ("2 mn", "is 2000000 meant"),
    ],
)
def test_the_way_out_of_a_doubtful_number_is_said(written, hint):
    assert hint in whole_number_hint(written)
    assert whole_number_hint("many") == ""
