"""A mix of hedges scored on fresh paths: of each scenario the books without it, with it, and with the best single."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.final_regimes import REGIME_PATHS, final_regimes
from engine.analysis.hedge.result import ScenarioScore, Single, Worst
from engine.analysis.whatif.paired_changes import Change, drawn_changes
from engine.analysis.whatif.pnl_vectors import scenario_rows
from engine.analysis.whatif.whatif import Mean, mean_of, regime_means
from engine.errors import RiskError
from engine.inputs.run import RunConfig
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.ranks import Confidence
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
    lot_costs: F64  # (n_hedges,) [currency]
    single: Single | None

    @property
    def tried(self) -> F64:
        """Return the lots at which each hedge is tried alone: the mix's, one where it has none: (n_hedges,)."""
        return np.where(self.lots > 0.0, self.lots, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """The score on fresh paths."""

    scenarios: tuple[ScenarioScore, ...]
    against_single: Change | None  # of ES in the first scenario
    lot_pnl: tuple[tuple[Mean, ...], ...]  # by hedge and scenario, of one lot
    es_changes: tuple[tuple[Change, ...], ...]  # by hedge and scenario: of ES, by its tried lots alone, costs included
    worst: Worst


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Walked:
    """P&L of all scenarios, [currency]."""

    before: F64  # (n_scenarios, n_paths) of the books
    lots: F64  # (n_scenarios, n_hedges, n_paths) of one lot of each hedge, before its cost

    def mix(self, s: int, lots: F64, lot_costs: F64) -> F64:
        """Return the P&L of lots (n_hedges,) in a scenario, their costs included: (n_paths,)."""
        found = np.full(self.before.shape[1], -float(lot_costs @ lots))
        for paid, n in zip(self.lots[s], lots.tolist(), strict=True):
            if n:
                found += n * paid
        return found


def scored(fresh: PreparedRun, n_books: int, mixes: Mixes, config: RunConfig, progress: Progress) -> Scored:
    """Walk fresh paths of all books, the first `n_books` the run's own, the others one lot of a hedge each.

    Memory: 8 bytes a path, scenario and hedge, and a block of all rows at a time.
    """
    if fresh.drawn is None:
        raise RiskError("nothing of the scenarios is drawn: there are no fresh paths")
    drawn, confidences = fresh.drawn, config.confidences[:1]
    walked = _walked(drawn, n_books, mixes.lots.size, config.n_paths, progress)
    mixed = [walked.mix(s, mixes.lots, mixes.lot_costs) for s in range(len(walked.before))]
    scenarios = tuple(_score(drawn, s, walked.before[s], mix, confidences) for s, mix in enumerate(mixed))
    against, first = None, walked.before[0]
    if mixes.single is not None:
        alone = np.zeros(mixes.lots.size)
        alone[mixes.single.hedge] = mixes.single.lots
        single = walked.mix(0, alone, mixes.lot_costs)
        against = _es(drawn_changes(drawn, 0, first + single, first + mixed[0], confidences))
    return Scored(
        scenarios=scenarios,
        against_single=against,
        lot_pnl=tuple(tuple(map(mean_of, walked.lots[:, k])) for k in range(mixes.lots.size)),
        es_changes=tuple(_alone(drawn, walked, mixes, k, confidences) for k in range(mixes.lots.size)),
        worst=_worst(scenarios),
    )


def _walked(drawn: Prepared, n_books: int, n_hedges: int, n: int, progress: Progress) -> _Walked:
    n_scenarios = len(drawn.inputs.names)
    before, lots = np.empty((n_scenarios, n)), np.empty((n_scenarios, n_hedges, n))
    at_once = block_cells(drawn.program.n_rows) * CELL
    with device_errors():
        for first in range(0, n, at_once):
            columns = slice(first, min(first + at_once, n))
            pnl = drawn.backend.pnl(drawn.program, PathRange(first=first, n=columns.stop - first))
            for s in range(n_scenarios):
                books = pnl[scenario_rows(drawn, s)][1:]
                before[s, columns] = books[:n_books].sum(axis=0)
                lots[s, :, columns] = books[n_books:]
            progress(columns.stop, n)
    return _Walked(before=before, lots=lots)


def _score(drawn: Prepared, s: int, before: F64, mix: F64, confidences: Sequence[Confidence]) -> ScenarioScore:
    inputs, ends = drawn.inputs, final_regimes(drawn, s, min(mix.size, REGIME_PATHS))
    return ScenarioScore(
        scenario=inputs.names[s],
        standing=standing_of(inputs.scenarios[s], inputs.market),
        changes=drawn_changes(drawn, s, before, before + mix, confidences),
        pnl=mean_of(mix),
        regimes=() if ends is None else regime_means(ends, mix),
    )


def _alone(
    drawn: Prepared, walked: _Walked, mixes: Mixes, k: int, confidences: Sequence[Confidence]
) -> tuple[Change, ...]:
    """Return by scenario what a hedge's tried lots alone change of ES, their cost included."""
    lots = np.zeros(mixes.lots.size)
    lots[k] = mixes.tried[k]
    with_it = (before + walked.mix(s, lots, mixes.lot_costs) for s, before in enumerate(walked.before))
    return tuple(
        _es(drawn_changes(drawn, s, before, after, confidences))
        for s, (before, after) in enumerate(zip(walked.before, with_it, strict=True))
    )


def _es(changes: Sequence[Change]) -> Change:
    return next(each for each in changes if each.measure == EXPECTED_SHORTFALL.key)


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
