"""Realised P&L between two nights."""

import pytest

from engine.errors import InputError
from engine.explain.nights.realised import realised_between
from engine.explain.nights.recorded_night import two_nights


@pytest.fixture(scope="module")
def nights(first_night, second_night):
    """Both nights, read; neither names a file of realised P&L."""
    return two_nights(first_night, second_night, None, None)


def test_dates_after_the_earlier_night_are_added_up(tmp_path, nights):
    file = tmp_path / "realised.csv"
    file.write_text("valuation_date,scope,pnl\n2025-05-27,total,1\n2025-05-28,total,20\n2025-05-28,book:bonds,15\n")
    found = realised_between(nights, file)
    assert found.by_scope == {"total": 20.0, "book:bonds": 15.0}
    assert found.notes == ()


def test_a_file_without_the_later_date_is_refused_with_the_row_it_lacks(tmp_path, nights):
    file = tmp_path / "realised.csv"
    file.write_text("valuation_date,scope,pnl\n2025-05-27,total,1\n")
    with pytest.raises(InputError, match="no realised P&L of the total on 2025-05-28: add a row 2025-05-28,total,PNL"):
        realised_between(nights, file)


def test_without_a_file_nothing_is_known(nights):
    assert realised_between(nights, None).by_scope == {}
