"""A table of calendar days, or one whose dates are a day off, is refused: its moves would be counted wrongly."""

from datetime import date

import pandas as pd
import pytest

from engine.errors import InputError
from engine.inputs.history.gate import pass_gate
from engine.inputs.history.load import load_history
from engine.inputs.history.weekends import weekend_doubts
from tests.engine.inputs.history.histories import made_table, written

FIRST, LAST = date(2024, 6, 3), date(2025, 5, 30)


def refused(table: pd.DataFrame, path, series=("JGB", "UST", "USDJPY")) -> list[str]:
    with pytest.raises(InputError) as error:
        pass_gate(load_history([written(table, path)]), series, FIRST, [LAST])
    return str(error.value).splitlines()[1:]


def test_a_table_filled_by_calendar_days_is_refused_for_each_curve_and_price(tmp_path):
    """As a database or pandas fills it: vols were 10 % too low, since weekends counted as days without a move."""
    table = made_table()
    table.index = pd.to_datetime(table.index)
    table = table.resample("D").ffill()
    table.index = pd.Index([f"{day:%Y-%m-%d}" for day in table.index], name="date")
    said = refused(table, tmp_path / "history.csv")
    assert [line.split(" on ")[0].split()[-1] for line in said] == ["JGB", "USDJPY", "UST"]
    for line in said:  # from 8 June 2024, the first Saturday, on line 7, to 25 May: 51 weekends
        assert "history.csv: line 7: " in line
        assert "on 2024-06-08: values on 102 Saturdays and Sundays until 2025-05-25, all as on the date before" in line
        assert "filled by calendar days; leave out what was not published; if it is true: --accept 2024-06-08:" in line


def test_a_table_a_day_late_is_refused_by_its_saturdays(tmp_path):
    table = made_table()
    table.index = pd.Index(
        [f"{day + pd.Timedelta(days=1):%Y-%m-%d}" for day in pd.to_datetime(table.index)], name="date"
    )
    said = refused(table.iloc[:-1], tmp_path / "history.csv", series=("JGB",))
    assert all("nothing is published then: are the dates a day off?" in line for line in said)


def test_weekends_without_a_value_are_no_dates(tmp_path):
    table = made_table()
    table.loc["2024-06-08"] = ""
    history = load_history([written(table.sort_index(), tmp_path / "history.csv")])
    assert pass_gate(history, ("JGB", "UST", "USDJPY"), FIRST, [LAST]).notes == ()


def test_saturdays_before_february_1989_were_business_days():
    days = pd.to_datetime(["1989-01-27", "1989-01-28", "1989-02-03", "1989-02-04"])
    values = pd.DataFrame({"JGB_10Y": [0.049, 0.0491, 0.0492, 0.0493]}, index=days)
    assert list(weekend_doubts(values.iloc[:3])) == []
    (doubt,) = weekend_doubts(values)
    assert doubt.key == "1989-02-04:JGB"
