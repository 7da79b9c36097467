"""100 books of 1,000 positions up to the first path: each stage alone, without a kept book, one core."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import TypeVar

import numpy as np

from bench import sample
from bench.books import VALUATION_DATE, write_book
from bench.records import CaseResult, Row
from engine.book.compile import compile_book
from engine.book.compiled import CompiledBook
from engine.book.fit import fit
from engine.book.store import compiled_bytes, read_compiled
from engine.book.warnings.valued import valued_book_warnings
from engine.conventions.currencies import HOME
from engine.inputs.book.clean_rows import clean_rows
from engine.inputs.book.rows import read_rows
from engine.inputs.book.table import table_of
from engine.pack.pack import Packed, pack

T = TypeVar("T")

N_BOOKS = 100
POSITIONS = 1_000  # of each
HORIZON_DAYS = 10


def measure() -> CaseResult:
    """See the module."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "books.csv"
        write_book(path, N_BOOKS * POSITIONS, n_books=N_BOOKS)
        data = path.read_bytes()
    market = sample.market_with_index()
    table = _timed(rows, "read the file", lambda: table_of(data, path))
    one_by_one = _timed(rows, "rows one by one, as where one has an error", lambda: read_rows(table, VALUATION_DATE))
    found = _timed(rows, "rows by column", lambda: clean_rows(table, VALUATION_DATE))
    if found is None or found.positions != one_by_one.positions or found.warnings != one_by_one.warnings:
        raise AssertionError("rows read by column are not those read one by one")
    book = _timed(rows, "compile", lambda: compile_book(found.positions, VALUATION_DATE, sha256=""))
    kept = _timed(rows, "write the compiled book", lambda: bytes(compiled_bytes(book)))
    recalled = _timed(rows, "read it again", lambda: read_compiled(path, kept))
    fits = _timed(rows, "fit", lambda: fit(book, market))
    _timed(rows, "warnings", lambda: valued_book_warnings(book, market, fits))

    def packed(of: CompiledBook) -> Packed:
        return pack(
            of,
            market,
            [market],
            horizon_days=HORIZON_DAYS,
            n_steps=1,
            currency=HOME,
            instantaneous=False,
            direct=False,
        )

    first = _timed(rows, "pack", lambda: packed(book))
    again = packed(recalled)
    if not np.array_equal(first.base_values, again.base_values) or not np.array_equal(
        first.bounds.pnl, again.bounds.pnl
    ):
        raise AssertionError("a book that was kept packs otherwise")
    return CaseResult(
        name="loading",
        clock="processor",
        title=f"{N_BOOKS} books of {POSITIONS:,} positions up to the first path, stage by stage, one core",
        rows=tuple(rows),
        asserted=("rows by column are those one by one", "a book read again packs to the same values and bounds"),
    )


def _timed(rows: list[Row], name: str, call: Callable[[], T]) -> T:
    start = process_time()
    found = call()
    seconds = process_time() - start
    rows.append(Row(name=name, unit="positions", work=float(N_BOOKS * POSITIONS), median_s=seconds, best_s=seconds))
    return found
