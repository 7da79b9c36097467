"""Gradients of VaR and ES by the odds of events: the tail's own paths, weighted by how much likelier they become.

By what a hazard is, a path's P&L does not change with it, only how often such a path comes. So the derivative of an
expectation is that of the P&L times the derivative of the path's log-likelihood, the score: Glynn (1990), "Likelihood
ratio gradient estimation for stochastic systems", Communications of the ACM 33(10); Glasserman (2004), "Monte Carlo
methods in financial engineering", section 7.3. Beyond the tail what is averaged is 0, so that the tail's paths say all.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.analysis.contributions.figures import Figure
from engine.analysis.contributions.scene import Scene
from engine.analysis.contributions.tail_parts import DrawnParts, TailParts
from engine.analysis.gradient.event_odds import Events, differ_in_odds_alone, events_of, ratios
from engine.analysis.gradient.parameter_inputs import ParameterInput
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK, WINDOW
from engine.risk.ranks import exact_confidence
from engine.scenario.scenario import Scenario
from kernels.law_layout import ModelArrays
from kernels.types import F64, Bools

LEAST_EVENTS = 10  # paths of the tail on which the event came, from which their spread says what it is

EventFigures = Mapping[float, Mapping[str, Figure]]  # by confidence, then by the measure's key


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventGradients:
    """The tail's paths of one drawn scenario, with the events that came on them."""

    scene: Scene
    own: ModelArrays
    events: Events | None  # None: nothing comes under this law but moves

    @classmethod
    def of(cls, scene: Scene) -> "EventGradients":
        """Walk a scene's tails again."""
        part = scene.part
        own = _model(scene, part.inputs.scenarios[scene.number])
        has_events = bool(own.laws[0].is_unwind)
        steps = part.program.n_steps
        return cls(
            scene=scene,
            own=own,
            events=events_of(own, part.config.seed, scene.paths, steps) if has_events else None,
        )

    def of_input(self, each: ParameterInput) -> EventFigures | None:
        """Return what a tenth of a parameter changes of VaR and ES [currency]; None: it changes more than odds.

        Half the difference between the laws with it a tenth smaller and larger, as of runs of both, if the paths were
        as many as there can be. Raises InputError where one of them is no scenario.
        """
        if self.events is None:
            return None
        likelier, came = np.zeros(self.scene.paths.size), np.zeros(self.scene.paths.size, np.bool_)
        for sign, scenario in ((-1.0, each.smaller), (1.0, each.larger)):
            other = _model(self.scene, scenario)
            if not differ_in_odds_alone(self.own, other):
                return None
            ratio, touched = ratios(self.own, other, self.events)
            likelier, came = likelier + sign * ratio / each.steps, came | touched
        places = self.scene.places
        return {
            c: dict(_figures(tail, self.scene.n_paths, likelier[places[c]], came[places[c]]))
            for c, tail in self.scene.tails.items()
        }


def _model(scene: Scene, scenario: Scenario) -> ModelArrays:
    """Return the law of a scenario on the scene's market, alone, in the precision of the run."""
    part = scene.part
    inputs = part.inputs.with_scenarios([replace(scenario, uncertainty=())], [scene.name])
    (shocked,), (unwind,) = inputs.shocked, inputs.unwinds
    _, model = model_arrays([law_of(shocked, part.config.horizon_days, part.packed.n_steps, unwind, inputs.market)])
    return model.rounded(np.float32 if part.config.precision == "float32" else np.float64)


def _figures(tail: TailParts, n_run: int, likelier: F64, came: Bools) -> Iterator[tuple[str, Figure]]:
    """Yield the changes of VaR and of ES, by the change of each kept path's likelihood (n_kept,), worst first.

    Notes
    -----
    With s the change of likelihood, p = 1 - c and f the density of losses at VaR q, dq = E[1(L > q) s] / f and
    dES = E[(L - q)^+ s] / p. VaR is itself an estimate, so that to first order the errors of both are those of the
    means over paths of 1(L > q) (s - E[s | L = q]) / f, and of ((L - q)^+ s - dq 1(L > q)) / p. The density is read
    from the ranks within a quarter of the tail of VaR's, and its own error is added. Inf where the event came on
    fewer than 10 of the tail's paths, for what came so seldom does not tell how often it might have.
    """
    if not isinstance(tail, DrawnParts):
        return
    n, p = tail.worst.n_paths, float(1 - exact_confidence(tail.total.confidence))
    losses, q = -tail.total_pnl, tail.total.of(VALUE_AT_RISK).value
    beyond = losses > q
    reach, middle = math.ceil(WINDOW * n * p), math.floor(n * p)
    low, high = max(middle - reach, 0), min(middle + reach, losses.size - 1)
    slope = float(losses[low] - losses[high]) * n / max(high - low, 1)  # 1 / f
    at_var = float(likelier[low : high + 1].mean())
    var = float(likelier[beyond].sum()) / n * slope
    var_se = slope * _mean_se(likelier[beyond] - at_var, n)
    excess = (losses - q)[beyond]
    es = float(excess @ likelier[beyond]) / (n * p)
    es_se = _mean_se(excess * likelier[beyond] - var, n) / p
    is_told = np.count_nonzero(came & beyond) >= LEAST_EVENTS and high > low
    density_se = abs(var) / math.sqrt(max(high - low, 1))
    yield VALUE_AT_RISK.key, Figure(value=var, se=math.hypot(var_se, density_se) if is_told else math.inf)
    yield EXPECTED_SHORTFALL.key, Figure(value=es, se=es_se if is_told else math.inf)


def _mean_se(values: F64, n: int) -> float:
    """Return the standard error of a mean over n paths of `values`, and of 0 on all others."""
    mean = float(values.sum()) / n
    return math.sqrt(max(float(values @ values) / n - mean * mean, 0.0) / n)
