from datetime import date

import pytest

from engine.errors import FileFaults
from engine.inputs.history.realised_pnl import RealisedPnl, read_realised

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


@pytest.mark.parametrize("text", ["", "date,pnl\n", "valuation_date,scope,pnl,x\n"])
def test_other_columns_are_refused(tmp_path, text):
    path = tmp_path / "realised.csv"
    path.write_text(text)
    with pytest.raises(FileFaults, match="must have the columns valuation_date,scope,pnl"):
        read_realised(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileFaults, match="no such file"):
        read_realised(tmp_path / "absent.csv")
