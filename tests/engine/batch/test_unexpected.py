"""Exceptions that nobody foresaw cost the run, book or date in which they come; the rest of the night goes on."""

import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.batch.one_run import RunState
from engine.batch.unexpected import UnexpectedError, described, unexpected_fault
from engine.record.read import read_night
from engine.record.verify import changed_files
from tests.engine.batch.conftest import DATE, BatchFolder

SECOND_RUN = '\n[[runs]]\nname = "one-day"\nscenario = "base"\nhorizon_days = 1\npaths = 100_000\nbackend = "numba"\n'
RAISED = [
    ZeroDivisionError("division by zero"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    OverflowError("int too large to convert"),
    MemoryError("Unable to allocate 8 TiB"),
    OSError(5, "Input/output error"),
    RecursionError("maximum recursion depth exceeded"),
    KeyError("maturity"),
    pa.ArrowInvalid("Parquet magic bytes not found in footer"),
    AssertionError(),
]


@pytest.fixture
def two_runs(folder: BatchFolder) -> BatchFolder:
    folder.edit("paths = 400_000", "paths = 100_000")
    folder.file.write_text(folder.file.read_text() + SECOND_RUN)
    return folder


def failing_in(monkeypatch, run: str, error: BaseException) -> None:
    """Let the preparation of one run raise."""
    import engine.batch.one_run as one_run

    prepare = one_run.prepare

    def bad(config, *others):
        if config.name == run:
            raise error
        return prepare(config, *others)

    monkeypatch.setattr(one_run, "prepare", bad)


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_any_exception_costs_its_run_and_is_named_with_its_place(two_runs, monkeypatch, error):
    failing_in(monkeypatch, "ten-days", error)
    said = []
    outcome = two_runs.work(say=said.append)
    (night,) = outcome.nights
    assert (outcome.exit_code, dict(night.runs)) == (4, {"ten-days": RunState.FAILED, "one-day": RunState.DONE})
    (fault,) = night.faults
    assert (fault.kind, fault.subject, fault.run) == ("internal", "ten-days", "ten-days")
    assert fault.message.startswith(f"{type(error).__name__}: ")
    assert "(at engine/batch/one_run.py line " in fault.message or "(at tests/" in fault.message
    assert "Traceback (most recent call last)" in fault.traceback
    assert any("Traceback" in text for text in said)
    recorded = json.loads((two_runs.out / f"valuation_date={DATE}" / "night.json").read_bytes())
    assert recorded["faults"][0]["traceback"] == fault.traceback
    assert read_night(two_runs.out, night.valuation_date).faults == night.faults
    assert changed_files(two_runs.out) == ()
    monkeypatch.undo()
    two_runs.night()  # and the next start makes what is missing


def test_the_last_line_names_the_exception_without_its_traceback(two_runs, monkeypatch):
    failing_in(monkeypatch, "one-day", ZeroDivisionError("division by zero"))
    (night,) = two_runs.night(code=4)["nights"]
    (fault,) = night["faults"]
    assert set(fault) == {"kind", "subject", "run", "message"}
    assert fault["kind"] == "internal"


def parquet_with_bad_text(path) -> None:
    """A cell whose bytes are declared as text, and are not UTF-8."""
    columns = {"position_id": "A", "kind": "JGB", "currency": "JPY", "notional": "1", "coupon": "0.012"}
    bad = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\x02\0\0\0"), pa.py_buffer(b"\xff\xfe")])
    arrays = [pa.array([value]) for value in columns.values()]
    pq.write_table(pa.Table.from_arrays([*arrays, bad], names=[*columns, "maturity"]), path)


def cut_footer(path) -> None:
    pq.write_table(pa.table({"position_id": ["A"]}), path)
    data = bytearray(path.read_bytes())
    data[-60:-12] = os.urandom(48)
    path.write_bytes(data)


@pytest.mark.parametrize("spoil", [parquet_with_bad_text, cut_footer], ids=lambda spoil: spoil.__name__)
def test_a_book_that_cannot_be_read_costs_itself_whatever_reading_it_raises(folder, spoil):
    folder.edit("books/*.csv", "books/*")
    spoil(folder.folder / "books" / "bad.parquet")
    (night,) = folder.night(code=4)["nights"]
    assert night["runs"] == {"ten-days": "partial"}
    (fault,) = night["faults"]
    assert fault["kind"] in ("book", "internal")
    assert fault["subject"] == "bad"


def test_a_file_name_that_is_not_utf_8_is_recorded_and_verified(folder):
    """Linux names are bytes: those that are no letters reach the manifest, the night and the JSON line as escapes."""
    (folder.folder / "books" / "bills.csv").rename(folder.folder / "books" / "bi\udcffls.csv")
    (night,) = folder.night()["nights"]
    assert night["runs"] == {"ten-days": "done"}
    assert changed_files(folder.out) == ()
    assert [book["name"] for book in folder.manifest()["books"]] == ["bi\udcffls", "bonds"]


def test_a_market_of_the_year_9999_costs_its_date_alone(folder):
    folder.edit("date = 2025-05-28", "date = [9999-12-31, 2025-05-28]")
    folder.write_market("9999-12-31")
    found = folder.night(code=4)["nights"]
    assert [night["exit_code"] for night in found] == [4, 0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_date_whose_folder_cannot_be_written_stops_no_other(folder):
    folder.edit("date = 2025-05-28", "date = [2025-05-27, 2025-05-28]")
    folder.write_market("2025-05-27")
    (folder.out / "valuation_date=2025-05-27").mkdir(parents=True)
    (folder.out / "valuation_date=2025-05-27").chmod(0o500)
    found = folder.night(code=4)["nights"]
    assert [night["exit_code"] for night in found] == [4, 0]


def test_a_date_with_a_file_in_the_place_of_its_folder_stops_no_other(folder):
    """As one that may not be written, also for root."""
    folder.edit("date = 2025-05-28", "date = [2025-05-27, 2025-05-28]")
    folder.write_market("2025-05-27")
    folder.out.mkdir()
    (folder.out / "valuation_date=2025-05-27").write_text("in the way")
    first, second = folder.night(code=4)["nights"]
    assert (first["exit_code"], second["exit_code"]) == (4, 0)
    assert {fault["kind"] for fault in first["faults"]} <= {"run", "night"}
    assert second["runs"] == {"ten-days": "done"}


def test_an_unexpected_error_names_its_input_and_the_line_of_the_program():
    try:
        int("x")
    except ValueError as error:
        found = described(error)
        fault = unexpected_fault(UnexpectedError("book.csv", error), subject="book", run=None)
    assert found.startswith("ValueError: invalid literal for int() with base 10: 'x' (at tests/engine/batch/test_unex")
    assert fault.message == f"book.csv: {found}"
    assert 'int("x")' in fault.traceback


def test_a_traceback_of_deep_recursion_is_cut():
    def deeper(n: int) -> int:
        return 1 // 0 if n == 0 else deeper(n - 1) + len(f"{n}")

    try:
        deeper(900)
    except ZeroDivisionError as error:
        fault = unexpected_fault(error, subject="a", run="a")
    assert len(fault.traceback) <= 20_000
    assert fault.traceback.endswith("ZeroDivisionError: integer division or modulo by zero\n")
