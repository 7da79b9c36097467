import pytest

from cli.output.code_frame import frame, framed
from engine.errors import Fault, FileFaults


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.csv"
    path.write_text('position_id,kind,note,notional\nA,CASH,"one, two",nan\n', encoding="utf-8")
    return path


def test_carets_stand_under_the_cell_that_is_meant(book):
    assert frame(book, Fault(message="m", line=2, where="notional"), 80) == [
        '  2 | A,CASH,"one, two",nan',
        "    |                   ^^^",
    ]


def test_a_row_of_a_japanese_spreadsheet_is_shown_by_its_own_encoding(tmp_path):
    path = tmp_path / "book.csv"
    path.write_bytes("position_id,種別\n国債367回,債権\n".encode("cp932"))
    assert frame(path, Fault(message="m", line=2, where="kind (種別)"), 80) == [
        "  2 | 国債367回,債権",
        "    |           ^^^^",
    ]


def test_a_row_that_is_too_wide_is_cut_around_its_cell(tmp_path):
    path = tmp_path / "book.csv"
    path.write_text(f"a,b,c\n{'x' * 300},bad,{'y' * 300}\n", encoding="utf-8")
    row, carets = frame(path, Fault(message="m", line=2, where="b"), 60)
    assert max(len(row), len(carets)) <= 60
    assert row[carets.index("^") :].startswith("bad")
    assert carets.count("^") == 3


def test_of_toml_the_value_is_meant_and_without_a_line_nothing(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text('seed = 1\npaths = "many"\n', encoding="utf-8")
    row, carets = frame(path, Fault(message="m", line=2, where="paths"), 80)
    assert row[carets.index("^") :] == '"many"'
    assert frame(path, Fault(message="m"), 80) == []
    assert frame(tmp_path / "absent.csv", Fault(message="m", line=1), 80) == []
    assert frame(tmp_path / "book.xlsx", Fault(message="m", line=1), 80) == []


def test_each_fault_is_followed_by_its_row(book):
    faults = [Fault(message="first", line=2, where="kind"), Fault(message="second", line=2, where="notional")]
    lines = framed(FileFaults(book, faults), 80).split("\n")
    assert [line.endswith("first") for line in lines[:1]] == [True]
    assert lines[3].endswith("second")
    assert len(lines) == 6


def test_what_a_file_holds_gives_the_terminal_no_order(tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("a\n\x1b[2J\n", encoding="utf-8")
    assert "\x1b" not in "".join(frame(path, Fault(message="m", line=2, where="a"), 80))
