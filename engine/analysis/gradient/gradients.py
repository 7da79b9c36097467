"""Gradients of VaR and ES by every input of a market, on the tail's own paths.

With common draws the derivative of a quantile, or of a mean beyond it, is the mean of the P&L's own derivative on the
paths where the loss is, or exceeds, VaR: Glasserman (2004), "Monte Carlo methods in financial engineering", section
9.1; Hong (2009), "Estimating quantile sensitivities", Operations Research 57(1); Hong & Liu (2009), "Simulating
sensitivities of conditional value at risk", Management Science 55(2). So each input costs two revaluations of the few
thousand worst paths, replayed in the market after a change up and down, and not two runs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.analysis.contributions.figures import Figures, group_figures
from engine.analysis.contributions.scene import Scene
from engine.analysis.gradient.market_inputs import MarketInput
from engine.analysis.gradient.side_by_side import side_by_side
from engine.market.market import Market
from engine.run.backend import device_errors
from engine.run.position_pnl import replayed
from engine.run.prepared import Prepared, prepared_by, under_law_of
from kernels.numpy.revalue import revalue
from kernels.types import F64, U64


@dataclass(frozen=True, slots=True, kw_only=True)
class Gradient:
    """What one input changes of a total's measures, in the run's currency per its unit; a larger loss is positive."""

    group: str
    name: str
    unit: str
    changes: Figures  # by the measure's key


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientTable:
    """The gradients of one scenario's total at one confidence."""

    scenario: str
    confidence: float
    tail_paths: int  # that they were read from, or moves
    gradients: tuple[Gradient, ...]
    left_out: tuple[str, ...] = ()  # parameters a tenth of which makes no scenario that fits the market


def gradients(scene: Scene, inputs: Sequence[MarketInput], progress: Callable[[int], None]) -> list[GradientTable]:
    """Return the gradients of a scenario's total by some inputs of its market: a table a confidence.

    A confidence whose tail holds too few paths has none. `progress` is called with inputs done.
    """
    slopes, run = np.empty((len(inputs), scene.paths.size)), _Changed.of(scene)
    for k, slope in enumerate(side_by_side(run.slope, inputs, scene.part.backend)):
        slopes[k] = slope
        progress(k + 1)
    found = []
    for confidence, place in scene.places.items():
        tail = scene.tails[confidence]
        measured = tail.measured(slopes[:, place])
        if measured is not None:
            pairs = zip(inputs, measured, strict=True)
            rows = tuple(
                Gradient(group=each.group, name=each.name, unit=each.unit, changes=group_figures("", one).contributions)
                for each, one in pairs
            )
            found.append(
                GradientTable(scenario=scene.name, confidence=confidence, tail_paths=tail.weights.size, gradients=rows)
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Changed:
    """One scenario of a run in changed markets, on some of its paths."""

    part: Prepared
    scenario: int
    paths: U64
    as_it_is: Prepared  # in the run's own market, by full revaluation

    @classmethod
    def of(cls, scene: Scene) -> "_Changed":
        same = _prepared(scene.part, scene.number, scene.part.inputs.market)
        return cls(part=scene.part, scenario=scene.number, paths=scene.paths, as_it_is=same)

    def slope(self, each: MarketInput) -> F64:
        """Return the derivative of the total's P&L by an input on each path, per unit: (n_paths,) [currency]."""
        up, down = (self._pnl(each.changed(by), is_level=each.is_level) for by in (each.step, -each.step))
        slope: F64 = (up - down) * (each.per_unit / (2.0 * each.step))
        return slope

    def _pnl(self, market: Market, *, is_level: bool) -> F64:
        """Return the total's P&L on the paths in another market, by full revaluation, from its own unshocked value."""
        changed = _prepared(self.part, self.scenario, market) if is_level else under_law_of(self.as_it_is, market)
        observed, tables = replayed(changed, 0, self.paths), changed.packed.book
        if tables.run.observations.size == 1:
            with device_errors():
                return np.asarray(self.part.backend.pnl_of_moves(tables, observed[-1])[0])
        total: F64 = revalue(tables, 0, observed[tables.run.observations - 1]).sum(axis=0)
        return total


def _prepared(part: Prepared, scenario: int, market: Market) -> Prepared:
    """Make one scenario of a part ready in a market, for full revaluation."""
    name = part.inputs.names[scenario]
    inputs = replace(part.inputs, market=market).with_scenarios([part.inputs.scenarios[scenario]], [name])
    config = part.config.model_copy(update={"revaluation": "direct"})
    (ready,) = prepared_by(config, inputs, part.backend, part.packed.n_steps).parts
    return ready
