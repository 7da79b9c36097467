"""P&L of every position on chosen paths of a scenario: the paths are replayed, each position is a book of its own.

Full revaluation at the levels that a path has: its sum over the positions of a book is the book's P&L on the path, to
rounding where the run revalues in full, else within the run's bound. Positions are valued some at a time, so that
memory grows with the paths asked for alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.book.some_positions import BookRows, as_books, rows_of
from engine.pack.observations import horizon_day
from engine.pack.pack import pack
from engine.payoffs.registry import PAYOFFS
from engine.run.backend import device_errors
from engine.run.prepared import Prepared
from engine.run.replayed_levels import replayed_levels
from kernels.law_layout import PATH_SERIES
from kernels.layout import Book
from kernels.numpy.revalue import revalue
from kernels.types import F64, I64, U64, Bools

MOST_POSITIONS = 4096  # valued at once
MOST_VALUES = 2**23  # of P&L held at once: 64 MiB


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PositionPnl:
    """P&L of some positions on the paths asked for."""

    positions: I64  # (n,) their numbers in the book, ascending
    pnl: F64  # (n, n_paths) [the run's currency] gains positive


def position_pnl(part: Prepared, scenario: int, paths: U64) -> F64:
    """Return the P&L of every position on chosen paths of a scenario.

    Parameters
    ----------
    part : the drawn part of a run, or that whose moves are all known
    scenario : its number among those of the part
    paths : (n_paths,) uint64, numbers of paths, or of moves of the part whose moves are known; in any order

    Returns
    -------
    (n_positions, n_paths) float64 [the run's currency]
        Gains positive, positions in the order of the book file.

    Raises
    ------
    RiskError
        The device failed.
    """
    pnl = np.empty((len(part.inputs.book.position_ids), paths.size))
    for some in position_pnl_parts(part, scenario, paths):
        pnl[some.positions] = some.pnl
    return pnl


def position_pnl_parts(
    part: Prepared, scenario: int, paths: U64, positions: I64 | None = None
) -> Iterator[PositionPnl]:
    """Yield the same some positions at a time, each position once. Raises as `position_pnl`.

    positions   (n,) numbers of those asked for, ascending; None: all

    Positions with a payoff that is fixed before the horizon come last: they are valued by numpy's formulas, which look
    at several days of a path, the others by the backend's.
    """
    observed, book_rows = replayed(part, scenario, paths), rows_of(part.inputs.book)
    early = fixed_before_horizon(part)
    asked = np.arange(early.size) if positions is None else positions
    for some in _chunks(asked[~early[asked]], paths.size):
        book = _packed(part, scenario, book_rows, some)
        with device_errors():
            yield PositionPnl(positions=some, pnl=part.backend.pnl_of_moves(book, observed[-1])[1:])
    for some in _chunks(asked[early[asked]], paths.size):
        book = _packed(part, scenario, book_rows, some)
        yield PositionPnl(positions=some, pnl=revalue(book, 0, observed[book.run.observations - 1]))


def replayed(part: Prepared, scenario: int, paths: U64) -> F64:
    """Return the deviations on chosen paths after each step: (n_steps, n_factors, n_paths), in the states' units."""
    return replayed_levels(part, scenario, paths, series=slice(None, -len(PATH_SERIES)))


def fixed_before_horizon(part: Prepared) -> Bools:
    """Return which positions look at their paths before the horizon: (n_positions,)."""
    book, early = part.inputs.book, np.zeros(len(part.inputs.book.position_ids), np.bool_)
    if part.packed.book.run.observations.size == 1:
        return early
    last = horizon_day(book, part.config.horizon_days)
    for payoff in PAYOFFS:
        if payoff.expiry is not None:
            table = book.table(payoff.table)
            day = getattr(table, payoff.expiry)
            early[table.position[(day > 0) & (day < last)]] = True
    return early


def _chunks(positions: I64, n_paths: int) -> Iterator[I64]:
    """Yield some of positions (n,) after others, as many as are held at once."""
    at_once = max(1, min(MOST_POSITIONS, MOST_VALUES // max(n_paths, 1)))
    for first in range(0, positions.size, at_once):
        yield positions[first : first + at_once]


def _packed(part: Prepared, scenario: int, rows: BookRows, positions: I64) -> Book:
    """Pack positions, each a book, for full revaluation in one scenario: law and range of the paths do not matter."""
    config, inputs = part.config, part.inputs
    return pack(
        as_books(rows.of(positions)),
        inputs.market,
        [inputs.shocked[scenario]],
        horizon_days=config.horizon_days,
        n_steps=part.packed.n_steps,
        currency=config.currency,
        instantaneous=config.instantaneous,
        direct=True,
    ).book
