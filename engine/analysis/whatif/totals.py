"""The totals' P&L before trades and after them, to the last bit that of a run of all books together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.analysis.whatif.candidate_trades import CandidateTrades
from engine.analysis.whatif.kept_pnl import Totals, keep_totals, kept_key, recall_totals
from engine.analysis.whatif.pnl_vectors import Scopes, pnl_vectors
from engine.inputs.run import RunConfig
from engine.run.blocks import Progress
from engine.run.load import Inputs
from engine.run.prepared import PreparedRun, prepared_by
from kernels.base import AbstractBackend
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairedTotals:
    """P&L by scenario on the same paths, or the same moves of an exact law; [currency], gains positive."""

    before: Mapping[str, F64]  # (n_paths,) each
    after: Mapping[str, F64]  # (n_paths,) each
    trades: Mapping[str, F64]  # (n_books, n_paths) each, of the trades' books
    prepared: PreparedRun  # of the trades alone
    was_kept: bool  # the totals before were walked by an earlier call


def paired_totals(
    config: RunConfig,
    inputs: Inputs,
    trades: CandidateTrades,
    n_steps: int,
    backend: AbstractBackend,
    progress: Progress,
    say: Callable[[str], None],
    totals: Totals | None = None,
) -> PairedTotals:
    """Walk the trades alone, and the books where their totals are neither given nor kept.

    Kernels add up a total book by book, in order: what the trades' books pay, added to the kept total one by one, is
    the total of a run in which they come last. Polynomials must cover the same ranges for that: where trades narrow
    them, the run of all books is walked instead.
    """
    was_kept = True
    if totals is None:
        totals, was_kept = totals_of(config, inputs, n_steps, backend, progress, say)
    prepared = prepared_by(config, trades.alone, backend, n_steps)
    rows = pnl_vectors(prepared, Scopes.BOOKS, config.n_paths, progress)
    if _is_same_ranges(totals.ranges, _ranges(prepared)):
        after = {name: _added(totals.pnl[name], rows[name]) for name in inputs.names}
    else:
        say("the trades narrow the ranges of the polynomials: all books are walked again")
        joined = prepared_by(config, trades.joined, backend, n_steps)
        after = dict(pnl_vectors(joined, Scopes.TOTAL, config.n_paths, progress))
    return PairedTotals(before=totals.pnl, after=after, trades=rows, prepared=prepared, was_kept=was_kept)


def totals_of(
    config: RunConfig,
    inputs: Inputs,
    n_steps: int,
    backend: AbstractBackend,
    progress: Progress,
    say: Callable[[str], None],
) -> tuple[Totals, bool]:
    """Return the totals of a run's books, and whether they were kept; else they are walked and kept."""
    key = kept_key(config, inputs, n_steps, backend.name)
    if (kept := recall_totals(key)) is not None:
        return kept, True
    say("the totals of this run are not kept yet: its books are walked once, and the next call adds trades to them")
    totals = _walked_totals(prepared_by(config, inputs, backend, n_steps), config.n_paths, progress)
    if (note := keep_totals(totals, key)) is not None:
        say(note)
    return totals, False


def _walked_totals(prepared: PreparedRun, n_paths: int, progress: Progress) -> Totals:
    return Totals(pnl=pnl_vectors(prepared, Scopes.TOTAL, n_paths, progress), ranges=_ranges(prepared))


def _added(total: F64, books: F64) -> F64:
    """Add books (n_books, n_paths) to a total (n_paths,) one by one, as kernels do [currency]."""
    found = total.copy()
    for book in books:
        found += book
    return found


def _ranges(prepared: PreparedRun) -> Mapping[str, F64]:
    """Return 1 over half the range of each factor that polynomials of the run move with, by scenario: (n_factors,)."""
    n_factors = len(prepared.inputs.market.factors)
    return {
        name: np.ascontiguousarray(part.packed.book.flows.inverse_width[s, :n_factors])
        for part in prepared.parts
        for s, name in enumerate(part.inputs.names)
    }


def _is_same_ranges(one: Mapping[str, F64], other: Mapping[str, F64]) -> bool:
    """Return whether no factor that both move with has two ranges in any scenario."""
    return all(bool(np.all((one[name] == mine) | (one[name] == 0.0) | (mine == 0.0))) for name, mine in other.items())
