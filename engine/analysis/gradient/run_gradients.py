"""Gradients of a finished run: of each scenario by the inputs of its market and by the numbers of its mechanisms."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from engine.analysis.contributions.scene import Scene
from engine.analysis.gradient.gradients import GradientTable, gradients
from engine.analysis.gradient.market_inputs import market_inputs
from engine.analysis.gradient.parameter_gradients import parameter_gradients
from engine.analysis.gradient.parameter_inputs import ParameterInput, parameter_inputs


def run_gradients(made: Iterable[Scene], progress: Callable[[int, int], None]) -> tuple[GradientTable, ...]:
    """Return the gradients of every scenario of a finished run, by all that its law depends on.

    By quotes, vols and correlations of the market; and, where paths are drawn, by the numbers of its mechanisms.
    `progress` is called with inputs done and in all. Raises RiskError where the device fails.
    """
    scenes = tuple(made)
    of_market = [market_inputs(each.part.inputs.market, each.part.inputs.unwinds[each.number]) for each in scenes]
    of_scenario = [_parameters(each) for each in scenes]
    n_all = sum(map(len, of_market)) + sum(map(len, of_scenario))
    found, done = list[GradientTable](), 0
    for scene, inputs, numbers in zip(scenes, of_market, of_scenario, strict=True):
        tables = gradients(scene, inputs, partial(_after, progress, done, n_all))
        done += len(inputs)
        more = parameter_gradients(scene, numbers, partial(_after, progress, done, n_all)) if numbers else []
        done += len(numbers)
        found += _joined(tables, more)
    return tuple(found)


def _parameters(scene: Scene) -> tuple[ParameterInput, ...]:
    return parameter_inputs(scene.part.inputs.scenarios[scene.number]) if scene.moves is None else ()


def _joined(tables: Sequence[GradientTable], more: Sequence[GradientTable]) -> list[GradientTable]:
    of = {each.confidence: each for each in more}
    return [
        replace(
            each, gradients=(*each.gradients, *of[each.confidence].gradients), left_out=of[each.confidence].left_out
        )
        if each.confidence in of
        else each
        for each in tables
    ]


def _after(progress: Callable[[int, int], None], before: int, n_all: int, done: int) -> None:
    progress(before + done, n_all)
