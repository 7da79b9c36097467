"""Gradients of VaR and ES by the numbers of a scenario's mechanisms.

Odds of events, such as hazards of regimes and rates of jumps, are told from the tail's paths by their likelihood
(`event_gradients`); of all others whole runs on common draws are compared.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.analysis.contributions.figures import Figure
from engine.analysis.contributions.scene import Scene
from engine.analysis.gradient.event_gradients import EventFigures, EventGradients
from engine.analysis.gradient.gradients import Gradient, GradientTable
from engine.analysis.gradient.parameter_inputs import ParameterInput
from engine.analysis.gradient.side_by_side import side_by_side
from engine.analysis.whatif.paired_changes import paired_changes
from engine.analysis.whatif.pnl_vectors import Scopes, pnl_vectors
from engine.errors import InputError
from engine.run.prepared import prepared_by
from engine.scenario.scenario import Scenario
from kernels.base import CELL
from kernels.types import F64

MOST_PATHS = 2 * CELL  # of each run
GROUP, UNIT = "parameters of the scenario", "10 % of it"


def parameter_gradients(
    scene: Scene, inputs: Sequence[ParameterInput], progress: Callable[[int], None]
) -> list[GradientTable]:
    """Return the gradients of a drawn scenario's total by numbers of its mechanisms: a table a confidence.

    Each is half the change of a measure from the scenario with the number a tenth smaller to that with it a tenth
    larger. `progress` is called with inputs done. A number with which the scenario is none, such as a share above what
    others leave, is named and left out.
    """
    confidences, events = list(scene.tails), EventGradients.of(scene)
    found: dict[float, list[Gradient]] = {c: [] for c in confidences}
    left_out: list[str] = []

    def changes_of(each: ParameterInput) -> EventFigures | None:
        try:
            return events.of_input(each) or _of_runs(scene, each)
        except InputError:
            return None

    for k, changes in enumerate(side_by_side(changes_of, inputs, scene.part.backend)):
        progress(k + 1)
        each = inputs[k]
        if changes is None:
            left_out.append(each.name)
            continue
        for c in confidences:
            found[c].append(Gradient(group=GROUP, name=each.name, unit=UNIT, changes=changes[c]))
    return [
        GradientTable(
            scenario=scene.name,
            confidence=c,
            tail_paths=scene.tails[c].weights.size,
            gradients=tuple(rows),
            left_out=tuple(left_out),
        )
        for c, rows in found.items()
    ]


def _of_runs(scene: Scene, each: ParameterInput) -> EventFigures:
    """Compare the first 131,072 paths of runs with a number a tenth smaller and larger, by confidence and measure.

    The error is paired, and inf for odds of events, which so few paths of the tail have that they do not bound it.
    """
    n, found = min(scene.n_paths, MOST_PATHS), dict[float, dict[str, Figure]]()
    smaller, larger = (_total(scene, one, n) for one in (each.smaller, each.larger))
    for one in paired_changes(smaller, larger, list(scene.tails)):
        se = math.inf if each.is_odds else one.se / each.steps
        found.setdefault(one.confidence, {})[one.measure] = Figure(value=one.value / each.steps, se=se)
    return found


def _total(scene: Scene, scenario: Scenario, n_paths: int) -> F64:
    """Return the total's P&L in a scenario on the run's first paths: (n_paths,) [currency]."""
    part = scene.part
    inputs = part.inputs.with_scenarios([replace(scenario, uncertainty=())], [scene.name])
    run = prepared_by(part.config, inputs, part.backend, part.packed.n_steps)
    return pnl_vectors(run, Scopes.TOTAL, n_paths, lambda done, wanted: None)[scene.name]
