"""Gradients of VaR and ES by the numbers of a scenario's mechanisms: differences of whole runs on common draws."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.analysis.contributions.figures import Figure
from engine.analysis.contributions.scene import Scene
from engine.analysis.gradient.gradients import Gradient, GradientTable
from engine.analysis.gradient.parameter_inputs import ParameterInput
from engine.analysis.whatif.paired_changes import Change, paired_changes
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

    Each is the change of a measure from the scenario with the number a tenth smaller to that with it a tenth larger,
    halved, over the first 131,072 paths of the run at most, with its paired error: inf for a hazard, whose events are
    so few on the tail's paths that they do not bound it (docs/concepts/gradients.md). `progress` is called with inputs
    done. A number with which the scenario is none, such as a share above what others leave, is named and left out.
    """
    n, confidences = min(scene.n_paths, MOST_PATHS), list(scene.tails)
    found: dict[float, list[Gradient]] = {c: [] for c in confidences}
    left_out: list[str] = []
    for k, each in enumerate(inputs):
        progress(k + 1)
        try:
            smaller, larger = (_total(scene, one, n) for one in (each.smaller, each.larger))
        except InputError:
            left_out.append(each.name)
            continue
        changes = paired_changes(smaller, larger, confidences)
        for c in confidences:
            mine = [change for change in changes if change.confidence == c]
            found[c].append(_gradient(each, mine))
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


def _gradient(each: ParameterInput, changes: Sequence[Change]) -> Gradient:
    figures = {
        one.measure: Figure(value=one.value / each.steps, se=math.inf if each.is_hazard else one.se / each.steps)
        for one in changes
    }
    return Gradient(group=GROUP, name=each.name, unit=UNIT, changes=figures)


def _total(scene: Scene, scenario: Scenario, n_paths: int) -> F64:
    """Return the total's P&L in a scenario on the run's first paths: (n_paths,) [currency]."""
    part = scene.part
    inputs = part.inputs.with_scenarios([replace(scenario, uncertainty=())], [scene.name])
    run = prepared_by(part.config, inputs, part.backend, part.packed.n_steps)
    return pnl_vectors(run, Scopes.TOTAL, n_paths, lambda done, wanted: None)[scene.name]
