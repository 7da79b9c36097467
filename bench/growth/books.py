"""Ladders of books: positions of one, and books of as many positions each."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from bench import sample
from bench.books import write_book
from bench.growth.ladder import Ladder
from bench.growth.walks import pnl_call, program_of
from bench.timing import PROCESSOR, Work
from engine.book.compiled import CompiledBook
from engine.inputs.book.load import load_book
from engine.market.market import Market
from engine.pack.pack import Packed

SUM = 1e-12  # of the largest P&L: a total and the sum of its books are added in another order


def book_ladders(folder: Path, name: str, sizes: Mapping[int, tuple[int, int]], n_paths: int) -> list[Ladder]:
    """Time books of all kinds: load and compile, pack, and value paths, on one core.

    sizes    of the ladder -> positions in all, books they are in
    """
    market = sample.market_with_index()
    paths = {n: folder / f"{name}-{n}.csv" for n in sizes}
    for n, (n_positions, n_books) in sizes.items():
        write_book(paths[n], n_positions, n_books=n_books)
    books = {n: _loaded(path, market) for n, path in paths.items()}
    packed = {n: _packed(book, market) for n, book in books.items()}
    stages = {
        "load and compile": {n: Work(call=partial(_loaded, path, market), units=1.0) for n, path in paths.items()},
        "pack": {n: Work(call=partial(_packed, book, market), units=1.0) for n, book in books.items()},
        "value paths": {
            n: Work(call=pnl_call(program_of(each), n_paths), units=float(n_paths)) for n, each in packed.items()
        },
    }
    asserted = {
        "load and compile": "a book loaded again has the same tables",
        "pack": "what is packed again has the same base values",
        "value paths": f"the total is the sum of its books within {SUM:g}",
    }
    first, again = books[min(sizes)], _loaded(paths[min(sizes)], market)
    if first.sha256 != again.sha256 or first.position_ids != again.position_ids:
        raise AssertionError("a book loaded again is another")
    if packed[min(sizes)].base_values.tobytes() != _packed(again, market).base_values.tobytes():
        raise AssertionError("a book packed again has other base values")
    for each in packed.values():
        assert_sums(each)
    return [
        Ladder(name=f"{name}: {stage}", rungs=rungs, clock=PROCESSOR, asserted=f"{name}: {asserted[stage]}")
        for stage, rungs in stages.items()
    ]


def assert_sums(packed: Packed) -> None:
    """Hold the total's P&L to the sum of its books'; AssertionError where it is not, or not a number."""
    pnl = pnl_call(program_of(packed), 64)()
    np.testing.assert_allclose(pnl[0], pnl[1:].sum(axis=0), rtol=0.0, atol=SUM * np.abs(pnl).max())


def _loaded(path: Path, market: Market) -> CompiledBook:
    return load_book(path, market.valuation_date, is_kept=False)


def _packed(book: CompiledBook, market: Market) -> Packed:
    return sample.pack_once(book, market, direct=False)
