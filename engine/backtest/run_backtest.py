"""A backtest from its settings to its verdicts: laws that should have foreseen what a book made and lost."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from engine.backtest.laws.registry import laws_called
from engine.backtest.verdicts import Verdict, YearOfExceptions, verdicts, years_of_exceptions
from engine.backtest.walk.dated_market import market_pattern
from engine.backtest.walk.day_rows import DayRows, joined_rows
from engine.backtest.walk.joint_history import joint_history
from engine.backtest.walk.rolled_book import rolled_book
from engine.backtest.walk.shards import ShardFolder
from engine.backtest.walk.walk_days import BookWalk, check_memory
from engine.backtest.walk.workers import walk_years
from engine.book.store import is_compiled
from engine.errors import InputError
from engine.inputs.book.load import read_positions
from engine.inputs.book.table import BOOK
from engine.inputs.history.gate import pass_gate
from engine.inputs.history.load import load_history
from engine.inputs.market.load import load_market
from engine.inputs.opened import Opened, open_once
from engine.inputs.toml.read import TOML
from engine.run.run_facts import versions
from kernels.types import I64

SINCE = date(2002, 1, 1)  # history before it is not looked at: Treasury tenors end and begin there
LONGEST_HORIZON = 10  # joint dates
PATHS = (1000, 100_000)  # fewest, most: a process holds the moves of all laws of a date at once


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestSettings:
    """What a backtest is asked for."""

    book: Path
    market: Path  # of the date of the book: factors, spreads, levels that coupons are compared with
    history: tuple[Path, ...]
    accepted: tuple[str, ...] = ()  # what is odd in it and true, "DATE:SERIES"
    first: date
    last: date
    laws: tuple[str, ...]  # names, or "all"
    horizons: tuple[int, ...]  # joint dates
    n_paths: int  # of laws that draw
    seed: int
    n_workers: int
    out: Path | None  # folder of the parts; None: nothing is kept

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise InputError(f"--from {self.first} must not be after --to {self.last}")
        if not self.history:
            raise InputError("--history: a backtest needs the files of a history, by --history FILE, repeatable")
        bad = [horizon for horizon in self.horizons if not 1 <= horizon <= LONGEST_HORIZON]
        if bad or not self.horizons:
            raise InputError(f"--horizon: must be days from 1 to {LONGEST_HORIZON}, such as 1,10; got {bad or 'none'}")
        if not PATHS[0] <= self.n_paths <= PATHS[1]:
            raise InputError(f"--paths: must be from {PATHS[0]:,} to {PATHS[1]:,}, got {self.n_paths:,}")
        if not 1 <= self.n_workers <= 256:
            raise InputError(f"--workers: must be from 1 to 256, got {self.n_workers}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BacktestResult:
    """The days and what they say."""

    first: date  # on which a forecast was made
    last: date
    laws: tuple[str, ...]
    n_paths: int
    seed: int
    rows: DayRows
    verdicts: tuple[Verdict, ...]
    years: tuple[YearOfExceptions, ...]
    notes: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """Return whether every law passes the gate for every book and horizon."""
        return all(each.passes for each in self.verdicts)


def run_backtest(settings: BacktestSettings, progress: Callable[[int, int], None]) -> BacktestResult:
    """Walk the history, or take up what an earlier walk left in the folder, and judge the laws.

    `progress` is told how many dates are done, and of how many.

    Raises
    ------
    InputError
        A file is bad, the history is doubted, or does not hold the window or what a law needs before it, a book cannot
        be rolled, or the folder holds another backtest.
    """
    history = load_history(settings.history)
    book, market = open_once(settings.book, BOOK), open_once(settings.market, TOML)
    walk, notes = book_walk(settings, history.values, book, market)
    places = walk.history.places(settings.first, settings.last)
    check_memory(walk, int(places[0]))
    end = min(int(places[-1]) + max(walk.horizons), walk.history.dates.size - 1)
    series = {factor.curve or factor.name for factor in walk.history.factors}
    passed = pass_gate(history, series, SINCE, [walk.history.day(end)], settings.accepted)
    given = _what_rows_depend_on(walk, settings, history.values, book, market)
    folder = None if settings.out is None else ShardFolder(settings.out, given)
    rows = _walked(walk, _by_year(walk, places), folder, settings.n_workers, progress)
    if not rows.pnl.size:
        raise InputError(f"no outcome is known of forecasts made from {settings.first} to {settings.last}")
    return BacktestResult(
        first=walk.history.day(int(places[0])),
        last=walk.history.day(int(places[-1])),
        laws=walk.laws,
        n_paths=settings.n_paths,
        seed=settings.seed,
        rows=rows,
        verdicts=verdicts(rows),
        years=years_of_exceptions(rows),
        notes=(*history.notes, *passed.notes, *notes),
    )


def default_workers() -> int:
    """Return how many processes a walk takes: as many as the machine has cores for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def book_walk(
    settings: BacktestSettings, history: pd.DataFrame, book: Opened, market: Opened
) -> tuple[BookWalk, tuple[str, ...]]:
    """Return the walk of these settings, and notes on what it rests on. Raises InputError as `run_backtest`."""
    base = load_market(market)
    pattern, notes = market_pattern(base)
    if is_compiled(book.data):
        raise InputError(f"{book.path} is a compiled book, of one date; give the file that it was made of")
    positions = read_positions(book, base.valuation_date)
    joint = joint_history(history, pattern.factors, since=SINCE)
    walk = BookWalk(
        history=joint,
        pattern=pattern,
        book=rolled_book(positions, base, book.sha256, str(book.path)),
        laws=tuple(law.name for law in laws_called(settings.laws)),
        horizons=tuple(sorted(set(settings.horizons))),
        n_paths=settings.n_paths,
        seed=settings.seed,
    )
    return walk, (*walk.book.one.warnings, *notes, *joint.notes)


def _what_rows_depend_on(
    walk: BookWalk, settings: BacktestSettings, history: pd.DataFrame, book: Opened, market: Opened
) -> dict[str, object]:
    """Return digests and settings: where all are the same, an earlier walk is taken up."""
    values = sha256(history.index.to_numpy().tobytes() + np.ascontiguousarray(history.to_numpy()).tobytes())
    return {
        "schema": 1,
        "book_sha256": book.sha256,
        "market_sha256": market.sha256,
        "history_sha256": sha256(repr(list(history.columns)).encode() + values.digest()).hexdigest(),
        "from": settings.first.isoformat(),
        "to": settings.last.isoformat(),
        "laws": list(walk.laws),
        "horizons": list(walk.horizons),
        "n_paths": settings.n_paths,
        "seed": settings.seed,
        "versions": versions(),
    }


def _by_year(walk: BookWalk, places: I64) -> dict[int, list[int]]:
    """Return the places of the dates of each calendar year."""
    found: dict[int, list[int]] = {}
    for place in places.tolist():
        found.setdefault(walk.history.day(place).year, []).append(place)
    return found


def _walked(
    walk: BookWalk,
    years: dict[int, list[int]],
    folder: ShardFolder | None,
    n_workers: int,
    progress: Callable[[int, int], None],
) -> DayRows:
    """Return the rows of all years by date: those kept, and those walked now, each kept as soon as it is whole."""
    parts = {year: rows for year in years if folder is not None and (rows := folder.kept(year)) is not None}
    missing = {year: places for year, places in years.items() if year not in parts}
    n_kept = sum(len(places) for year, places in years.items() if year in parts)
    n_all = n_kept + sum(map(len, missing.values()))
    progress(n_kept, n_all)
    for year, rows in walk_years(walk, missing, n_workers, lambda done: progress(n_kept + done, n_all)):
        if folder is not None:
            folder.keep(year, rows)
        parts[year] = rows
    return joined_rows([parts[year] for year in sorted(parts)])
