from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inputs.fields.dates import parse_date, parse_iso_date, parse_year_first


@pytest.mark.parametrize(
    ("field", "iso"),
    [
        ("2025-05-28", "2025-05-28"),
        (" 2025-05-28 ", "2025-05-28"),
        ("1974/9/24", "1974-09-24"),  # the Ministry's English edition
        ("S49.9.24", "1974-09-24"),  # its Japanese one
        ("h1.1.9", "1989-01-09"),
        ("R7.5.28", "2025-05-28"),
        ("05/28/2025", "2025-05-28"),  # the Treasury's files of a year
        ("1/4/24", "2024-01-04"),  # its archive
        ("12/30/99", "1999-12-30"),
        ("1/2/90", "1990-01-02"),
        ("12/31/49", "2049-12-31"),
        ("28-May-25", "2025-05-28"),
        ("28 MAY 2025", "2025-05-28"),
        ("1-september-1999", "1999-09-01"),
        ("2034年12月20日", "2034-12-20"),
        ("\uff12\uff10\uff13\uff14/12/20", "2034-12-20"),
        ("令和16年12月20日", "2034-12-20"),
        ("R16/12/20", "2034-12-20"),
        ("令和元年5月1日", "2019-05-01"),
        ("平成31年4月30日", "2019-04-30"),
    ],
)
def test_each_publishers_form_is_read(field, iso):
    assert parse_date(field) == date.fromisoformat(iso)


@pytest.mark.parametrize(
    "field",
    ["", "2025-W22-3", "20250528", "45805", "2025-148", "2025-02-30", "2025/05-28", "13/01/2025", "28/05/25", "5/28/62",
     "1/1/89", "S64.1.9", "H31.5.1", "R1.4.30", "X1.1.1", "28-Mai-25", "28-mayor-25", "2025-05-28T00:00:00",
     "0000-01-01", "\u0662025-05-28", "令和7年", "平成36年12月20日", "R7.13.1", "R7.5/28", "07年5月28日"],
)  # fmt: skip
def test_other_forms_and_days_that_are_not_are_none(field):
    assert parse_date(field) is None


@given(day=st.dates())
def test_iso_dates_come_back(day):
    assert parse_iso_date(day.isoformat()) == day == parse_date(day.isoformat())


@pytest.mark.parametrize("field", ["2025-5-28", "2025/05/28", "05/28/2025", "2025-W22-3", "2025-02-29", ""])
def test_only_iso_is_iso(field):
    assert parse_iso_date(field) is None


def test_where_the_year_is_first_month_and_day_cannot_be_exchanged():
    assert parse_year_first("R7.5.28") == parse_year_first("2025年5月28日") == date(2025, 5, 28)
    assert parse_year_first("05/28/2025") is parse_year_first("28-May-25") is None
