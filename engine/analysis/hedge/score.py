"""A mix of hedges scored on fresh paths: of each scenario the books without it, with it, and with the best single."""

import math
from dataclasses import dataclass

import numpy as np

from engine.analysis.final_regimes import final_regimes
from engine.analysis.hedge.result import ScenarioScore, Single, Worst
from engine.analysis.whatif.paired_changes import Change, paired_changes
from engine.analysis.whatif.pnl_vectors import scenario_rows
from engine.analysis.whatif.whatif import REGIME_PATHS, Mean, mean_of, regime_means
from engine.errors import RiskError
from engine.inputs.run import RunConfig
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.run.backend import device_errors
from engine.run.blocks import Progress, block_cells
from engine.run.prepared import Prepared, PreparedRun
from engine.scenario.under_laws import standing_of
from kernels.base import CELL, PathRange
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mixes:
    """What is scored."""

    lots: F64  # (n_hedges,)
    cost: float  # [currency] of the mix
    single: Single | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """The score on fresh paths."""

    scenarios: tuple[ScenarioScore, ...]
    against_single: Change | None  # of ES in the first scenario
    lot_pnl: tuple[tuple[Mean, ...], ...]  # by hedge and scenario, of one lot
    worst: Worst


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Walked:
    """P&L of all scenarios, [currency]."""

    before: F64  # (n_scenarios, n_paths) of the books
    mix: F64  # (n_scenarios, n_paths) of the mix, costs included
    single: F64 | None  # (n_paths,) of the best single hedge in the first scenario, costs included
    sums: F64  # (n_scenarios, n_hedges) of one lot's P&L over the paths
    squares: F64  # (n_scenarios, n_hedges) of its square


def scored(fresh: PreparedRun, n_books: int, mixes: Mixes, config: RunConfig, progress: Progress) -> Scored:
    """Walk fresh paths of all books, the first `n_books` the run's own, the others one lot of a hedge each.

    Memory: 16 bytes a path and scenario, and a block of all rows at a time.
    """
    if fresh.drawn is None:
        raise RiskError("nothing of the scenarios is drawn: there are no fresh paths")
    drawn, n = fresh.drawn, config.n_paths
    walked = _walked(drawn, n_books, mixes, n, progress)
    confidence = config.confidences[:1]
    scenarios = tuple(_score(drawn, s, walked, config) for s in range(len(walked.before)))
    against = None
    if walked.single is not None:
        first = walked.before[0]
        changes = paired_changes(first + walked.single, first + walked.mix[0], confidence)
        against = next(each for each in changes if each.measure == EXPECTED_SHORTFALL.key)
    return Scored(
        scenarios=scenarios,
        against_single=against,
        lot_pnl=tuple(tuple(_lot_mean(walked, s, k, n) for s in range(len(scenarios))) for k in range(mixes.lots.size)),
        worst=_worst(scenarios),
    )


def _walked(drawn: Prepared, n_books: int, mixes: Mixes, n: int, progress: Progress) -> _Walked:
    n_scenarios, n_hedges = len(drawn.inputs.names), mixes.lots.size
    before, mix = np.empty((n_scenarios, n)), np.empty((n_scenarios, n))
    single = None if mixes.single is None else np.empty(n)
    sums, squares = np.zeros((n_scenarios, n_hedges)), np.zeros((n_scenarios, n_hedges))
    at_once = block_cells(drawn.program.n_rows) * CELL
    with device_errors():
        for first in range(0, n, at_once):
            columns = slice(first, min(first + at_once, n))
            pnl = drawn.backend.pnl(drawn.program, PathRange(first=first, n=columns.stop - first))
            for s in range(n_scenarios):
                books = pnl[scenario_rows(drawn, s)][1:]
                lots = books[n_books:]
                before[s, columns] = books[:n_books].sum(axis=0)
                mix[s, columns] = (lots * mixes.lots[:, None]).sum(axis=0) - mixes.cost
                sums[s] += lots.sum(axis=1)
                squares[s] += (lots * lots).sum(axis=1)
                if s == 0 and single is not None and mixes.single is not None:
                    single[columns] = lots[mixes.single.hedge] * mixes.single.lots - mixes.single.cost
            progress(columns.stop, n)
    return _Walked(before=before, mix=mix, single=single, sums=sums, squares=squares)


def _score(drawn: Prepared, s: int, walked: _Walked, config: RunConfig) -> ScenarioScore:
    mix, inputs = walked.mix[s], drawn.inputs
    ends = final_regimes(drawn, s, min(mix.size, REGIME_PATHS))
    return ScenarioScore(
        scenario=inputs.names[s],
        standing=standing_of(inputs.scenarios[s], inputs.market),
        changes=paired_changes(walked.before[s], walked.before[s] + mix, config.confidences[:1]),
        pnl=mean_of(mix),
        regimes=() if ends is None else regime_means(ends, mix),
    )


def _lot_mean(walked: _Walked, s: int, k: int, n: int) -> Mean:
    mean = float(walked.sums[s, k]) / n
    variance = max(float(walked.squares[s, k]) / n - mean * mean, 0.0)
    return Mean(value=mean, se=math.sqrt(variance / n))


def _worst(scenarios: tuple[ScenarioScore, ...]) -> Worst:
    """Return where the mix loses most on average: a scenario, or the paths of one that end in a regime."""
    found = [Worst(scenario=each.scenario, regime=None, pnl=each.pnl) for each in scenarios]
    found += [
        Worst(scenario=each.scenario, regime=regime.regime, pnl=regime.pnl)
        for each in scenarios
        for regime in each.regimes
        if regime.pnl is not None
    ]
    return min(found, key=lambda each: each.pnl.value)
