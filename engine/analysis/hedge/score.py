"""A mix of hedges scored on fresh paths: of each scenario the books without it, with it, and with the best single."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.final_regimes import REGIME_PATHS, final_regimes
from engine.analysis.hedge.aim import Aim, aim_change, es_of
from engine.analysis.hedge.result import ScenarioScore, Single, Worst
from engine.analysis.hedge.walked import WalkedPaths, walked
from engine.analysis.whatif.paired_changes import Change, drawn_changes
from engine.analysis.whatif.whatif import Mean, mean_of, regime_means
from engine.errors import RiskError
from engine.inputs.run import RunConfig
from engine.risk.ranks import Confidence
from engine.run.blocks import Progress
from engine.run.prepared import Prepared, PreparedRun
from engine.scenario.under_laws import standing_of
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mixes:
    """What is scored."""

    lots: F64  # (n_hedges,)
    lot_costs: F64  # (n_hedges,) [currency]
    single: Single | None
    aim: Aim

    @property
    def tried(self) -> F64:
        """Return the lots at which each hedge is tried alone: the mix's, one where it has none: (n_hedges,)."""
        return np.where(self.lots > 0.0, self.lots, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """The score on fresh paths."""

    scenarios: tuple[ScenarioScore, ...]
    aim: Change  # of what the mix was to make least
    against_single: Change | None  # of the same
    lot_pnl: tuple[tuple[Mean, ...], ...]  # by hedge and scenario, of one lot
    es_changes: tuple[tuple[Change, ...], ...]  # by hedge and scenario: of ES, by its tried lots alone, costs included
    worst: Worst


def scored(fresh: PreparedRun, mixes: Mixes, config: RunConfig, progress: Progress) -> Scored:
    """Walk fresh paths of all books, the run's own first, then one lot of each hedge.

    Memory: 8 bytes a path, scenario and hedge, and a block of all rows at a time.
    """
    if fresh.drawn is None:
        raise RiskError("nothing of the scenarios is drawn: there are no fresh paths")
    drawn, confidences = fresh.drawn, config.confidences[:1]
    paths = walked(drawn, mixes.lots.size, config.n_paths, progress)
    mixed = [paths.mix(s, mixes.lots, mixes.lot_costs) for s in range(len(paths.before))]
    scenarios = tuple(_score(drawn, s, paths.before[s], mix, confidences) for s, mix in enumerate(mixed))
    of_aim, against = range(len(mixes.aim.scenarios)), None
    before, after = [paths.before[s] for s in of_aim], [paths.before[s] + mixed[s] for s in of_aim]
    if mixes.single is not None:
        alone = np.zeros(mixes.lots.size)
        alone[mixes.single.hedge] = mixes.single.lots
        single = [paths.before[s] + paths.mix(s, alone, mixes.lot_costs) for s in of_aim]
        against = aim_change(mixes.aim, single, after, confidences[0], drawn)
    return Scored(
        scenarios=scenarios,
        aim=aim_change(mixes.aim, before, after, confidences[0], drawn),
        against_single=against,
        lot_pnl=tuple(tuple(map(mean_of, paths.lots[:, k])) for k in range(mixes.lots.size)),
        es_changes=tuple(_alone(drawn, paths, mixes, k, confidences) for k in range(mixes.lots.size)),
        worst=_worst(scenarios),
    )


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
    drawn: Prepared, paths: WalkedPaths, mixes: Mixes, k: int, confidences: Sequence[Confidence]
) -> tuple[Change, ...]:
    """Return by scenario what a hedge's tried lots alone change of ES, their cost included."""
    lots = np.zeros(mixes.lots.size)
    lots[k] = mixes.tried[k]
    with_it = (before + paths.mix(s, lots, mixes.lot_costs) for s, before in enumerate(paths.before))
    return tuple(
        es_of(drawn_changes(drawn, s, before, after, confidences))
        for s, (before, after) in enumerate(zip(paths.before, with_it, strict=True))
    )


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
