"""A backtest from its settings to its verdicts: laws that should have foreseen what a book made and lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from engine.backtest.laws.registry import laws_called
from engine.backtest.settings import BacktestSettings, HeldMarket
from engine.backtest.verdicts import Verdict, YearOfExceptions, verdicts, years_of_exceptions
from engine.backtest.walk.dated_market import market_pattern
from engine.backtest.walk.day_rows import DayRows, joined_rows
from engine.backtest.walk.joint_history import joint_history
from engine.backtest.walk.parts import AbstractWalkers, Part, parts_of
from engine.backtest.walk.shards import ShardFolder
from engine.backtest.walk.walk_days import BookWalk, contenders, late_starts
from engine.backtest.walked_books import walked_books
from engine.errors import InputError
from engine.inputs.history.gate import pass_gate
from engine.inputs.history.load import load_history
from engine.inputs.market.load import load_market
from engine.inputs.opened import open_once
from engine.inputs.toml.read import TOML
from engine.run.run_facts import versions
from engine.sharing.program_digest import code
from engine.sharing.stop import Stop

SINCE = date(2002, 1, 1)  # history before it is not looked at: Treasury tenors end and begin there

Progress = Callable[[int, int], None]  # how many dates are done, and of how many


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BacktestResult:
    """The days and what they say."""

    first: date  # on which a forecast was made
    last: date
    laws: tuple[str, ...]  # and scenarios
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


def run_backtest(
    settings: BacktestSettings, walkers: AbstractWalkers, progress: Progress, stop: Stop | None = None
) -> BacktestResult:
    """Walk the history, or take up what an earlier walk left in the folder, and judge the laws.

    Raises
    ------
    InputError
        A file is bad, the history is doubted, or does not hold the window or what a law needs, a book cannot be rolled,
        or the folder holds another backtest.
    StoppedWorkError
        A stop was asked for; what was finished is in the folder.
    BusyError, RiskError
        The walkers cannot go on.
    """
    history, held = load_history(settings.history), _held(settings.market)
    base = held.market
    pattern, notes = market_pattern(base)
    joint = joint_history(history.values, pattern.factors, since=SINCE)
    places = joint.places(settings.first, settings.last).tolist()
    books = walked_books(settings.books, base, [joint.day(place) for place in places])
    places = [place for place in places if books.book.has(joint.day(place))]
    walk = BookWalk(
        history=joint,
        pattern=pattern,
        book=books.book,
        laws=tuple(law.name for law in laws_called(settings.laws)),
        scenarios=settings.scenarios,
        horizons=tuple(sorted(set(settings.horizons))),
        n_paths=settings.n_paths,
        seed=settings.seed,
    )
    late = late_starts(walk, places)
    end = min(places[-1] + max(walk.horizons), joint.dates.size - 1)
    series = {factor.curve or factor.name for factor in joint.factors}
    passed = pass_gate(history, series, SINCE, [joint.day(end)], settings.accepted)
    made_of = _what_rows_depend_on(walk, settings, history.values, {"book": books.sha256, "market": held.sha256})
    folder = None if settings.out is None else ShardFolder(settings.out, made_of)
    rows = _walked(walk, parts_of(walk, places), folder, walkers, progress, stop or Stop())
    if not rows.pnl.size:
        raise InputError(
            f"no outcome is known of forecasts made from {settings.first} to {settings.last}: the data end on"
            f" {joint.day(-1)}; begin earlier"
        )
    laws = tuple(law.name for law in contenders(walk))
    return BacktestResult(
        first=joint.day(places[0]),
        last=joint.day(places[-1]),
        laws=laws,
        n_paths=settings.n_paths,
        seed=settings.seed,
        rows=rows,
        verdicts=verdicts(rows, first_law=laws[0]),
        years=years_of_exceptions(rows),
        notes=(*history.notes, *passed.notes, *books.notes, *notes, *joint.notes, *late),
    )


def _held(market: Path | HeldMarket) -> HeldMarket:
    if isinstance(market, HeldMarket):
        return market
    opened = open_once(market, TOML)
    return HeldMarket(market=load_market(opened), sha256=opened.sha256)


def _what_rows_depend_on(
    walk: BookWalk, settings: BacktestSettings, history: pd.DataFrame, digests: dict[str, str]
) -> dict[str, object]:
    """Return digests and settings: where all are the same, an earlier walk is taken up."""
    values = sha256(history.index.to_numpy().tobytes() + np.ascontiguousarray(history.to_numpy()).tobytes())
    return {
        "schema": 2,
        **{f"{name}_sha256": digest for name, digest in digests.items()},
        "history_sha256": sha256(repr(list(history.columns)).encode() + values.digest()).hexdigest(),
        "from": settings.first.isoformat(),
        "to": settings.last.isoformat(),
        "laws": list(walk.laws),
        "scenarios": {each.name: sha256(repr(each).encode()).hexdigest() for each in walk.scenarios},
        "horizons": list(walk.horizons),
        "n_paths": settings.n_paths,
        "seed": settings.seed,
        "program_sha256": code()["sha256"],
        "versions": versions(),
    }


def _walked(
    walk: BookWalk,
    parts: tuple[Part, ...],
    folder: ShardFolder | None,
    walkers: AbstractWalkers,
    progress: Progress,
    stop: Stop,
) -> DayRows:
    """Return the rows of all parts by date: those kept, and those walked now, each kept as soon as it is whole."""
    found = {part.name: rows for part in parts if folder is not None and (rows := folder.kept(part.name)) is not None}
    missing = [part for part in parts if part.name not in found]
    n_all = sum(len(part.places) for part in parts)
    n_done = n_all - sum(len(part.places) for part in missing)
    progress(n_done, n_all)
    for part, rows in walkers.rows(walk, missing, stop):
        if folder is not None:
            folder.keep(part.name, rows)
        found[part.name] = rows
        n_done += len(part.places)
        progress(n_done, n_all)
    return joined_rows([found[name] for name in sorted(found)])
