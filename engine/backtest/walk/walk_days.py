"""One date after the other: what was known, what each law would have foreseen, what came; all by full revaluation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.backtest.laws.backtest_law import Forecast
from engine.backtest.laws.registry import laws_called
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.dated_market import MarketPattern
from engine.backtest.walk.day_rows import NO_FACTOR
from engine.backtest.walk.joint_history import JointHistory
from engine.backtest.walk.rolled_book import RolledBook
from engine.conventions.currencies import HOME
from engine.errors import InputError
from engine.pack.pack import pack
from engine.risk.ranks import tail_count
from kernels.base import AbstractBackend
from kernels.layout import Book
from kernels.types import F64

TOTAL = "total"
Row = tuple[object, ...]  # in the order of `DayRows`


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BookWalk:
    """All that the days of a walk share. Laws are named, so that it can be handed to another process."""

    history: JointHistory
    pattern: MarketPattern
    book: RolledBook
    laws: tuple[str, ...]
    horizons: tuple[int, ...]  # joint dates, ascending
    n_paths: int  # of laws that draw
    seed: int


def check_memory(walk: BookWalk, first: int) -> None:
    """Refuse a walk that begins, at the place `first`, before a law has the history that it needs."""
    short = {law.name: law.least_changes for law in laws_called(walk.laws) if law.least_changes > first + 1}
    if short:
        most = max(short.values())
        begins = f"the first date with it is {walk.history.day(most - 1)}" if most <= walk.history.dates.size else ""
        wants = ", ".join(f"{name} {n:,}" for name, n in short.items())
        raise InputError(
            f"{walk.history.day(first)} has {first + 1:,} joint changes before it, too few for: {wants};"
            f" {begins or 'the history is shorter than that'}; begin later or give files that reach further back"
        )


def forecasts_of(walk: BookWalk) -> dict[str, Forecast]:
    """Return what each law foresees, by name, over the walk's history."""
    return {law.name: law.prepare(walk.history) for law in laws_called(walk.laws)}


def walk_day(walk: BookWalk, forecasts: dict[str, Forecast], place: int, backend: AbstractBackend) -> list[Row]:
    """Return the rows of one date: horizons whose outcome is known, books, laws."""
    history = walk.history
    market = walk.pattern.on(history, place)
    book = walk.book.on(history.day(place), market)
    packed = pack(book, market, [market], horizon_days=1, n_steps=1, currency=HOME, instantaneous=True, direct=True)
    horizons = [h for h in walk.horizons if place + h < history.dates.size]
    if not horizons:
        return []
    draws = CommonDraws(seed=walk.seed, day=int(history.dates[place].astype(np.int64)), n_paths=walk.n_paths)
    keys = [(h, name) for h in horizons for name in forecasts]
    moves = [forecasts[name](place, h, draws) for h, name in keys]
    realised = np.column_stack([history.realised(place, h) for h in horizons])
    pnl = backend.pnl_of_moves(packed.book, np.concatenate([realised, *moves], axis=1))
    ends = np.cumsum([len(horizons), *(each.shape[1] for each in moves)])
    foreseen = {key: pnl[:, a:b] for key, a, b in zip(keys, ends[:-1], ends[1:], strict=True)}
    rows: list[Row] = []
    for k, h in enumerate(horizons):
        rows += _rows(packed.book, packed.books, history, place, h, pnl[:, k], foreseen, realised[:, k], backend)
    return rows


def _rows(
    book: Book,
    names: Sequence[str],
    history: JointHistory,
    place: int,
    horizon_days: int,
    realised: F64,
    foreseen: dict[tuple[int, str], F64],
    moves: F64,
    backend: AbstractBackend,
) -> Iterator[Row]:
    """Yield the rows of one date and horizon; the total only where there are several books."""
    scopes = {name: 1 + i for i, name in enumerate(names)}
    scopes = {TOTAL: 0, **scopes} if len(names) > 1 else scopes
    alone: F64 | None = None
    for scope, row in scopes.items():
        for (h, law), pnl in foreseen.items():
            if h != horizon_days:
                continue
            came, of_law = float(realised[row]), pnl[row]
            at_99, _ = var_and_es(of_law, 0.99)
            at_975, es_975 = var_and_es(of_law, 0.975)
            factor, factor_pnl = NO_FACTOR, 0.0
            if -came > at_99:
                alone = backend.pnl_of_moves(book, np.diag(moves)) if alone is None else alone
                most = int(alone[row].argmin())
                factor, factor_pnl = history.factors[most].name, float(alone[row, most])
            figures = (came, at_99, at_975, es_975, probability_transform(of_law, came), of_law.size)
            yield (history.day(place), horizon_days, scope, law, *figures, factor, factor_pnl)


def var_and_es(pnl: F64, confidence: float) -> tuple[float, float]:
    """Return VaR and ES of equally likely P&L (n,), in its unit: a law of so many moves, not a sample of one.

    VaR is the mildest of the worst moves that make up 1 - confidence, of 1,000 at 99 % the tenth worst, as the exact
    law of one day in a run has it; ES is their mean, the last counted by the part of it that is inside.
    """
    whole, part = tail_count(confidence, pnl.size)
    last = whole if part > 0.0 else whole - 1
    worst = np.sort(np.partition(pnl, last)[: last + 1])
    at_risk, mass = float(worst[last]), whole + part
    return -at_risk, -(float(worst[:last].sum()) + (mass - last) * at_risk) / mass


def probability_transform(pnl: F64, came: float) -> float:
    """Return the share of P&L (n,) below what came, half of what is equal counted: scalar in [0, 1]."""
    return float(((pnl < came).sum() + 0.5 * (pnl == came).sum()) / pnl.size)
