"""One path of a run shown day by day: levels, regime, jumps, sales, and what it makes every book and position lose."""

from dataclasses import dataclass

import numpy as np

from engine.conventions.calendars import Calendars
from engine.errors import InputError
from engine.explain.run.attribution import values_of
from engine.explain.run.mechanism_moves import mechanism_moves, named_events
from engine.explain.run.run_source import ReadyRun
from engine.market.factors import DAYS_PER_YEAR, LEVELS_MOVE, Factor
from engine.market.market import Market
from engine.risk.standing import Standing
from engine.run.backend import device_errors
from engine.run.position_pnl import position_pnl
from engine.run.prepared import Prepared
from engine.run.replayed_levels import replayed_levels
from engine.run.walk import regime_names
from engine.scenario.under_laws import standing_of
from kernels.base import PathRange
from kernels.types import F64, I64, Dates


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PathReplay:
    """One path of one scenario of a run, after each of its steps; P&L in the run's currency, gains positive."""

    scenario: str
    standing: Standing  # a stress or a forecast
    path: int
    n_paths: int  # of the run, or the moves of a law that is known whole
    is_exact: bool  # a move of a law that is known whole: nothing is drawn
    seed: int
    currency: str
    base: Market  # unshocked
    start: Market  # where every path of the scenario starts
    dates: Dates  # (n_steps,) after each step: one date, the horizon, where the run takes it in one step
    horizon_days: int
    shares: F64  # (n_factors,) of what one deviation of each factor alone does to a book, the largest of all books
    regimes: tuple[str, ...]  # names by number; () where the law has none
    levels: F64  # (n_steps, n_factors) zero rates, prices and vols
    series: F64  # (n_steps, n_series) `kernels.law_layout.PATH_SERIES`
    events: tuple[tuple[int, str], ...]  # (number of the step, name) of jumps and interventions
    books: tuple[str, ...]
    pnl: F64  # (1 + n_books,) of the run itself, bit for bit; total first
    pnl_by_day: F64  # (1 + n_steps, 1 + n_books) if the market stood still from that day on; first where it never moves
    position_ids: tuple[str, ...]
    position_books: tuple[str, ...]  # (n_positions,) the book of each
    position_pnl: F64  # (n_positions,) by full revaluation
    pnl_bound: F64  # (1 + n_books,) by which books and their positions' sum may differ, where the run compresses

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Return the factors of `levels`."""
        return self.base.factors

    @property
    def is_one_step(self) -> bool:
        """Return whether the run takes several days in one step."""
        return self.dates.size < self.horizon_days


def path_replay(run: ReadyRun, scenario: str, path: int) -> PathReplay:
    """Walk one path of a run again.

    Raises
    ------
    InputError
        The run has no such scenario, or the scenario no such path.
    RiskError
        The device failed.
    """
    part, s = run.place_of(scenario)
    d = int(part.packed.book.run.dynamics[s])
    n_moves = int(part.n_moves[d])
    n_paths = n_moves or run.n_paths
    _check_path(scenario, path, n_paths, is_exact=bool(n_moves))
    number = np.array([path], np.uint64)
    seen = replayed_levels(part, s, number, np.arange(1, part.program.n_steps + 1))[..., 0]
    n_factors = len(part.inputs.market.factors)
    deviations = seen[:, :n_factors]
    pnl = _own_pnl(part, s, path)
    by_day = _pnl_by_day(part, s, deviations)
    by_day[-1] = pnl
    book = part.inputs.book
    return PathReplay(
        scenario=scenario,
        standing=standing_of(part.inputs.scenarios[s], part.inputs.market),
        path=path,
        n_paths=n_paths,
        is_exact=bool(n_moves),
        seed=part.config.seed,
        currency=part.config.currency,
        base=part.inputs.market,
        start=part.inputs.shocked[s],
        dates=_dates(part),
        horizon_days=part.config.horizon_days,
        shares=_shares(part, s),
        regimes=regime_names(part.inputs.unwinds[s]),
        levels=levels_of(part.inputs.shocked[s], deviations),
        series=seen[:, n_factors:],
        events=tuple(sorted(named_events(mechanism_moves(part, s, number), 0))),
        books=part.packed.books,
        pnl=pnl,
        pnl_by_day=by_day,
        position_ids=book.position_ids,
        position_books=book.books,
        position_pnl=position_pnl(part, s, number)[:, 0],
        pnl_bound=part.packed.bounds.pnl[s],
    )


def _check_path(scenario: str, path: int, n_paths: int, *, is_exact: bool) -> None:
    if 0 <= path < n_paths:
        return
    if is_exact:
        raise InputError(
            f"path {path:,} is beyond {scenario}, which is exact and has {n_paths:,} moves, 0 to {n_paths - 1:,}"
        )
    raise InputError(
        f"path {path:,} is beyond the run, whose paths are 0 to {n_paths - 1:,}; if the run had more, say how many:"
        " `unwind replay --paths N`"
    )


def _own_pnl(part: Prepared, s: int, path: int) -> F64:
    """Return the P&L that the run itself has of the path: (1 + n_books,) [currency]."""
    n_scopes = 1 + len(part.packed.books)
    with device_errors():
        found = part.backend.pnl(part.program, PathRange(first=path, n=1))
    return found[s * n_scopes : (s + 1) * n_scopes, 0]


def _pnl_by_day(part: Prepared, s: int, deviations: F64) -> F64:
    """Return P&L at the horizon if the market stood still from each day on: (1 + n_steps, 1 + n_books) [currency].

    deviations   (n_steps, n_factors)
    """
    n_steps, n_factors = deviations.shape
    known = np.vstack([np.zeros(n_factors), deviations])  # after 0, 1, .. steps
    seen: I64 = np.minimum(part.packed.book.run.observations[:, None], np.arange(1 + n_steps))
    moves = np.moveaxis(known[seen], -1, 1)  # (n_observations, n_factors, 1 + n_steps)
    return values_of(part, s, np.ascontiguousarray(moves)).T.copy()


def _shares(part: Prepared, s: int) -> F64:
    """Return on which factors the books' P&L depends: (n_factors,) parts of the sum over factors.

    Each factor alone moves by one standard deviation of the horizon; of several books the largest share counts.
    """
    market, days = part.inputs.market, part.config.horizon_days
    alone = np.diag(market.vols * np.sqrt(days / DAYS_PER_YEAR))
    moves = np.hstack([np.zeros((len(alone), 1)), alone])  # first where nothing moves
    pnl = values_of(part, s, np.repeat(moves[None], part.packed.book.run.observations.size, axis=0))[1:]
    effects = np.abs(pnl[:, 1:] - pnl[:, :1])
    sums = effects.sum(axis=1, keepdims=True)
    found: F64 = (effects / np.where(sums > 0.0, sums, 1.0)).max(axis=0)
    return found


def levels_of(start: Market, deviations: F64) -> F64:
    """Return zero rates, prices and vols (n, n_factors) where the factors of a market moved by (n, n_factors)."""
    levels = np.empty_like(deviations)
    for f, factor in enumerate(start.factors):
        level, moved = start.level(factor), deviations[:, f]
        levels[:, f] = level + moved if factor.kind in LEVELS_MOVE else level * np.exp(moved)
    return levels


def _dates(part: Prepared) -> Dates:
    start, n_days = part.inputs.market.valuation_date, part.config.horizon_days
    coming = np.datetime64(start, "D") + Calendars(start).steps.coming(n_days).astype("timedelta64[D]")
    return coming if part.program.n_steps == n_days else coming[-1:]
