"""What a run knows of laws of past days beside simulation: some of them exactly, and the error of the table of rows.

Plain history is as many windows as there are; one day of filtered history as many moves as there are rows. The table
is a sample of the past. Its error is found by resampling its rows in blocks of ten dates: at one day as it
stands, over more days by the infinitesimal jackknife, which takes one block at a time for slightly more likely.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import InputError
from engine.law.past.one_step import enumerated
from engine.mechanisms.law import is_historical
from engine.mechanisms.unwind import Unwind
from engine.risk.estimate import Estimate
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.moments import CellTable
from engine.risk.ranks import Confidence, exact_confidence, tail_mass
from engine.risk.results import ScopeResult, TailResult, tail_result
from engine.risk.tail import estimate_sample
from engine.run.load import Inputs
from kernels.base import CELL, AbstractBackend, CellRange, PathRange, Program
from kernels.lanes import RESIDUAL_ROW
from kernels.law_layout import ModelArrays
from kernels.numpy.draws.philox import draw_words
from kernels.types import F64, I64

BLOCK_DATES = 10  # consecutive joint dates that are resampled together: what the filter missed comes in runs
N_RESAMPLES = 500
MOST_PATHS, LEAST_PATHS = 2 * CELL, CELL // 4  # behind the jackknife
WIDTH = 0.25  # of the tail's mass: ranks on either side of VaR whose losses tell the density there
MEASURES = (VALUE_AT_RISK.key, EXPECTED_SHORTFALL.key)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WholeLaw:
    """All moves of a law that is known without simulation, valued."""

    pnl: F64  # (n_rows, n_moves) P&L of every row of results, though only some follow this law
    pnl_sha256: tuple[str, ...]  # (n_rows,)
    n_table: int  # days of the past, or windows of them: move i comes from that of number i modulo theirs
    block: int  # of them that are resampled together


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """By what a filtered law's rows are drawn."""

    n_table: int
    seed: int
    n_steps: int

    def blocks_of(self, paths: I64) -> I64:
        """Return the block of rows that each path draws from in each step: (n_steps, n_paths)."""
        blocks, ids, n = _blocks(self.n_table), paths.astype(np.uint64), np.uint64(self.n_table)
        words = [draw_words(self.seed, ids, step, RESIDUAL_ROW)[0] for step in range(self.n_steps)]
        return np.stack([blocks[(word * n >> np.uint64(32)).astype(np.int64)] for word in words])


def past_scenarios(unwinds: Sequence[Unwind | None]) -> list[int]:
    """Return the numbers of the scenarios whose moves are those of past days, filtered or as they were."""
    return [s for s, unwind in enumerate(unwinds) if unwind is not None and unwind.law is not None]


def exact_scenarios(unwinds: Sequence[Unwind | None], n_steps: int) -> list[int]:
    """Return the numbers of the scenarios that need no simulation: plain history, and one day of filtered history."""
    whole = [unwind is not None and (n_steps == 1 or is_historical(unwind)) for unwind in unwinds]
    return [s for s in past_scenarios(unwinds) if whole[s]]


def refuse_plain_history(inputs: Inputs) -> None:
    """Raise InputError where a scenario is plain history: all that draws paths refuses it."""
    for name, unwind in zip(inputs.names, inputs.unwinds, strict=True):
        if unwind is not None and is_historical(unwind):
            raise InputError(f"{name} is plain history, which has no paths to draw: `unwind run` values it whole")


def past_notes(inputs: Inputs) -> tuple[str, ...]:
    """Return which factors of a run have no history, and how laws of past days move them, in words."""
    notes = {}
    for s in past_scenarios(inputs.unwinds):
        state, unwind = inputs.shocked[s].filtered, inputs.unwinds[s]
        if state is None or unwind is None or unwind.law is None or not state.given:
            continue
        if is_historical(unwind):
            notes[unwind.law] = f"{unwind.law}: {', '.join(state.given)} stays still, for there is no history of it"
            continue
        ways = [
            f"{name} by {' + '.join(f'{weight:g} x {other}' for other, weight in each.loadings.items())}"
            for name, each in state.given.items()
        ]
        notes[unwind.law] = f"{unwind.law}: without a history, by assumption: {'; '.join(ways)}, and noise of its own"
    return tuple(notes.values())


def whole_laws(
    backend: AbstractBackend, model: ModelArrays, n_steps: int, prepare: Callable[[ModelArrays], Program]
) -> dict[int, WholeLaw]:
    """Return each law that is known without simulation, by its number; `prepare` makes a program of other laws."""
    every, counts = enumerated(model, n_steps)
    program, found = prepare(every), {}
    for d in np.flatnonzero(counts).tolist():
        law, n = model.laws[d], int(counts[d])
        cells = CellRange(first=0, n=-(-n // CELL), n_paths=n)
        digests = CellTable(program.n_rows, n)
        digests.add(backend.reduce(program, cells, np.zeros((program.n_rows, 1, 2))))
        found[d] = WholeLaw(
            pnl=backend.pnl(program, PathRange(first=0, n=n)),
            pnl_sha256=tuple(digests.sha256(row) for row in range(program.n_rows)),
            n_table=n if law.is_enumerated else int(law.last_row - law.first_row),
            block=max(BLOCK_DATES, 2 * n_steps),
        )
    return found


def exact_tails(
    pnl: F64, n_table: int, confidences: Sequence[Confidence], shock_pnl: float, block: int = BLOCK_DATES
) -> tuple[TailResult, ...]:
    """Return the measures of equally likely P&L, (n_moves,) [currency], at each confidence, with the table's error.

    VaR is the loss of the least likely moves that make up 1 - confidence, the mildest of them: where their number is
    whole, the upper end of the losses that are quantiles. ES is the mean of these. For the error `block` rows of the
    table are resampled together.
    """
    order = np.argsort(pnl, kind="stable")
    counts = _resampled(n_table, block)
    return tuple(_exact_tail(pnl[order], order % n_table, counts, each, shock_pnl) for each in confidences)


def table_errors(
    backend: AbstractBackend, program: Program, model: ModelArrays, confidences: Sequence[Confidence], n_paths: int
) -> dict[int, dict[float, dict[str, float]]]:
    """Return the table's error of each row of results under a filtered law: by row, confidence and measure [currency].

    The derivative of a measure by the weight of a block of rows is the covariance, over paths, of how often a path
    draws from the block and of what the path adds to the measure; the error is the root of the sum of their squares,
    less what the paths' own noise adds to it. Efron (2014), "Estimation and accuracy after model selection", J. Amer.
    Statist. Assoc. 109, for the covariance form. Nothing is returned for fewer than 16,384 paths.
    """
    n = min(n_paths, MOST_PATHS)
    run = program.book.run
    is_drawn = (model.laws["is_filtered"] != 0) & (model.laws["is_enumerated"] == 0)
    rows = [row for row in range(program.n_rows) if is_drawn[run.dynamics[_scenario(row, program)]]]
    if n < LEAST_PATHS or not rows:
        return {}
    pnl = backend.pnl(program, PathRange(first=0, n=n))
    found: dict[int, dict[float, dict[str, float]]] = {}
    for row in rows:
        law = model.laws[run.dynamics[_scenario(row, program)]]
        draws = Draws(n_table=int(law.last_row - law.first_row), seed=program.seed, n_steps=program.n_steps)
        found[row] = {float(exact_confidence(c)): _jackknife(0.0 - pnl[row], draws, c) for c in confidences}
    return found


def table_note(unwinds: Sequence[Unwind | None], n_paths: int) -> str | None:
    """Say that the error of a filtered law's table is not printed for so few paths; None where it is, or has none."""
    is_drawn = any(not is_historical(unwinds[s]) for s in past_scenarios(unwinds))
    few = f"the error of the law's table of past days stands beside the simulation's from {LEAST_PATHS:,} paths on"
    return few if is_drawn and n_paths < LEAST_PATHS else None


def with_table_errors(row: ScopeResult, errors: Mapping[float, Mapping[str, float]]) -> ScopeResult:
    """Return a row of results with the table's error beside the simulation's."""
    measures = tuple(replace(tail, table_ses=errors.get(tail.confidence, {})) for tail in row.measures)
    return replace(row, measures=measures)


def _scenario(row: int, program: Program) -> int:
    return row // (program.n_rows // program.book.run.dynamics.size)


def _exact_tail(pnl: F64, rows: I64, counts: F64, confidence: Confidence, shock_pnl: float) -> TailResult:
    """Measure P&L (n_moves,), worst first, of `rows` of a table; counts (n_resamples, n_table) of rows drawn anew."""
    mass, losses = float(tail_mass(confidence, pnl.size)), 0.0 - pnl
    exact = dict(zip(MEASURES, _measures(losses, np.ones(pnl.size), mass), strict=True))
    ses = np.array([_measures(losses, each[rows], mass) for each in counts]).std(axis=0, ddof=1)
    sample = estimate_sample(pnl, confidence)
    known = {key: Estimate(value=value, se=0.0, low=value, high=value) for key, value in exact.items()}
    whole = replace(sample, estimates={**sample.estimates, **known}, rough=False)
    return replace(
        tail_result(whole, shock_pnl), table_ses=dict(zip(MEASURES, ses.tolist(), strict=True)), is_exact=True
    )


def _measures(losses: F64, weights: F64, mass: float) -> tuple[float, float]:
    """Return VaR and ES of losses, worst first, by weights that add up to their number; mass of the tail among it."""
    total = np.cumsum(weights)
    last = min(int(np.searchsorted(total, mass - 1e-9)), losses.size - 1)
    before = float(total[last - 1]) if last else 0.0
    tail = float(weights[:last] @ losses[:last]) + (mass - before) * float(losses[last])
    return float(losses[last]), tail / mass


def _resampled(n_table: int, block: int) -> F64:
    """Return how often each row is in the table when its blocks are drawn anew: (n_resamples, n_table)."""
    blocks = _blocks(n_table, block)
    n_blocks = int(blocks[-1]) + 1
    words = draw_words(0, np.arange(N_RESAMPLES * n_blocks, dtype=np.uint64), 0, RESIDUAL_ROW)[0]
    picked = (words * np.uint64(n_blocks) >> np.uint64(32)).astype(np.int64).reshape(N_RESAMPLES, n_blocks)
    counts = np.stack([np.bincount(each, minlength=n_blocks) for each in picked])[:, blocks].astype(np.float64)
    return np.asarray(counts * (n_table / counts.sum(axis=1, keepdims=True)))


def _blocks(n_table: int, block: int = BLOCK_DATES) -> I64:
    """Return the block of each row, the last one full: (n_table,)."""
    return np.minimum(np.arange(n_table) // block, max(n_table // block, 1) - 1)


def _jackknife(losses: F64, draws: Draws, confidence: Confidence) -> dict[str, float]:
    """Return the table's error of VaR and ES of losses (n_paths,) [currency]; only paths of the tail add to them."""
    n, p = losses.size, float(1 - exact_confidence(confidence))
    ordered = np.sort(losses)[::-1]
    mass = n * p
    at, reach = math.floor(mass), max(math.ceil(WIDTH * mass), 1)
    var, high, low = ordered[at], ordered[max(at - reach, 0)], ordered[min(at + reach, n - 1)]
    density = 2.0 * reach / n / (high - low) if high > low else math.inf
    tail = np.flatnonzero(losses > var)
    adds = {VALUE_AT_RISK.key: np.full(tail.size, 1.0 / density), EXPECTED_SHORTFALL.key: (losses[tail] - var) / p}
    blocks = draws.blocks_of(tail)  # (n_steps, n_tail)
    shares = np.bincount(_blocks(draws.n_table)) / draws.n_table
    found = {}
    for key, each in adds.items():
        visits = np.bincount(blocks.ravel(), np.tile(each, len(blocks)), shares.size)
        slopes = (visits - draws.n_steps * shares * each.sum()) / n
        noise = draws.n_steps * (1.0 - float(shares @ shares)) * float(each @ each) / n / n
        found[key] = math.sqrt(max(float(slopes @ slopes) - noise, 0.0))
    return found
