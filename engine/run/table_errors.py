"""The table's error of figures that are simulated by a filtered law, beside the simulation's own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.law.past.one_step import row_shares
from engine.risk.components import WorstPaths
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.past_table import TableDraws, jackknife_se, loss_per_rank
from engine.risk.ranks import Confidence, exact_confidence, tail_mass
from engine.risk.results import ScopeResult
from engine.run.prepared import Prepared
from kernels.base import CELL, PathRange
from kernels.types import F64

MOST_PATHS, LEAST_PATHS = 2 * CELL, CELL // 4  # behind the jackknife


def table_draws(prepared: Prepared, s: int) -> TableDraws | None:
    """Return by what a scenario's paths draw from its law's table; None: it has none."""
    program, model = prepared.program, prepared.packed.model
    law = int(program.book.run.dynamics[s])
    if not model.laws["is_filtered"][law]:
        return None
    return TableDraws(
        model=model, law=law, row_shares=row_shares(model, law), seed=program.seed, n_steps=program.n_steps
    )


def table_note(prepared: Prepared, n_paths: int) -> str | None:
    """Say that the error of a filtered law's table is not given for so few paths; None where it is, or has none."""
    draws = [table_draws(prepared, s) for s in range(len(prepared.inputs.names))]
    few = f"the error of the law's table of past days stands beside the simulation's from {LEAST_PATHS:,} paths on"
    return few if any(draws) and n_paths < LEAST_PATHS else None


def with_table_errors(
    prepared: Prepared, rows: tuple[ScopeResult, ...], n_paths: int, worst: Sequence[WorstPaths] = ()
) -> tuple[ScopeResult, ...]:
    """Return a run's rows with the table's error of those under a filtered law; none for fewer than 16,384 paths.

    rows    (n_rows,) of all drawn scenarios, from `n_paths` paths, of which 131,072 at most are looked at
    worst   takes in the paths that are looked at: one a scenario, or none
    """
    n, n_scopes = min(n_paths, MOST_PATHS), len(rows) // len(prepared.inputs.names)
    draws = [table_draws(prepared, s) for s in range(len(prepared.inputs.names))]
    if n < LEAST_PATHS or not any(draws):
        return rows
    pnl = prepared.backend.pnl(prepared.program, PathRange(first=0, n=n))
    for s, each in enumerate(worst):
        each.add(pnl[s * n_scopes : (s + 1) * n_scopes])
    return tuple(
        row if (by := draws[i // n_scopes]) is None else _with_errors(row, 0.0 - pnl[i], by)
        for i, row in enumerate(rows)
    )


def paired_table_ses(before: F64, after: F64, draws: TableDraws, confidence: Confidence) -> Mapping[str, float]:
    """Return the table's error of how VaR and ES change from one P&L vector (n_paths,) to another [currency].

    A path adds to the difference what it adds to the one less what it adds to the other, so what both share cancels.
    None, {}, for fewer than 16,384 paths; 131,072 at most are looked at.
    """
    n = min(before.size, MOST_PATHS)
    if n < LEAST_PATHS:
        return {}
    ones = [path_adds(0.0 - each[:n], n, confidence) for each in (before, after)]
    added = {key: ones[1][key] - ones[0][key] for key in ones[0]}
    some = np.flatnonzero(np.any(list(added.values()), axis=0))
    drawn = draws.drawn_by(some.astype(np.uint64))
    return {key: jackknife_se(each[some], drawn, n) for key, each in added.items()}


def table_se_of_es(pnl: F64, weights: F64, draws: TableDraws, confidence: Confidence) -> float | None:
    """Return the table's error of a weighted sum of the ES of P&L vectors (n_rows, n_paths) of the same paths.

    weights   (n_rows,) of each. None for fewer than 16,384 paths; 131,072 at most are looked at.
    """
    n = min(pnl.shape[1], MOST_PATHS)
    if n < LEAST_PATHS:
        return None
    adds = sum(
        weight * path_adds(0.0 - row[:n], n, confidence)[EXPECTED_SHORTFALL.key]
        for weight, row in zip(weights, pnl, strict=True)
    )
    some = np.flatnonzero(adds)
    return jackknife_se(np.asarray(adds)[some], draws.drawn_by(some.astype(np.uint64)), n)


def _with_errors(row: ScopeResult, losses: F64, draws: TableDraws) -> ScopeResult:
    measures = (replace(tail, table_ses=_table_ses(losses, draws, tail.confidence)) for tail in row.measures)
    return replace(row, measures=tuple(measures))


def _table_ses(losses: F64, draws: TableDraws, confidence: Confidence) -> Mapping[str, float]:
    """Return the table's error of VaR and ES of losses (n_paths,) [currency]; only paths of the tail add to them."""
    added = path_adds(losses, losses.size, confidence)
    tail = np.flatnonzero(added[EXPECTED_SHORTFALL.key])
    drawn = draws.drawn_by(tail.astype(np.uint64))
    return {key: jackknife_se(each[tail], drawn, losses.size) for key, each in added.items()}


def path_adds(losses: F64, n_paths: int, confidence: Confidence) -> Mapping[str, F64]:
    """Return what each path adds to VaR and ES, to first order: (n,) [currency], 0 beside the tail.

    losses   (n,) [currency] in any order, of all `n_paths` paths or of the worst of them, some beyond the tail at least
    """
    p = float(1 - exact_confidence(confidence))
    var, per_rank = loss_per_rank(np.sort(losses)[::-1], float(tail_mass(confidence, n_paths)))
    in_tail = losses > var
    return {
        VALUE_AT_RISK.key: np.where(in_tail, n_paths * per_rank, 0.0),
        EXPECTED_SHORTFALL.key: np.where(in_tail, (losses - var) / p, 0.0),
    }
