"""A compiled book on disk: exact, self-describing, and read by a machine without QuantLib."""

import errno
import json
import random
import re
from dataclasses import fields, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.book import store
from engine.book.store import compiled_bytes, is_compiled, read_compiled, schema, sealed, write_compiled
from engine.errors import FileFaults
from engine.inputs.book.load import bundled_book_path, load_book
from engine.payoffs.registry import PAYOFFS
from engine.payoffs.shelf import Shelf

DATE = date(2025, 5, 28)


@pytest.fixture(scope="module")
def sample():
    return load_book(bundled_book_path(), DATE)


def _same(left, right):
    """Equal to the bit, arrays included."""
    for field in fields(left):
        a, b = getattr(left, field.name), getattr(right, field.name)
        if isinstance(a, Shelf):
            assert list(a.by_class) == list(b.by_class) == [payoff.table for payoff in PAYOFFS]
            for table in a.by_class:
                _same(a.of(table), b.of(table))
        elif isinstance(a, np.ndarray):
            assert (a.dtype, a.tobytes()) == (b.dtype, b.tobytes()), field.name
        else:
            assert a == b, field.name


def test_a_written_book_is_read_back_to_the_bit(sample, tmp_path):
    path = tmp_path / "book.parquet"
    write_compiled(sample, path)
    assert is_compiled(path)
    _same(replace(sample, source=""), read_compiled(path))  # where it was read from is no part of it
    assert [entry.name for entry in tmp_path.iterdir()] == ["book.parquet"]


@given(
    amounts=st.lists(st.floats(-9e14, 9e14), min_size=1, max_size=20),
    warnings=st.lists(st.text(max_size=20), max_size=3),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_amount_survives(make_book, tmp_path, amounts, warnings):
    book = make_book(*({"kind": "CASH", "currency": "JPY", "notional": amount} for amount in amounts))
    book = replace(book, warnings=tuple(warnings))
    write_compiled(book, tmp_path / "cash.parquet")
    _same(book, read_compiled(tmp_path / "cash.parquet"))


def test_a_compiled_book_loads_without_quantlib_and_pydantic(sample, tmp_path, unwind):
    write_compiled(sample, tmp_path / "book.parquet")
    program = (
        "import sys, datetime, pathlib\n"
        "for name in ('QuantLib', 'pydantic', 'pandas', 'numba'): sys.modules[name] = None\n"
        "from engine.inputs.book.load import load_book\n"
        "import engine.book.check\n"
        f"print(len(load_book(pathlib.Path(sys.argv[1]), datetime.date{DATE.timetuple()[:3]}).position_ids))\n"
    )
    done = unwind.python("-c", program, tmp_path / "book.parquet")
    assert (done.stdout.strip(), done.stderr) == (str(len(sample.position_ids)), "")


def test_a_book_of_another_date_is_refused(sample, tmp_path):
    write_compiled(sample, tmp_path / "book.parquet")
    with pytest.raises(FileFaults, match=r"compiled for 2025-05-28, but the market is of 2025-05-30"):
        load_book(tmp_path / "book.parquet", date(2025, 5, 30))


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda book: replace(book, position_ids=("A",) * len(book.position_ids)), "ids are not unique"),
        (lambda book: book.with_tables(replace(book.flows, day=book.flows.day - 1000)), "not after the valuation"),
        (lambda book: book.with_tables(replace(book.flows, amount=book.flows.amount * np.nan)), "not finite"),
        (lambda book: replace(book, business_days=book.business_days[::-1]), "do not ascend"),
    ],
)
def test_a_file_that_holds_no_book_is_refused(change, wanted, sample, tmp_path):
    write_compiled(change(sample), tmp_path / "book.parquet")
    with pytest.raises(FileFaults, match=wanted):
        read_compiled(tmp_path / "book.parquet")


OPTION = {"kind": "FX_CALL", "notional": 1e7, "strike": 148.0, "maturity": "2025-08-27"}
SWAPTION = {"kind": "SWAPTION_PAYER", "currency": "JPY", "rate": 0.014, "maturity": "2026-05-28", "tenor": "10Y"}
FUTURE = {
    "kind": "UST_FUTURE",
    "notional": 10.0,
    "contract": "TY-2509",
    "deliverables": ((0.04125, date(2032, 3, 31)),),
    "price": 110.0,
}


@pytest.mark.parametrize(
    ("table", "column", "value", "wanted"),
    [
        ("options", "market_vol", -0.1, "a given price or vol is not positive and finite"),
        ("swaptions", "market_vol", np.inf, "a given price or vol is not positive and finite"),
        ("swaptions", "market_vol", np.nan, "a swaption has neither vol nor premium"),
        ("swaptions", "payer", 7, "a swaption neither pays nor receives"),
        ("futures", "market_price", 0.0, "a given price or vol is not positive and finite"),
        ("flows", "day", 2**62, "more than a century ahead"),
        ("marks", "settlement_day", -5, "a settlement is not after the valuation date"),
        ("deliverables", "day", -400, "a deliverable's payment is not after"),
        ("bonds", "coupon", np.nan, "a number is not finite"),
    ],
)
def test_a_compiled_book_that_was_changed_by_hand_is_refused(table, column, value, wanted, make_book, tmp_path):
    bond = {"kind": "JGB", "coupon": 0.014, "maturity": "2035-03-20", "price": 99.0}
    book = make_book(bond, OPTION, SWAPTION | {"vol": 0.006}, FUTURE)
    changed = getattr(getattr(book, table), column).copy()
    changed[-1] = value
    other = replace(getattr(book, table), **{column: changed})
    write_compiled(book.with_tables(other), tmp_path / "book.parquet")
    with pytest.raises(FileFaults, match=wanted):
        read_compiled(tmp_path / "book.parquet")


def test_other_versions_columns_and_broken_files_are_refused(sample, tmp_path):
    path = tmp_path / "book.parquet"
    write_compiled(sample, path)
    table = pq.read_table(path)
    facts = json.loads(table.schema.metadata[b"unwind.book"])
    unread = "that can be read"
    for metadata, wanted in ((facts | {"schema": 3}, "has schema 3"), ({}, unread), ([], unread)):
        path.write_bytes(sealed(table.replace_schema_metadata({"unwind.book": json.dumps(metadata)})))
        with pytest.raises(FileFaults, match=f"{wanted}.*compile it again"):
            read_compiled(path)
    fewer = table.drop_columns(["kind"])
    path.write_bytes(sealed(fewer.replace_schema_metadata({"unwind.book": json.dumps(facts)})))
    with pytest.raises(FileFaults, match="not those of a compiled book"):
        read_compiled(path)
    pq.write_table(table.replace_schema_metadata({"unwind.book": json.dumps(facts)}), path)
    with pytest.raises(FileFaults, match="has no seal: an older program compiled it"):
        load_book(path, DATE)


def _flips(data, bits):
    """The file with one bit of it turned, for each of `bits`."""
    for bit in bits:
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def _assert_all_are_refused(files, path):
    for changed in files:
        path.write_bytes(changed)
        with pytest.raises(FileFaults, match=re.escape(str(path))):
            load_book(path, DATE)


def test_no_flipped_bit_of_a_compiled_book_is_believed(make_book, tmp_path):
    data = bytes(compiled_bytes(make_book({"kind": "CASH", "currency": "JPY", "notional": 1e9})))
    bits = random.Random(7).sample(range(8 * len(data)), 400)
    _assert_all_are_refused(_flips(data, bits), tmp_path / "book.parquet")


@pytest.mark.slow  # some 3,000 bits over all of the file of the bundled books, a minute
def test_no_flipped_bit_of_the_bundled_books_compiled_is_believed(sample, tmp_path):
    data = bytes(compiled_bytes(sample))
    _assert_all_are_refused(_flips(data, range(0, 8 * len(data), 8 * len(data) // 3000)), tmp_path / "book.parquet")


def test_a_compiled_book_cut_short_or_longer_is_refused(sample, tmp_path):
    data = bytes(compiled_bytes(sample))
    changed = [data[:-20], data[: len(data) // 2], data[:4], data + b"\0", data[:1000] + data[1001:]]
    _assert_all_are_refused(changed, tmp_path / "book.parquet")


def test_text_beyond_what_arrow_makes_one_array_of_is_stored_in_parts(make_book, tmp_path, monkeypatch):
    book = make_book(*({"kind": "CASH", "currency": "JPY", "notional": float(i)} for i in range(1, 8)))
    monkeypatch.setattr(store, "_TEXT_BYTES", 24)  # two fields of three letters at a time, in place of 2 GiB
    write_compiled(book, tmp_path / "book.parquet")
    _same(book, read_compiled(tmp_path / "book.parquet"))
    whole = pq.read_table(tmp_path / "book.parquet")
    parts = pa.concat_tables([whole.slice(0, 3), whole.slice(3)])  # as arrow reads a file of several row groups
    monkeypatch.setattr(pq.ParquetFile, "read", lambda _self: parts)
    _same(book, read_compiled(tmp_path / "book.parquet"))


def test_a_failed_write_leaves_the_earlier_file(sample, tmp_path, monkeypatch):
    path = tmp_path / "book.parquet"
    path.write_text("earlier")

    def full(_self, _target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(FileFaults, match="cannot be written: No space left on device"):
        write_compiled(sample, path)
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("book.parquet", "earlier")]


def test_the_schema_names_every_number_of_a_compiled_book(sample):
    for name, in_file in (("flows", "flows"), ("marks", "marks"), ("bonds", "bonds")):
        stored = {field.name for field in schema().field(in_file).type.value_type}
        assert stored | {"position"} == {field.name for field in fields(getattr(sample, name))}
