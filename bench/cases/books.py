"""Books of all kinds of positions: load, compile, recall and run, at 10 to 100,000 positions; and 1 to 100 books."""

import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench import sample
from bench.books import VALUATION_DATE, write_book
from bench.command import FinishedCommand, unwind
from bench.records import CaseResult, Row
from engine.inputs.book.cache import cache_key, cache_path
from engine.inputs.market.load import write_market

N_PATHS = 1_000_000
RUN = ("run", "--scenario", "base", "--json")  # no history holds the index
SIZES = (10, 1_000, 100_000)
N_BOOKS = (1, 10, 100)
POSITIONS = 1_000  # of each of several books
FEW_PATHS = 50_000


def measure() -> CaseResult:
    """See the module."""
    rows: list[Row] = []
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_market(sample.market_with_index(), folder / "market.toml")
        unwind(*RUN, "--paths", "1000")  # compiles the kernels, if nobody did
        for n in SIZES:
            _one_book(folder, n, rows, figures)
        for n_books in N_BOOKS:
            _many_books(folder, n_books, rows, figures)
    most, one = (figures[f"{n} books"]["simulate_s"] for n in (N_BOOKS[-1], N_BOOKS[0]))
    figures["100 books over 100 times 1"] = most / one / (N_BOOKS[-1] / N_BOOKS[0])
    return CaseResult(
        name="books",
        clock="wall",
        title=f"Books of all kinds: a check, then unwind run --scenario base --paths {N_PATHS:,}",
        rows=tuple(rows),
        figures=figures,
        asserted=("a book compiled anew, the kept one and one taken apart give the same sha256",),
    )


def _one_book(folder: Path, n: int, rows: list[Row], figures: dict[str, Any]) -> None:
    path = folder / f"{n}.csv"
    write_book(path, n)
    key = cache_key(sha256(path.read_bytes()).hexdigest(), VALUATION_DATE)
    cache_path(key).unlink(missing_ok=True)  # of an earlier bench
    book = ("--book", str(path), "--market", str(folder / "market.toml"))
    cold = unwind("book", "compile", str(path), "--market", book[3], "--out", str(folder / f"{n}.parquet"))
    first = unwind(*RUN, "--paths", str(N_PATHS), *book)
    again = unwind(*RUN, "--paths", str(N_PATHS), *book)
    apart = unwind(*RUN, "--paths", str(N_PATHS), "--by", "position", *book)
    if not first.digests == again.digests == apart.digests:
        raise AssertionError(f"{n} positions: a kept book gives another P&L, or one that is taken apart")
    rows += [
        _row(f"{n:,} positions: compile", cold, n, "positions"),
        _row(f"{n:,} positions: run", again, N_PATHS, "paths"),
        _row(f"{n:,} positions: run, taken apart by position", apart, N_PATHS, "paths"),
    ]
    figures[f"{n:,} positions"] = _figures(again) | {
        "compile_peak_mib": cold.peak_bytes / 2**20,
        "taken_apart_s": apart.wall_s - again.wall_s,
        "taken_apart_peak_mib": apart.peak_bytes / 2**20,
    }


def _many_books(folder: Path, n_books: int, rows: list[Row], figures: dict[str, Any]) -> None:
    path = folder / f"books-{n_books}.csv"
    write_book(path, POSITIONS * n_books, n_books=n_books)
    ran = unwind(*(*RUN, "--paths", str(FEW_PATHS), "--book", str(path), "--market", str(folder / "market.toml")))
    rows.append(_row(f"{n_books} books of {POSITIONS:,}: run", ran, FEW_PATHS, "paths"))
    figures[f"{n_books} books"] = _figures(ran)


def _row(name: str, ran: FinishedCommand, work: float, unit: str) -> Row:
    return Row(name=name, unit=unit, work=work, median_s=ran.wall_s, best_s=ran.wall_s)


def _figures(ran: FinishedCommand) -> dict[str, Any]:
    timing, facts = ran.result["timing"], ran.result["run"]["revaluation"]
    return {
        "wall_s": ran.wall_s,
        "simulate_s": timing["simulate_s"],
        "load_and_pack_s": timing["total_s"] - timing["simulate_s"] - timing["compile_s"],
        "simulated_paths_per_s": timing["paths_per_s"],
        "peak_mib": ran.peak_bytes / 2**20,
        "degree": facts["degree"],
        "flow_bound": facts["flow_bound"],
        "option_bound": facts["option_bound"],
    }
