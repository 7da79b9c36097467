"""Gradients by the odds of events, from the tail's paths: against the closed form, and over seeds."""

import math

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from engine.analysis.contributions.replay import replay
from engine.analysis.contributions.scene import scenes
from engine.analysis.gradient.event_gradients import EventGradients
from engine.analysis.gradient.parameter_gradients import parameter_gradients
from engine.analysis.gradient.parameter_inputs import parameter_inputs
from engine.inputs.run import resolve
from engine.market.factors import DAYS_PER_YEAR
from engine.run.load import load_inputs
from engine.run.prepared import prepare
from engine.run.start import finish

CASH = "position_id,book,kind,currency,notional,coupon,maturity\nC,b,CASH,USD,100000000,,\n"
LONG = CASH + "J,b,JGB,JPY,5000000000,0.023,2054-12-20\n"
CONFIDENCE, DAYS = 0.95, 5
FALL = """
title = "t"
description = "d"
source = "s"
[[jumps]]
name = "fall"
source = "s"
day = 2
probability = 0.2
mean = { USDJPY = -0.3 }
"""


def nothing(*_):
    pass


def scene_of(folder, scenario, book, n_paths, seed=1):
    (folder / "book.csv").write_text(book, encoding="utf-8")
    settings = {"book": [str(folder / "book.csv")], "scenario": scenario, "paths": n_paths, "seed": seed}
    fixed = {"confidence": [CONFIDENCE], "backend": "numba", "horizon_days": DAYS, "instantaneous": True}
    config = resolve(settings | fixed, {})
    prepared = prepare(config, load_inputs(config), nothing)
    finished = finish(prepared, nothing, nothing, 0.0)
    (scene,) = scenes(prepared, finished.whole, finished.result, replay(prepared.drawn, n_paths, lambda: None))
    return scene


def test_the_probability_of_a_jump_changes_var_and_es_as_the_closed_form_says(tmp_path):
    """Dollars that may fall by 30 %: beyond VaR all paths jumped, and are lognormal at the tail p / probability."""
    (tmp_path / "s.toml").write_text(FALL, encoding="utf-8")
    scene = scene_of(tmp_path, str(tmp_path / "s.toml"), CASH, 2**15)
    (each,) = (one for one in parameter_inputs(scene.part.inputs.scenarios[0]) if one.name == "jumps.fall.probability")
    assert each.is_odds
    found = EventGradients.of(scene).of_input(each)[CONFIDENCE]
    market, p = scene.part.inputs.market, 1.0 - CONFIDENCE
    vol = market.vols[[factor.name for factor in market.factors].index("USDJPY")] * math.sqrt(DAYS / DAYS_PER_YEAR)
    low, at, high = (ndtri(p / (0.2 * by)) for by in (0.9, 1.0, 1.1))
    run = {key: figure.value for key, figure in scene.figures_of("total", CONFIDENCE).items()}
    left = {key: 1e8 * market.usdjpy - value for key, value in run.items()}  # of the holding, in the run's own sample
    var = -left["value_at_risk"] * (math.exp(vol * (high - at)) - math.exp(vol * (low - at))) / 2.0
    mean = [0.2 * by * ndtr(z - vol) for by, z in ((0.9, low), (1.0, at), (1.1, high))]
    es = -left["expected_shortfall"] * (mean[2] - mean[0]) / (2.0 * mean[1])
    # Means over some 1,600 paths of the tail: four errors, which are themselves a few per cent of the figure.
    for key, exact in (("value_at_risk", var), ("expected_shortfall", es)):
        assert abs(found[key].value - exact) < 4.0 * found[key].se
        assert 0.0 < found[key].se < 0.1 * exact


def test_too_few_events_have_no_error(tmp_path):
    scene = scene_of(tmp_path, "bench/three-regimes.toml", CASH, 2048)
    (each,) = (
        one for one in parameter_inputs(scene.part.inputs.scenarios[0]) if one.name == "hazards.CALM.FLIGHT.per_year"
    )
    assert all(math.isinf(one.se) for one in EventGradients.of(scene).of_input(each)[CONFIDENCE].values())


@pytest.mark.slow  # one run of 131,072 paths and six differences of such
def test_differences_of_whole_runs_on_other_draws_agree(tmp_path):
    """Central differences of runs of a seed of their own lie within four errors of both together."""
    names = ("hazards.REPATRIATION.CALM.per_year", "jumps.calm.rates.CALM")
    scene = scene_of(tmp_path, "bench/three-regimes.toml", LONG, 2**17)
    inputs = [each for each in parameter_inputs(scene.part.inputs.scenarios[0]) if each.name in names]
    (mine,) = parameter_gradients(scene, inputs, nothing)
    for each, found in zip(inputs, mine.gradients, strict=True):
        differences = []
        for seed in range(11, 17):
            config = scene.part.config.model_copy(update={"seed": seed})
            ends = [
                finish(prepare(config, _with(scene, one), nothing), nothing, nothing, 0.0).result.results[0]
                for one in (each.smaller, each.larger)
            ]
            low, high = (end.measures[0].estimates["expected_shortfall"].value for end in ends)
            differences.append((high - low) / 2.0)
        spread = np.std(differences, ddof=1) / math.sqrt(len(differences))
        figure = found.changes["expected_shortfall"]
        assert abs(figure.value - np.mean(differences)) < 4.0 * math.hypot(figure.se, spread), each.name


def _with(scene, scenario):
    return scene.part.inputs.with_scenarios([scenario], [scene.name])


@pytest.mark.slow  # 200 seeds of a run of 16,384 paths each, a minute of processor time
def test_errors_cover_over_200_seeds(tmp_path):
    """Two errors hold the mean, for hazards and rates whose events most tails have often enough to be told."""
    names = ("hazards.FLIGHT.CALM.per_year", "hazards.REPATRIATION.CALM.per_year", "jumps.calm.rates.CALM")
    found = []
    for seed in range(1, 201):
        scene = scene_of(tmp_path, "bench/three-regimes.toml", LONG, 2**14, seed)
        events = EventGradients.of(scene)
        inputs = [each for each in parameter_inputs(scene.part.inputs.scenarios[0]) if each.name in names]
        found.append([[(one.value, one.se) for one in events.of_input(each)[CONFIDENCE].values()] for each in inputs])
    values, ses = np.moveaxis(np.array(found), -1, 0)  # (n_seeds, n_inputs, n_measures)
    told = np.isfinite(ses)
    assert told.mean(axis=0).min() > 0.7
    within = np.abs(values - values.mean(axis=0)) < 2.0 * ses
    covered = (within & told).sum(axis=0) / told.sum(axis=0)
    ratios = np.sqrt((np.where(told, ses, 0.0) ** 2).sum(axis=0) / told.sum(axis=0)) / values.std(axis=0, ddof=1)
    # Of 200 runs 95.4 % lie within two errors: four deviations of that. A spread of 200 is known to 5 %.
    assert covered.min() > 0.895, covered
    assert ratios.min() > 0.8, ratios
    assert ratios.max() < 1.35, ratios
