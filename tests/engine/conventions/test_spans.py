"""Weekdays that a change spans, counted by hand."""

import numpy as np
import pytest

from engine.conventions.spans import weekday_spans


@pytest.mark.parametrize(
    ("days", "spans"),
    [
        (["2025-05-22", "2025-05-23"], [1]),
        (["2025-05-23", "2025-05-26"], [1]),  # Friday to Monday
        (["2025-05-23", "2025-05-27"], [2]),  # over Memorial Day
        (["2025-05-02", "2025-05-07"], [3]),  # over Golden Week
        (["2025-05-28"], []),
    ],
)
def test_a_change_counts_the_weekdays_that_it_spans(days, spans):
    assert weekday_spans(np.array(days, "datetime64[D]")).tolist() == spans


def test_changes_over_several_dates_span_the_sum():
    days = np.array(["2025-05-21", "2025-05-22", "2025-05-23", "2025-05-27"], "datetime64[D]")
    assert weekday_spans(days, 2).tolist() == [2, 3]
