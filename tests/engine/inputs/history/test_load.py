from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FileFaults, InputError
from engine.inputs.history.load import load_history, parse_history, read_history, read_history_file

TENORS = ["1Y", "2Y", "3Y", "4Y", "5Y", "6Y", "7Y", "8Y", "9Y", "10Y", "15Y", "20Y", "25Y", "30Y", "40Y"]
MOF_ROW = "0.575,0.753,0.83,0.955,1.054,1.108,1.179,1.286,1.409,1.531,2.077,2.406,2.656,2.796,3.107"
MOF_EARLY = "10.327,9.362,8.83,8.515,8.348,8.29,8.24,8.121,8.127,-,-,-,-,-,-"
ENGLISH = "Interest Rate,,,,,,,,,,,,,,,(Unit : %)\r\nDate," + ",".join(TENORS) + "\r\n"
JAPANESE = "国債金利情報,,,,,,,,,,,,,,,(単位 : %)\r\n基準日," + ",".join(t.replace("Y", "年") for t in TENORS) + "\r\n"
TREASURY = 'Date,"1 Mo","1.5 Month","2 Mo","10 Yr"\n'


@pytest.fixture
def file(tmp_path):
    def write(text: str, encoding: str = "utf-8", name: str = "history.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def faults(path: Path) -> list[str]:
    with pytest.raises(FileFaults) as caught:
        read_history_file(path)
    return [str(fault) for fault in caught.value.faults]


def test_the_ministrys_two_editions_read_the_same(file):
    english = read_history_file(file(f"{ENGLISH}1974/9/24,{MOF_EARLY}\r\n2025/5/28,{MOF_ROW}\r\n"))
    japanese = read_history_file(file(f"{JAPANESE}S49.9.24,{MOF_EARLY}\r\nR7.5.28,{MOF_ROW}\r\n", "cp932"))
    pd.testing.assert_frame_equal(english, japanese)
    assert list(english.columns) == [f"JGB_{tenor}" for tenor in TENORS]
    assert english.loc["2025-05-28", "JGB_10Y"] == 0.01531
    assert np.isnan(english.loc["1974-09-24", "JGB_10Y"])
    assert english.loc["1974-09-24", "JGB_9Y"] == 0.08127


def test_the_monthly_file_ends_with_a_footnote(file):
    title = ENGLISH.replace("Interest Rate,", "Interest Rate (May 2025),")
    note = "," * 15 + "\r\n" + '"The figures are estimates, not quotes."' + "," * 15 + "\r\n"
    history = read_history_file(file(f"{title}2025/5/28,{MOF_ROW}\r\n{note}"))
    assert [str(day.date()) for day in history.index] == ["2025-05-28"]


@pytest.mark.parametrize("note", ["\r\n* Began in October 2018\r\nSource: Treasury, Washington\r\n\r\n", "Notes\r\n"])
def test_lines_of_text_after_the_table_are_not_read(file, note):
    history = read_history_file(file(f"{TREASURY}05/28/2025,4.33,4.32,4.36,4.47\r\n{note}"))
    assert [str(day.date()) for day in history.index] == ["2025-05-28"]


@pytest.mark.parametrize("end", ["05/2", "05/29/2025,4.3", "R7.5", "last,4.33,4.32,4.36,4.47"])
def test_a_row_at_the_end_that_is_cut_short_is_no_note(file, end):
    assert faults(file(f"{TREASURY}05/28/2025,4.33,4.32,4.36,4.47\n{end}"))[0].startswith("line 3")


def test_data_after_a_blank_row_are_not_dropped(file):
    blank = "," * 15 + "\r\n"
    assert "no such date: ''" in faults(file(f"{ENGLISH}2025/5/27,{MOF_ROW}\r\n{blank}2025/5/28,{MOF_ROW}\r\n"))[0]


def test_the_treasurys_archive_has_short_dates(file):
    text = "Date,1 Mo,3 Mo,10 Yr\n1/4/24,5.51,5.46,3.99\n1/3/24,5.52,5.46,3.91\n12/30/99,,5.30,6.43\n"
    history = read_history_file(file(text))
    assert [str(day.date()) for day in history.index] == ["1999-12-30", "2024-01-03", "2024-01-04"]
    assert history["UST_10Y"].tolist() == [0.0643, 0.0391, 0.0399]
    again = read_history_file(file(text.upper().replace("1/4/24", "01/04/2024")))
    pd.testing.assert_frame_equal(again, history)  # any case, any of the Treasury's dates


@pytest.mark.parametrize("header", ["observation_date", "DATE", "date"])
def test_a_fred_file_of_several_series_leaves_out_by_name_what_is_no_level(file, header):
    rows = "2025-05-27,4.43,144.10,18.96,2.12,4.31\n2025-05-28,4.47,144.90,19.31,2.15,.\n"
    path = file(f"{header},DGS10,DEXJPUS,VIXCLS,DFII10,SOFR\n{rows}")
    history = load_history([path])
    assert list(history.values.columns) == ["UST_10Y", "USDJPY"]
    assert history.values["UST_10Y"].tolist() == [0.0443, 0.0447]
    (note,) = history.notes
    assert note == f"{path}: left out, since a market has no such level of FRED's file: VIXCLS, DFII10, SOFR"


def test_a_series_that_the_tidy_table_leaves_out_does_not_make_a_fred_file_one(file):
    table = read_history_file(file("observation_date,SOFR,DGS10,WGS10YR,T10YIE\n2025-05-28,4.33,4.47,4.40,2.3\n"))
    assert list(table.columns) == ["UST_10Y"]
    table = read_history_file(file("observation_date,NIKKEI225,VIXCLS\n2025-05-28,37722.4,19.31\n"))
    assert list(table.columns) == ["NIKKEI225"]
    assert "has no column that is read" in faults(file("observation_date,VIXCLS,SOFR\n2025-05-28,19.31,4.33\n"))[0]


def test_the_lines_that_a_download_has_above_its_header_are_not_read(file):
    above = "FRED Graph Observations\nFederal Reserve Economic Data\nHelp: by mail\n\n"
    history = load_history([file(f"{above}observation_date,DGS10\n2025-05-28,4.47\n")])
    assert history.place("UST_10Y", date(2025, 5, 28))[1] == 6


def test_fred_has_indices_that_are_levels(file):
    history = read_history_file(file("observation_date,SP500,NIKKEI225\n2025-05-28,5888.55,37722.4\n"))
    assert history.iloc[0].to_dict() == {"SPX": 5888.55, "NIKKEI225": 37722.4}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_the_japanese_edition_is_read_in_every_encoding_that_says_what_it_is(file, encoding):
    history = read_history_file(file(f"{JAPANESE}R7.5.28,{MOF_ROW}\r\n", encoding))
    assert history["JGB_10Y"].tolist() == [0.01531]


def test_spaces_around_fields_and_empty_columns_at_the_end_change_nothing(file):
    spaced = read_history_file(file(" date , usdjpy ,,\n 2025-05-28 , 145.04 ,,\n,,,\n"))
    pd.testing.assert_frame_equal(spaced, read_history_file(file("date,usdjpy\n2025-05-28,145.04\n")))


def test_many_errors_are_counted():
    rows = "".join(f"2025-05-28,{i}x\n" for i in range(300))
    with pytest.raises(FileFaults) as refused:
        parse_history(f"date,usdjpy\n{rows}".encode(), "history.csv")
    assert len(refused.value.faults) == 101
    assert str(refused.value.faults[-1]).endswith("errors more")


@pytest.mark.parametrize(
    ("era", "iso"),
    [("S49.9.24", "1974-09-24"), ("S64.1.7", "1989-01-07"), ("H1.1.9", "1989-01-09"), ("H31.4.26", "2019-04-26"),
     ("R1.5.7", "2019-05-07")],
)  # fmt: skip
def test_era_dates_are_read(file, era, iso):
    assert str(read_history_file(file(f"{JAPANESE}{era},{MOF_ROW}\r\n", "cp932")).index[0].date()) == iso


@pytest.mark.parametrize("era", ["S64.1.9", "H31.5.1", "H1.1.7", "R1.4.30", "X1.1.1", "H1.2.30"])
def test_a_date_outside_its_era_is_refused(file, era):
    assert f"no such date: '{era}'" in faults(file(f"{JAPANESE}{era},{MOF_ROW}\r\n", "cp932"))[0]


def test_the_treasurys_file_is_turned_oldest_first_and_its_columns_may_begin_late(file):
    history = read_history_file(file(f"{TREASURY}02/18/2025,4.37,4.37,4.36,4.55\n02/14/2025,4.37,,4.36,4.47"))
    assert list(history.columns) == ["UST_1M", "UST_1.5M", "UST_2M", "UST_10Y"]
    assert history.index.is_monotonic_increasing
    assert history["UST_10Y"].tolist() == [0.0447, 0.0455]
    assert history["UST_1.5M"].isna().tolist() == [True, False]


@pytest.mark.parametrize(("header", "holiday"), [("observation_date", ""), ("DATE", ".")])
def test_both_fred_headers_are_read(file, header, holiday):
    yields = read_history_file(file(f"{header},DGS3MO\n2025-05-23,4.36\n2025-05-26,{holiday}\n2025-05-27,4.35\n"))
    assert yields["UST_3M"].tolist()[::2] == [0.0436, 0.0435]
    assert np.isnan(yields["UST_3M"].iloc[1])
    price = read_history_file(file(f"{header},DEXJPUS\n2025-05-28,145.04\n"))
    assert price["USDJPY"].tolist() == [145.04]


def test_the_tidy_table_keeps_yields_rates_and_indices_and_names_what_it_leaves_out(file):
    path = file("date,jgb_10y,ust_3m,usdjpy,spx,sofr\n2025-05-28,1.531,4.35,145.04,5888.55,4.33\n")
    history = load_history([path])
    wanted = {"JGB_10Y": 0.01531, "UST_3M": 0.0435, "USDJPY": 145.04, "SPX": 5888.55}
    assert history.values.iloc[0].to_dict() == wanted
    assert history.notes == (f"{path}: left out, since a market has no such level of the tidy table: sofr",)


def test_the_tidy_table_holds_curves_and_rates_of_every_registered_currency(file):
    history = read_history_file(file("date,bund_10y,estr_1y,eurjpy,mxnjpy\n2025-05-28,2.55,1.85,163.75,7.47\n"))
    wanted = {"BUND_10Y": 0.0255, "ESTR_1Y": 0.0185, "EURJPY": 163.75, "MXNJPY": 7.47}
    assert history.iloc[0].to_dict() == wanted  # yields in per cent, rates as they are
    assert list(read_history([file("date,eurjpy,usdjpy,ust_1y,bund_1y\n2025-05-28,1,2,3,4\n")]).columns) == [
        "BUND_1Y", "UST_1Y", "EURJPY", "USDJPY",
    ]  # fmt: skip
    with pytest.raises(FileFaults, match="unknown column 'bind_10y'; did you mean 'bund_10y'"):
        read_history_file(file("date,bind_10y\n2025-05-28,2.55\n"))
    assert list(read_history_file(file("DATE,BUND_10Y\n2025-05-28,2.55\n")).columns) == ["BUND_10Y"]  # in any case


def test_a_byte_order_mark_and_crlf_change_nothing(file):
    text = "date,usdjpy\n2025-05-28,145.04\n"
    pd.testing.assert_frame_equal(
        read_history_file(file(text)), read_history_file(file(text.replace("\n", "\r\n"), "utf-8-sig", "marked.csv"))
    )


def test_files_are_joined_on_the_union_of_their_dates(file):
    jgb = file(f"{ENGLISH}2025/5/26,{MOF_ROW}\r\n2025/5/28,{MOF_ROW}\r\n", name="jgb.csv")
    fx = file("observation_date,DEXJPUS\n2025-05-27,144.37\n2025-05-28,145.04\n", name="fx.csv")
    history = read_history([jgb, fx])
    assert [str(day.date()) for day in history.index] == ["2025-05-26", "2025-05-27", "2025-05-28"]
    assert history["USDJPY"].isna().tolist() == [True, False, False]
    assert list(history.columns) == [f"JGB_{tenor}" for tenor in TENORS] + ["USDJPY"]
    assert str(history.index.dtype) == "datetime64[us]"


def test_files_that_disagree_are_refused(file):
    first = file("observation_date,DGS10\n2025-05-28,4.47\n", name="a.csv")
    second = file("date,ust_10y\n2025-05-28,4.48\n", name="b.csv")
    assert len(read_history([first, first])) == 1
    with pytest.raises(InputError, match=r"UST_10Y on 2025-05-28 is 0.0448, an earlier file has 0.0447"):
        read_history([first, second])
    with pytest.raises(InputError, match="at least one file"):
        read_history([])


@pytest.mark.parametrize("marker", ["", "-", ".", "N/A", "#N/A"])
def test_missing_markers_are_missing(file, marker):
    history = read_history_file(file(f"date,usdjpy\n2025-05-26,1\n2025-05-27,{marker}\n2025-05-28,2\n"))
    assert np.isnan(history["USDJPY"].iloc[1])


def test_a_date_that_comes_twice_is_refused_by_name(file):
    path = file("date,usdjpy\n2026-10-01,150\n2026-10-01,151\n")
    assert faults(path) == ["line 3: date 2026-10-01 comes twice; a history has one row per date"]


def test_dates_out_of_order_are_refused(file):
    path = file("date,usdjpy\n2025-05-27,150\n2025-05-28,150\n2025-05-26,151\n2025-05-29,152\n")
    (found,) = faults(path)
    assert found.startswith("line 4: date 2025-05-26 is out of order beside 2025-05-28; the rows before and after go")


def test_either_order_is_read_and_each_date_keeps_its_line(file):
    for rows in (["2025-05-27,150", "2025-05-28,151"], ["2025-05-28,151", "2025-05-27,150"]):
        history = load_history([file("\n".join(["date,usdjpy", *rows, ""]))])
        assert history.values["USDJPY"].tolist() == [150.0, 151.0]
        name, line = history.place("USDJPY", date(2025, 5, 28))
        assert name.endswith("history.csv")
        assert line == 2 + rows.index("2025-05-28,151")


@pytest.mark.parametrize(
    "field", ["nan", "inf", "1_000", "\u0661", "(1)", "4.3%", "9" * 400, "1e400", "-inf", '"1,5"', "0x1p3", "abc"]
)
def test_a_field_that_is_not_plainly_a_number_is_refused_with_line_and_column(file, field):
    (message,) = faults(file(f"date,usdjpy\n2025-05-27,150\n2025-05-28,{field}\n"))
    plain = field.strip(chr(34))
    assert message.startswith(f"line 3, usdjpy: {plain if len(plain) <= 40 else plain[:37] + '...'!r} is not a number")


@pytest.mark.parametrize(
    "day", ["2025-02-30", "28/05/25", "45805", "2025-05", "2025-W22-3", "5/28/62", "1850-05-28", ""]
)
def test_a_date_that_does_not_exist_is_refused(file, day):
    assert faults(file(f"date,usdjpy\n{day},150\n"))[0].startswith(f"line 2: no such date: {day!r}")


def test_all_faults_come_at_once(file):
    path = file("date,usdjpy,usdjpi\n2025-05-27,x,\n2025-05-27,150\n2025-13-01,150,\n")
    found = faults(path)
    assert [message.split(":")[0] for message in found] == ["line 1", "line 2, usdjpy", "line 3", "line 4"]
    assert "unknown column 'usdjpi'; did you mean 'usdjpy'?" in found[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("date,usdjpy\n", "line 1: no data rows"),
        ("a,b\n1,2\n", "line 1: header 'a,b' is none of"),
        ("date;usdjpy\n2025-05-28;145\n", "fields are separated by semicolons; separate them by commas"),
        ("date,usdjpy,usdjpy\n2025-05-28,1,2\n", "line 1: column 'usdjpy' comes twice"),
        ('date,usdjpy\n"2025-05-28,1\n', "line 2: not csv"),
        ("date,usdjpy\n2025-05-28,1\0\n", "line 2: holds a NUL byte"),
        ("date\n2025-05-28\n", "no column beside the date"),
        ("Date,5 YR,7 YR,10 YR,20 YR,30 YR\n05/28/2025,1,1,1,2,2\n", "the Treasury's real yields"),
        ("date,usdjpy\n2025-05-28,-145\n", "line 2, usdjpy: -145 is no price: it must be above 0.000001"),
        ("date,ust_10y\n2025-05-28,447\n", "line 2, ust_10y: 447 is no yield in percent per year"),
        ("observation_date,DGS4\n2025-05-28,1\n", "header 'observation_date,DGS4' has no column that is read"),
    ],
)
def test_a_file_that_is_no_history_is_refused(file, text, message):
    assert message in faults(file(text))[0]


def test_a_path_that_is_no_file_is_refused(tmp_path):
    assert "no such file" in faults(tmp_path / "absent.csv")[0]
    assert "not a regular file" in faults(tmp_path)[0]
    assert "not a regular file" in faults(Path("/dev/zero"))[0]


def test_the_full_files_agree_with_each_other(shared):
    raw = shared / "data" / "raw"
    english = read_history_file(raw / "mof" / "jgbcme_all.csv")
    pd.testing.assert_frame_equal(english, read_history_file(raw / "mof" / "jgbcm_all.csv"))
    assert len(english) == 12_984
    tidy = read_history_file(shared / "data" / "history.csv")
    assert len(tidy) == 13_692
    pd.testing.assert_frame_equal(tidy[english.columns].dropna(how="all"), english)
    published = read_history([*sorted((raw / "treasury").iterdir()), *sorted((raw / "fred_csv").iterdir())])
    recent = published.loc["2016":, [name for name in published.columns if name in tidy.columns]].dropna(how="all")
    pd.testing.assert_frame_equal(tidy.loc[recent.index, recent.columns], recent)


TOKENS = [
    "",
    "-",
    '"',
    "1e308",
    "1e-320",
    "9" * 400,
    "nan",
    "-145",
    "\0",
    "1_0",
    "S49.9.24",
    "1/2/50",
    "date",
    "\ud83d",
]


@given(
    changes=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.sampled_from(TOKENS)), min_size=1, max_size=4),
    order=st.permutations(range(6)),
)
def test_whatever_a_field_holds_is_refused_by_line_or_read_as_finite_values(changes, order):
    rows = [f"2025-05-{day},1.5,4.4,145.0,5900".split(",") for day in range(20, 25)]
    rows = [["date", "jgb_10y", "ust_10y", "usdjpy", "spx"], *rows]
    for row, column, token in changes:
        rows[row][column] = token
    text = "\n".join(",".join(rows[i]) for i in order)
    try:
        values = parse_history(text.encode("utf-8", "surrogatepass"), "history.csv").values
    except FileFaults:
        return
    assert values.index.is_monotonic_increasing
    assert not np.isinf(values.to_numpy()).any()
