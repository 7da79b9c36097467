"""Scenarios that are known without simulation, valued: each of their moves once."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.law.past.one_step import move_copies, move_weights
from engine.risk.exact_tails import PastMoves, exact_tails
from engine.risk.moments import CellTable
from engine.risk.past_table import BLOCK_DATES
from engine.risk.results import ScopeResult
from engine.run.backend import device_errors
from engine.run.prepared import Prepared, scopes_of
from kernels.base import CELL, CellRange, PathRange
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WholeScenario:
    """One scenario whose every move is valued."""

    name: str
    moves: PastMoves
    results: tuple[ScopeResult, ...]  # of the total, then of each book


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _WholeLaw:
    """All moves of one law, valued for every row of results, though only some follow it."""

    moves: PastMoves  # (n_rows, n_moves)
    pnl_sha256: tuple[str, ...]  # (n_rows,)


def whole_scenarios(
    whole: Prepared, say: Callable[[str], None], *, has_errors: bool = True
) -> tuple[WholeScenario, ...]:
    """Value every move of every scenario, and say of how many each is made; `has_errors`: the table's with them."""
    with device_errors():
        laws = [_whole_law(whole, d) for d in range(whole.n_moves.size)]
    found = tuple(_scenario(whole, laws, s, has_errors=has_errors) for s in range(len(whole.inputs.names)))
    for each in found:
        likely = "equally likely moves" if each.moves.weights is None else "moves, as likely as the evening makes them,"
        say(f"{each.name} is exact: each of its {each.moves.pnl.shape[1]:,} {likely} is valued, none drawn")
    return found


def whole_moves(whole: Prepared, d: int) -> PastMoves:
    """Value every move of law `d` for every row of results. Raises RiskError where the device fails."""
    with device_errors():
        return past_moves(whole, d, whole.backend.pnl(whole.program, PathRange(first=0, n=int(whole.n_moves[d]))))


def past_moves(whole: Prepared, d: int, pnl: F64) -> PastMoves:
    """Return P&L (n_rows, n_moves) [currency] of every move of law `d`, with how likely each is and its table."""
    law, n = whole.packed.model.laws[d], int(whole.n_moves[d])
    weights = move_weights(whole.packed.model, d, n)
    n_table = n if law.is_enumerated else int(law.last_row - law.first_row)
    return PastMoves(
        pnl=pnl,
        weights=weights,
        copies=None if weights is None else move_copies(weights, n_table, CELL),
        n_table=n_table,
        block=max(BLOCK_DATES, 2 * whole.packed.n_steps),
    )


def _whole_law(whole: Prepared, d: int) -> _WholeLaw:
    n, program = int(whole.n_moves[d]), whole.program
    digests = CellTable(program.n_rows, n)
    cells = CellRange(first=0, n=-(-n // CELL), n_paths=n)
    digests.add(whole.backend.reduce(program, cells, np.zeros((program.n_rows, 1, 2))))
    return _WholeLaw(
        moves=past_moves(whole, d, whole.backend.pnl(program, PathRange(first=0, n=n))),
        pnl_sha256=tuple(digests.sha256(row) for row in range(program.n_rows)),
    )


def _scenario(whole: Prepared, laws: list[_WholeLaw], s: int, *, has_errors: bool) -> WholeScenario:
    packed, scopes = whole.packed, scopes_of(whole)
    law, first = laws[int(packed.book.run.dynamics[s])], s * len(scopes)
    moves = replace(law.moves, pnl=law.moves.pnl[first : first + len(scopes)])
    results = []
    for k, scope in enumerate(scopes):
        shock_pnl, (mean, std) = float(packed.shock_pnl[s, k]), moves.moments(k)
        results.append(
            ScopeResult(
                scenario=whole.inputs.names[s],
                scope=scope,
                base_value=float(packed.base_values[k]),
                shock_pnl=shock_pnl,
                mean=mean,
                mean_se=0.0,
                std=std,
                measures=tuple(exact_tails(moves, k, whole.config.confidences, shock_pnl, has_errors=has_errors)),
                pnl_sha256=law.pnl_sha256[first + k],
                pnl_bound=float(packed.bounds.pnl[s, k]),
                n_moves=moves.pnl.shape[1],
            )
        )
    return WholeScenario(name=whole.inputs.names[s], moves=moves, results=tuple(results))
