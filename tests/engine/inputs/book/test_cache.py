"""Compiled books are recalled only for the same bytes, date and program, and results are the same."""

from dataclasses import fields
from datetime import date

import numpy as np
import pytest

from engine.book import compile as compiling
from engine.errors import FileFaults
from engine.inputs.book import cache as book_cache
from engine.inputs.book.load import bundled_book_path, load_book
from engine.payoffs.shelf import Shelf

DATE = date(2025, 5, 28)


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "book.csv"
    path.write_bytes(bundled_book_path().read_bytes())
    return path


@pytest.fixture
def compiled(monkeypatch):
    """Counts compilations."""
    counted, original = [], compiling.compile_book
    monkeypatch.setattr(compiling, "compile_book", lambda *args, **kw: counted.append(1) or original(*args, **kw))
    return counted


def _same(left, right):
    for field in fields(left):
        a, b = getattr(left, field.name), getattr(right, field.name)
        if isinstance(a, Shelf):
            for table in a.by_class:
                _same(a.of(table), b.of(table))
        elif isinstance(a, np.ndarray):
            assert a.tobytes() == b.tobytes(), field.name
        else:
            assert a == b


def test_a_book_is_compiled_once_and_recalled_to_the_bit(source, compiled):
    first, second = load_book(source, DATE), load_book(source, DATE)
    assert len(compiled) == 1
    _same(first, second)


def test_other_bytes_another_date_or_another_program_are_compiled(source, compiled, monkeypatch):
    load_book(source, DATE)
    load_book(source, date(2025, 5, 29))
    source.write_bytes(source.read_bytes() + b"\n")
    load_book(source, DATE)
    monkeypatch.setattr(book_cache, "_sources_sha256", lambda: "another")
    load_book(source, DATE)
    assert len(compiled) == 4


def test_a_damaged_file_is_replaced_and_a_folder_that_cannot_be_written_is_done_without(source, compiled, tmp_path):
    load_book(source, DATE)
    (kept,) = (tmp_path / "cache" / "books").iterdir()
    kept.write_bytes(kept.read_bytes()[:500])
    load_book(source, DATE)
    load_book(source, DATE)
    assert len(compiled) == 2
    (tmp_path / "cache").rename(tmp_path / "aside")
    (tmp_path / "cache").write_text("a file where the folder should be")
    load_book(source, DATE)
    assert len(compiled) == 3


def test_a_book_with_faults_is_not_kept(source, tmp_path):
    source.write_text("position_id,kind,currency,notional\nA,CASH,YEN,1\n")
    for _ in range(2):
        with pytest.raises(FileFaults, match="did you mean JPY"):
            load_book(source, DATE)
    assert not (tmp_path / "cache").exists()


def test_only_the_books_used_last_are_kept(source, tmp_path, monkeypatch):
    monkeypatch.setattr(book_cache, "KEPT", 2)
    for extra in range(4):
        source.write_text(f"position_id,kind,currency,notional\nA,CASH,JPY,{extra}\n")
        load_book(source, DATE)
    assert len(list((tmp_path / "cache" / "books").iterdir())) == 2


def test_a_book_is_compiled_again_where_paths_step_on_other_days(source, compiled, monkeypatch):
    load_book(source, DATE)
    monkeypatch.setattr(book_cache, "STEP_CENTRES", ("Tokyo",))
    load_book(source, DATE)
    assert len(compiled) == 2  # a compiled book holds the coming business days
