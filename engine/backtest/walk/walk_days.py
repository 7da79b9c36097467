"""One date after the other: what was known, what each law would have foreseen, what came; all by full revaluation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from engine.backtest.laws.backtest_law import BacktestLaw, Forecast
from engine.backtest.laws.registry import laws_called
from engine.backtest.laws.scenario import scenario_law
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.dated_market import MarketPattern
from engine.backtest.walk.day_rows import NO_FACTOR
from engine.backtest.walk.joint_history import JointHistory
from engine.book.compiled import CompiledBook
from engine.conventions.currencies import HOME
from engine.errors import InputError
from engine.inputs.repeated import first_repeated
from engine.market.market import Market
from engine.pack.pack import Packed, pack
from engine.risk.ranks import tail_count
from engine.scenario.scenario import Scenario
from kernels.base import AbstractBackend
from kernels.layout import Book
from kernels.types import F64

TOTAL = "total"
Row = tuple[object, ...]  # in the order of `DayRows`
WeighedPnl = tuple[F64, F64 | None]  # (n_scopes, n_moves) P&L of what a law foresees, (n_moves,) weights
_WHOLE = 1e-9  # of a move: a tail that adds up to its mass but for rounding is whole


class WalkedBook(Protocol):
    """What stands on the dates of a walk."""

    @property
    def has_total(self) -> bool:
        """Return whether a total stands beside the books."""

    def has(self, day: date, /) -> bool:
        """Return whether there is a book on a date."""

    def on(self, day: date, market: Market) -> CompiledBook:
        """Return the book as of a date, with the levels of its market."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BookWalk:
    """All that the days of a walk share. Laws are named, so that it can be handed to another process."""

    history: JointHistory
    pattern: MarketPattern
    book: WalkedBook
    laws: tuple[str, ...]
    horizons: tuple[int, ...]  # joint dates, ascending
    n_paths: int  # of laws that draw
    seed: int
    scenarios: tuple[Scenario, ...] = ()  # contenders beside the laws


def contenders(walk: BookWalk) -> tuple[BacktestLaw, ...]:
    """Return the laws of a walk, then its scenarios as laws. Raises InputError where two have one name."""
    found = (*laws_called(walk.laws), *(scenario_law(each, walk.pattern) for each in walk.scenarios))
    if twice := first_repeated(law.name for law in found):
        raise InputError(f"scenario {twice!r} is called as a law is; rename its file")
    return found


def late_starts(walk: BookWalk, places: Sequence[int]) -> tuple[str, ...]:
    """Say from when each law is walked that lacks its memory on the first of the `places`.

    Raises InputError where a law lacks it on the last one too.
    """
    first, last = places[0], places[-1]
    needs = {law.name: law.least_changes for law in contenders(walk) if law.least_changes > first + 1}
    if short := {name: n for name, n in needs.items() if n > last + 1}:
        most = max(short.values())
        begins = f"the first date with it is {walk.history.day(most - 1)}" if most <= walk.history.dates.size else ""
        wants = ", ".join(f"{name} {n:,}" for name, n in short.items())
        raise InputError(
            f"{walk.history.day(last)} has {last + 1:,} joint changes before it, too few for: {wants};"
            f" {begins or 'the history is shorter than that'}; end later, give files that reach further back, or leave"
            " the law out"
        )
    return tuple(
        f"{name} begins on {walk.history.day(n - 1)}, where {n:,} joint changes lie before it: it is judged by fewer"
        " dates than the others, and compared with them on common ones"
        for name, n in needs.items()
    )


def forecasts_of(walk: BookWalk) -> dict[str, Forecast]:
    """Return what each law foresees, by name, over the walk's history."""
    return {law.name: law.prepare(walk.history) for law in contenders(walk)}


def asked(walk: BookWalk, place: int) -> list[tuple[int, str]]:
    """Return the horizons of a date whose outcome is known, each with the laws that have their memory on it."""
    known = [law.name for law in contenders(walk) if law.least_changes <= place + 1]
    return [(h, name) for h in walk.horizons if place + h < walk.history.dates.size for name in known]


def walk_day(walk: BookWalk, forecasts: dict[str, Forecast], place: int, backend: AbstractBackend) -> list[Row]:
    """Return the rows of one date: horizons whose outcome is known, books, laws."""
    history = walk.history
    keys = [(h, name) for h, name in asked(walk, place) if name in forecasts]
    if not keys:
        return []
    horizons = list(dict.fromkeys(h for h, _ in keys))
    packed = _packed(walk, place)
    draws = CommonDraws(seed=walk.seed, day=int(history.dates[place].astype(np.int64)), n_paths=walk.n_paths)
    moves = [forecasts[name](place, h, draws) for h, name in keys]
    realised = np.column_stack([history.realised(place, h) for h in horizons])
    pnl = backend.pnl_of_moves(packed.book, np.concatenate([realised, *(each.moves for each in moves)], axis=1))
    ends = np.cumsum([len(horizons), *(each.moves.shape[1] for each in moves)])
    foreseen = {
        key: (pnl[:, a:b], each.weights) for key, each, a, b in zip(keys, moves, ends[:-1], ends[1:], strict=True)
    }
    scopes = {name: 1 + i for i, name in enumerate(packed.books)}
    scopes = {TOTAL: 0, **scopes} if walk.book.has_total else scopes
    rows: list[Row] = []
    for k, h in enumerate(horizons):
        rows += _rows(packed.book, scopes, history, place, h, pnl[:, k], foreseen, realised[:, k], backend)
    return rows


def _packed(walk: BookWalk, place: int) -> Packed:
    """Return the book of a date, ready for the kernels. Raises InputError, which names the date."""
    day, market = walk.history.day(place), walk.pattern.on(walk.history, place)
    try:
        book = walk.book.on(day, market)
        return pack(book, market, [market], horizon_days=1, n_steps=1, currency=HOME, instantaneous=True, direct=True)
    except InputError as error:
        raise InputError(
            f"the book of {day} cannot be valued in the market that the history makes for that date, of its yields and"
            f" prices alone; take out what needs more: {error}"
        ) from None


def _rows(
    book: Book,
    scopes: Mapping[str, int],
    history: JointHistory,
    place: int,
    horizon_days: int,
    realised: F64,
    foreseen: dict[tuple[int, str], WeighedPnl],
    moves: F64,
    backend: AbstractBackend,
) -> Iterator[Row]:
    """Yield the rows of one date and horizon; `scopes` are rows of the P&L."""
    alone: F64 | None = None
    for scope, row in scopes.items():
        for (h, law), (pnl, weights) in foreseen.items():
            if h != horizon_days:
                continue
            came, of_law = float(realised[row]), pnl[row]
            at_99, _ = var_and_es(of_law, 0.99, weights)
            at_975, es_975 = var_and_es(of_law, 0.975, weights)
            factor, factor_pnl = NO_FACTOR, 0.0
            if -came > at_99:
                alone = backend.pnl_of_moves(book, np.diag(moves)) if alone is None else alone
                most = int(alone[row].argmin())
                factor, factor_pnl = history.factors[most].name, float(alone[row, most])
            figures = (came, at_99, at_975, es_975, probability_transform(of_law, came, weights), of_law.size)
            yield (history.day(place), horizon_days, scope, law, *figures, factor, factor_pnl)


def var_and_es(pnl: F64, confidence: float, weights: F64 | None = None) -> tuple[float, float]:
    """Return VaR and ES of P&L (n,), in its unit: a law of so many moves, not a sample of one.

    VaR is the smallest loss that moves of at most 1 - confidence in all exceed, as in a run (`engine.risk.ranks`), of
    1,000 alike at 99 % the eleventh worst. ES is the mean of the worst that make up 1 - confidence, the last counted
    by the part of it that is inside.

    weights   (n,) how much each counts, 1 on average; None: all alike
    """
    whole, part = tail_count(confidence, pnl.size)
    mass = whole + part
    if weights is None:
        at_var, last = whole, whole if part > 0.0 else whole - 1
        worst, counted, before = np.sort(np.partition(pnl, whole)[: whole + 1]), np.ones(whole + 1), float(last)
    else:
        order = np.argsort(pnl, kind="stable")
        total = np.cumsum(weights[order])
        last, at_var = (
            min(int(reached.sum()), pnl.size - 1) for reached in (total < mass - _WHOLE, total <= mass + _WHOLE)
        )
        worst, counted = pnl[order[: at_var + 1]], weights[order[: at_var + 1]]
        before = float(total[last] - counted[last])
    beyond = float((worst[:last] * counted[:last]).sum()) + (mass - before) * float(worst[last])
    return -float(worst[at_var]), -beyond / mass


def probability_transform(pnl: F64, came: float, weights: F64 | None = None) -> float:
    """Return the share of P&L (n,) below what came, half of what is equal counted: scalar in [0, 1].

    weights   (n,) how much each counts; None: all alike
    """
    below = (pnl < came) + 0.5 * (pnl == came)
    return float(below.sum() / pnl.size if weights is None else (weights * below).sum() / weights.sum())
