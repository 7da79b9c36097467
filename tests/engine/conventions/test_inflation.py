"""Reference indices of inflation-linked JGBs, worked out by hand by the Ministry of Finance's rule."""

from datetime import date

import pytest

from engine.conventions.inflation import indexation_coefficient, parse_cpi, reference_index
from engine.errors import InputError

CPI = parse_cpi("2025-01@109.8 2025-02@109.7 2025-03@110.2")  # all Japan, without fresh food, 2020 = 100


@pytest.mark.parametrize(
    ("day", "by_hand"),
    [
        (date(2025, 5, 10), 109.7),  # that of February
        (date(2025, 5, 29), 110.006),  # 109.7 + 0.5 * 19 / 31 = 110.00645
        (date(2025, 6, 9), 110.184),  # 109.7 + 0.5 * 30 / 31 = 110.18387
        (date(2025, 6, 10), 110.2),
        (date(2025, 5, 9), 109.703),  # before the 10th, from 10 April: 109.8 - 0.1 * 29 / 30 = 109.70333
    ],
)
def test_an_index_lags_three_months_and_is_interpolated_by_days(day, by_hand):
    assert reference_index(CPI, day) == by_hand


def test_a_coefficient_is_rounded_to_five_decimals_and_to_three_before_april_2016():
    day = date(2025, 5, 29)
    assert indexation_coefficient(CPI, 106.8, day, date(2024, 5, 10)) == 1.03002  # 110.006 / 106.8 = 1.0300187
    assert indexation_coefficient(CPI, 99.7, day, date(2015, 5, 12)) == 1.103  # 110.006 / 99.7 = 1.1033701


def test_a_month_that_is_not_there_is_named_and_text_that_is_none_is_refused():
    with pytest.raises(InputError, match="index of 2025-06-20 needs the consumer prices of 2025-04: there are none"):
        reference_index(CPI, date(2025, 6, 20))
    for text in ("2025-13@110.2", "2025-03 110.2", "2025-03@110.2  2025-04@110.9"):
        with pytest.raises(InputError, match=r"as month@index with one space between"):
            parse_cpi(text)
    with pytest.raises(InputError, match="names the month 2025-03 twice"):
        parse_cpi("2025-03@110.2 2025-03@110.3")
