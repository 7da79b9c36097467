"""Compiled books are recalled only for the same bytes, date and program, and results are the same."""

import errno
import json
import os
import random
from dataclasses import fields
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.book import compile as compiling
from engine.book.store import sealed
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


def _kept(tmp_path):
    (path,) = (tmp_path / "cache" / "books").iterdir()
    return path


def _assert_never_believed(changed_files, source, compiled, tmp_path):
    """Whatever stands in the cache, the book is the one of its source, compiled again."""
    right, path = load_book(source, DATE), _kept(tmp_path)
    for changed in changed_files(path.read_bytes()):
        path.write_bytes(changed)
        before = len(compiled)
        _same(right, load_book(source, DATE))
        assert len(compiled) == before + 1


@pytest.fixture
def cash(source):
    """A source of one position, which is compiled at once."""
    source.write_text("position_id,kind,currency,notional\nA,CASH,JPY,5000000000\n")
    return source


@pytest.mark.slow
def test_no_flipped_bit_of_a_kept_book_is_believed(cash, compiled, tmp_path):
    def flips(data):
        for bit in random.Random(11).sample(range(8 * len(data)), 400):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            yield bytes(changed)

    _assert_never_believed(flips, cash, compiled, tmp_path)


@pytest.mark.slow  # some 3,000 bits over all of the file, half a minute
def test_no_flipped_bit_anywhere_in_a_kept_book_is_believed(cash, compiled, tmp_path):
    def flips(data):
        for bit in range(0, 8 * len(data), max(1, 8 * len(data) // 3000)):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            yield bytes(changed)

    _assert_never_believed(flips, cash, compiled, tmp_path)


def test_a_kept_book_cut_short_empty_or_of_an_older_schema_is_not_believed(cash, compiled, tmp_path):
    def damaged(data):
        yield from (b"", data[:500], data[:-1], data + b"\0")
        table = pq.read_table(pa.BufferReader(data))
        facts = json.loads(table.schema.metadata[b"unwind.book"])
        for metadata in (facts | {"schema": 3}, facts | {"key": ""}):
            yield sealed(table.replace_schema_metadata({"unwind.book": json.dumps(metadata)}))

    _assert_never_believed(damaged, cash, compiled, tmp_path)


def test_another_books_file_in_the_place_of_a_kept_one_is_not_believed(cash, compiled, tmp_path):
    small = cash.with_name("small.csv")
    small.write_text("position_id,kind,currency,notional\nA,CASH,JPY,50\n")
    right = load_book(cash, DATE)
    path = _kept(tmp_path)
    load_book(small, DATE)
    (other,) = {*path.parent.iterdir()} - {path}
    path.write_bytes(other.read_bytes())
    _same(right, load_book(cash, DATE))
    assert len(compiled) == 3


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), TypeError("chunks"), MemoryError()])
def test_a_cache_that_fails_costs_no_run_and_leaves_nothing(error, cash, compiled, tmp_path, monkeypatch):
    def fails(_book, _key):
        raise error

    monkeypatch.setattr(book_cache, "compiled_bytes", fails)
    (said,) = load_book(cash, DATE).warnings
    assert said.startswith(f"the compiled book is not kept in {str(tmp_path / 'cache' / 'books')!r} (")
    assert said.endswith("; UNWIND_CACHE names another folder")
    assert list((tmp_path / "cache" / "books").iterdir()) == []


def test_a_full_disk_leaves_no_part_of_a_kept_book(cash, tmp_path, monkeypatch):
    def full(_self, _target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    assert "No space left on device" in load_book(cash, DATE).warnings[0]
    assert list((tmp_path / "cache" / "books").iterdir()) == []


def test_what_a_killed_process_left_is_removed_after_a_day(cash, tmp_path):
    load_book(cash, DATE)
    old, new = (_kept(tmp_path).with_name(f".{name}.parquet.part-1-0") for name in ("old", "new"))
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (0, 0))
    load_book(cash, date(2025, 5, 29))
    assert (old.exists(), new.exists()) == (False, True)


def test_a_pipe_in_the_place_of_a_kept_book_holds_nobody_up(cash, compiled, tmp_path):
    load_book(cash, DATE)
    path = _kept(tmp_path)
    path.unlink()
    os.mkfifo(path)
    load_book(cash, DATE)
    assert len(compiled) == 2


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
