from datetime import date

import pytest

from engine.errors import FileFaults
from engine.inputs.history.realised_pnl import RealisedPnl, parse_realised, read_realised

HEAD = "valuation_date,scope,pnl\n"


def test_rows_are_read(tmp_path):
    path = tmp_path / "realised.csv"
    path.write_text(HEAD + "2025-05-28,total,-1.5e9\n2025-05-28,book:life,2\n")
    day = date(2025, 5, 28)
    assert read_realised(path) == (
        RealisedPnl(valuation_date=day, scope="total", pnl=-1.5e9),
        RealisedPnl(valuation_date=day, scope="book:life", pnl=2.0),
    )


def test_all_faults_are_told_with_their_lines(tmp_path):
    path = tmp_path / "realised.csv"
    path.write_text(HEAD + "2025-05-28,total,nan\n28.5.2025,total,1\n2025-05-28,total\n2025-05-28,total,3\n")
    with pytest.raises(FileFaults) as refused:
        read_realised(path)
    assert [fault.line for fault in refused.value.faults] == [2, 3, 4, 5]
    assert "twice" in refused.value.faults[3].message


def test_empty_rows_and_large_letters_in_the_header_change_nothing():
    (row,) = parse_realised(f"{HEAD.upper()},,\n2025-05-28,total,5\n,,\n".encode(), "realised.csv")
    assert (row.scope, row.pnl) == ("total", 5.0)


@pytest.mark.parametrize("scope", ["desk", "book:", "Total", "books:a"])
def test_a_scope_that_no_night_has_is_refused(scope):
    text = f'{HEAD}2025-05-28,"{scope}",5\n'.encode()
    with pytest.raises(FileFaults, match="line 2, scope: must be total or book:NAME"):
        parse_realised(text, "realised.csv")


@pytest.mark.parametrize("text", ["date,pnl\n", "valuation_date,scope,pnl,x\n"])
def test_other_columns_are_refused(tmp_path, text):
    path = tmp_path / "realised.csv"
    path.write_text(text)
    with pytest.raises(FileFaults, match="must have the columns valuation_date,scope,pnl"):
        read_realised(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileFaults, match="no such file"):
        read_realised(tmp_path / "absent.csv")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2025-05-28,total,1_000", "must be a number in plain digits, got '1_000'; write 1000000.5"),
        ("2025-W22-3,total,1", "must be a date, YYYY-MM-DD, got '2025-W22-3'"),
        ("20250528,total,1", "must be a date"),
        ("2025-05-28,total,1e999", "a float64 cannot hold it"),
        ("2025-05-28,total,\u0661", "use the ASCII digits"),
        ("2025-05-28,,1", "must be total or book:NAME, got ''"),
    ],
)
def test_the_grammar_is_that_of_all_files(row, said):
    with pytest.raises(FileFaults) as refused:
        parse_realised(f"{HEAD}{row}\n".encode(), "realised.csv")
    assert said in str(refused.value)
    assert "line 2" in str(refused.value)


def test_spaces_and_a_byte_order_mark_change_nothing():
    plain = parse_realised(f"{HEAD}2025-05-28,total,1e6\n".encode(), "realised.csv")
    spaced = " valuation_date, scope ,pnl\n 2025-05-28 , total, 1e6 \n".encode("utf-8-sig")
    assert parse_realised(spaced, "realised.csv") == plain


def test_a_japanese_spreadsheets_csv_is_read():
    (row,) = parse_realised(f"{HEAD}2025/5/28,book:生保,△1\n".encode("cp932"), "realised.csv")
    assert (row.scope, row.pnl, row.valuation_date) == ("book:生保", -1.0, date(2025, 5, 28))
