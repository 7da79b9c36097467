"""Doubted values are refused by date, series and line; true ones pass by name; what happened is not doubted."""

from datetime import date

import pandas as pd
import pytest

from engine.errors import InputError
from engine.inputs.history.gate import doubts_of, pass_gate
from engine.inputs.history.load import History, load_history
from tests.engine.inputs.history.histories import made_table, written

FIRST, LAST = date(2024, 6, 3), date(2025, 5, 30)
SERIES = ("JGB", "UST", "USDJPY", "NIKKEI225")
ROW = 150  # of the date that is changed, 2024-12-30; on line 152
DAY = "2024-12-30"


@pytest.fixture
def passed(tmp_path):
    def run(table, accepted=(), last=LAST, series=SERIES):
        history = load_history([written(table, tmp_path / "history.csv")])
        return pass_gate(history, series, FIRST, [last], accepted)

    return run


def changed(column, value, rows=(ROW,)):
    table = made_table()
    for row in rows:
        table.iloc[row, table.columns.get_loc(column)] = value(table[column].iloc[row])
    return table


def test_a_history_that_walks_as_markets_do_passes(passed):
    assert passed(made_table()).notes == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("ust_3m", lambda text: f"{float(text) / 10:.2f}"),  # 0.43 for 4.3
        ("jgb_10y", lambda text: f"{float(text) + 1.964:.3f}"),  # 3.311 for 1.347
        ("ust_10y", lambda text: f"{float(text) * 10:.1f}"),  # 42.9 for 4.29
        ("ust_30y", lambda text: f"-{text}"),
        ("ust_10y", lambda text: f"{float(text) + 0.27:.2f}"),  # 4.74 for 4.47
        ("jgb_40y", lambda text: f"{float(text) * 10:.2f}"),
        ("usdjpy", lambda text: f"{float(text) / 100:.4f}"),  # 1.4364 for 143.64
        ("usdjpy", lambda text: f"{1 / float(text):.6f}"),
        ("usdjpy", lambda text: f"{float(text) * 100:.0f}"),
        ("usdjpy", lambda text: f"{float(text) - 10:.2f}"),
        ("nikkei225", lambda text: f"{float(text) / 10:.2f}"),
    ],
)
def test_a_slip_in_one_field_is_refused_by_date_series_and_line(passed, column, value):
    with pytest.raises(InputError) as refused:
        passed(changed(column, value))
    said = [line for line in str(refused.value).splitlines() if f"{column.upper()} on {DAY}" in line]
    assert said
    assert all(f"history.csv: line {ROW + 2}: " in line for line in said)
    assert all(line.endswith(f"--accept {DAY}:{column.upper()}") for line in said)
    only = str(refused.value).splitlines()
    assert len(only) == 1 + len(said)  # neither the day after nor a neighbour is blamed


def test_a_slip_on_the_last_date_has_no_way_back_and_is_refused_too(passed):
    with pytest.raises(InputError, match=r"UST_3M on 2025-05-30: .* before: -\d+\.\d bp, usual are"):
        passed(changed("ust_3m", lambda text: f"{float(text) / 10:.2f}", rows=(259,)))


def test_a_slip_that_was_carried_forward_is_refused_once(passed):
    with pytest.raises(InputError) as refused:
        passed(changed("jgb_10y", lambda _: "3.311", rows=(150, 151, 152)))
    assert len(str(refused.value).splitlines()) == 2
    assert "JGB_10Y on 2024-12-30: 3.311 % to 2025-01-01, but" in str(refused.value)


def test_what_is_true_passes_by_name_and_is_told(passed):
    table = changed("ust_3m", lambda text: f"{float(text) / 10:.2f}")
    found = passed(table, [f"{DAY}:ust_3m"])
    assert found.notes[0].startswith("accepted: ")
    assert f"line {ROW + 2}: UST_3M on {DAY}" in found.notes[0]
    assert found.words_until(LAST).startswith(f"accepted by name: {DAY}:UST_3M (0.")
    assert found.words_until(date(2024, 12, 29)) == ""
    with pytest.raises(InputError, match="UST_3M on 2024-12-30"):
        passed(table, ["2024-12-31:UST_3M"])  # another date accepts nothing


def test_a_name_that_accepts_nothing_is_told_and_another_form_refused(passed):
    assert passed(made_table(), [f"{DAY}:UST_3M"]).notes == (f"--accept {DAY}:UST_3M: nothing of that name is doubted",)
    for name in ("UST_3M", "UST_3M:2024-12-30", "2024-13-30:UST_3M", f"{DAY}:"):
        with pytest.raises(InputError, match=r"--accept: must be DATE:SERIES, such as 2025-04-25:UST_3M"):
            passed(made_table(), [name])


def test_what_lies_outside_the_window_or_is_not_used_does_not_count(passed):
    table = changed("ust_3m", lambda text: f"{float(text) / 10:.2f}")
    assert passed(table, last=date(2024, 12, 27)).notes == ()
    assert passed(table, series=("JGB", "USDJPY")).notes == ()


def test_a_table_in_decimals_is_refused_for_each_curve(passed):
    table = made_table()
    yields = [name for name in table if name[:3] in ("jgb", "ust")]
    table[yields] = table[yields].map(lambda text: f"{float(text) / 100:.6f}")
    with pytest.raises(InputError) as refused:
        passed(table)
    said = str(refused.value).splitlines()[1:]
    assert [line.split(" on ")[0].split()[-1] for line in said] == ["JGB", "UST"]
    assert all("these seem to be decimals; write percent, 4.47 for 0.0447" in line for line in said)
    assert all("line 2: " in line for line in said)


@pytest.mark.parametrize("column", ["ust_2y", "jgb_1y", "jgb_40y"])
def test_one_column_in_decimals_is_refused(passed, column):
    table = made_table()
    table[column] = table[column].map(lambda text: f"{float(text) / 100:.6f}")
    with pytest.raises(InputError, match=f"{column.upper()} on {FIRST}: .*this column seems to be in decimals"):
        passed(table)


def test_a_unit_that_changes_on_the_way_is_refused_where_it_changes(passed):
    table = made_table()
    table.iloc[ROW:, table.columns.get_loc("ust_10y")] = (
        table["ust_10y"].iloc[ROW:].map(lambda text: f"{float(text) / 100:.5f}")
    )
    with pytest.raises(InputError, match=f"line {ROW + 2}: UST_10Y on {DAY}: .* before: -"):
        passed(table)


def test_a_curve_that_stands_still_is_refused_at_its_first_repeat(passed):
    table = made_table()
    jgb = [name for name in table if name.startswith("jgb")]
    table.loc[table.index[160:163], jgb] = table.loc[table.index[159], jgb].to_numpy()
    with pytest.raises(InputError) as refused:
        passed(table)
    (line,) = str(refused.value).splitlines()[1:]
    assert "line 163: JGB on 2025-01-14: the whole curve stands as on 2025-01-10 until 2025-01-15, 2 dates" in line


def test_a_row_that_was_carried_forward_is_refused_though_it_is_one(passed):
    """As a feed does that has nothing for today: ten tenors or more never stood still on one date together."""
    table = made_table()
    both = [name for name in table if name[:3] in ("jgb", "ust")]
    table.loc[table.index[-1], both] = table.loc[table.index[-2], both].to_numpy()
    with pytest.raises(InputError) as refused:
        passed(table)
    said = str(refused.value).splitlines()[1:]
    assert [line.split("line ")[1].split(";")[0] for line in said] == [
        f"261: {curve} on 2025-05-30: the whole curve stands as on 2025-05-29" for curve in ("JGB", "UST")
    ]


def test_yields_below_all_that_were_are_refused_as_a_wrong_sign(passed):
    table = made_table()
    jgb = [name for name in table if name.startswith("jgb")]
    table[jgb] = table[jgb].map(lambda text: f"-{text}")
    said = r"JGB_40Y on 2024-06-03: -\d\.\d+ %, but from -1\.5 % to 30 % is sane, the first of"
    with pytest.raises(InputError, match=said):
        passed(table)


def test_holidays_that_a_vendor_fills_with_the_day_before_pass(passed):
    table = made_table()
    new_year = table.loc["2024-12-31":"2025-01-03"].index
    tokyo = [name for name in table if name[:3] in ("jgb", "nik")]
    table.loc[new_year, tokyo] = table.loc["2024-12-30", tokyo].to_numpy()
    assert passed(table).notes == ()


def test_an_index_in_the_place_of_another_is_refused(passed):
    with pytest.raises(InputError, match=r"NIKKEI225 on 2024-12-30: 593\.41, but from 3000 to 150000 is sane"):
        passed(changed("nikkei225", lambda _: "593.41"))


@pytest.mark.parametrize(("column", "length"), [("usdjpy", 5), ("ust_10y", 25), ("jgb_20y", 25)])
def test_a_series_that_stands_still_is_refused(passed, column, length):
    with pytest.raises(InputError, match=f"{column.upper()} on .* repeats; it moves more often around them"):
        passed(changed(column, lambda _: made_table()[column].iloc[160], rows=range(160, 160 + length)))


def test_a_hole_is_refused_where_it_ends(passed):
    table = made_table().drop(index=made_table().index[ROW : ROW + 15])
    with pytest.raises(InputError) as refused:
        passed(table)
    said = str(refused.value).splitlines()[1:]
    assert len(said) == 4  # two curves, two prices
    assert f"line {ROW + 2}: JGB on 2025-01-20: no value for 24 days, from 2024-12-27 to 2025-01-20" in said[0]


def test_a_hole_in_one_tenor_is_refused_where_it_ends_unless_it_is_accepted(passed):
    table = changed("ust_10y", lambda _: None, rows=range(ROW, ROW + 15))
    said = r"UST_10Y on 2025-01-20: no value for 24 days, from 2024-12-27 to 2025-01-20, but other tenors of UST"
    with pytest.raises(InputError, match=said):
        passed(table)
    assert any("UST_10Y" in note for note in passed(table, ["2025-01-20:UST_10Y"]).notes)


def test_a_tenor_that_has_ended_is_refused_on_the_date_that_wants_it(passed):
    table = changed("ust_10y", lambda _: None, rows=range(240, 260))
    with pytest.raises(InputError, match=r"UST_10Y on 2025-05-30: no value, but other tenors of UST .* 2025-05-02"):
        passed(table)
    assert passed(table, last=date(2025, 5, 2)).notes == ()


def test_many_are_counted(passed):
    rows = range(10, 250, 8)
    with pytest.raises(InputError, match="and 10 more"):
        passed(changed("ust_3m", lambda text: f"{float(text) / 10:.2f}", rows=rows))


def test_what_was_published_since_1990_is_not_doubted(shared):
    history = load_history([shared / "data" / "history.csv"])
    found = [doubt for doubt in doubts_of(history.values) if doubt.day >= date(1990, 1, 1)]
    assert [doubt.key for doubt in found] == ["1993-10-01:UST_20Y"]  # the Treasury had stopped it for seven years
    assert len(doubts_of(history.values)) == 42 + 4  # of 1974 to 1989, and tenors that were published with holes


@pytest.mark.slow  # a gate a night, of three years and a half each
@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2008-09-12", "2008-10-10"),
        ("2013-04-01", "2013-04-12"),
        ("2020-03-05", "2020-03-25"),
        ("2022-12-16", "2022-12-28"),
        ("2023-03-08", "2023-03-20"),
        ("2023-04-28", "2023-06-05"),  # the debt ceiling: +106 bp of the bill on 4 May
        ("2024-07-25", "2024-08-15"),
        ("2025-04-01", "2025-04-20"),
    ],
)
def test_nights_on_which_markets_jumped_are_not_refused_though_nothing_follows_them(shared, first, last):
    whole = load_history([shared / "data" / "history.csv"])
    nights = whole.values.loc[first:last, ["JGB_10Y", "UST_10Y", "USDJPY"]].dropna().index
    assert len(nights) > 5
    for night in nights:
        values = whole.values.loc[night - pd.Timedelta(days=1247) : night]
        history = History(values=values, files=whole.files)
        series = ("JGB", "UST", "USDJPY", "SPX", "NASDAQ", "NIKKEI225", "VIX")
        assert pass_gate(history, series, values.index[0].date(), [night.date()]).notes == ()
