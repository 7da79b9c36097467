"""The chain of regimes in a step."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import expm

from engine.law.regimes import chain_step, initial_probabilities, occupancy, transition_table
from engine.mechanisms.regimes import Hazard, Regime

CASES = json.loads((Path(__file__).parents[2] / "data" / "unwind.json").read_text(encoding="utf-8"))["regimes"]


def regime(name, initial=0.0):
    return Regime(name=name, source="by hand", initial=initial)


@pytest.mark.parametrize("scale", [0.0, 1e-6, 0.5, 12.0, 3000.0])
def test_a_step_of_the_chain_is_the_exponential_of_its_generator(scale):
    rates = scale * np.array([[0.0, 1.0, 0.3], [0.2, 0.0, 0.0], [2.0, 0.1, 0.0]])
    generator = rates - np.diag(rates.sum(axis=1))
    step = chain_step(rates, 1 / 252)
    assert step == pytest.approx(expm(generator / 252), abs=1e-13)  # both round some ten times
    assert step.sum(axis=1) == pytest.approx([1.0] * 3, abs=1e-15)


def test_transitions_leave_the_diagonal_and_answer_falls_linearly():
    hazards = (
        Hazard(start="CALM", end="FLIGHT", per_year=0.5, per_year_per_fall=126.0, source="by hand"),
        Hazard(start="FLIGHT", end="CALM", per_year=25.2, source="by hand"),
    )
    table = transition_table((regime("CALM"), regime("FLIGHT")), hazards, 1 / 252)
    leaving = (1.0 - np.exp(-25.7 / 252)) / 25.7  # two states: P_ij = rate_ij (1 - e^-(a + b) dt) / (a + b)
    assert table[:, :, 0] == pytest.approx(np.array([[0.0, 0.5], [25.2, 0.0]]) * leaving, rel=1e-13)
    assert table[:, :, 1].tolist() == [[0.0, 0.5], [0.0, 0.0]]


def test_probabilities_of_the_start_are_cumulated_to_exactly_1():
    regimes = (regime("A", 0.1), regime("B", 0.2), regime("C", 0.7))
    assert initial_probabilities(regimes).tolist() == [0.1, pytest.approx(0.3), 1.0]
    assert initial_probabilities(()).tolist() == [1.0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_occupancy_is_that_of_the_chain(case):
    change = np.array(case["transition"])
    table = np.stack([change - np.diag(np.diag(change)), np.zeros((2, 2))], axis=-1)
    found = occupancy(np.array([1.0, 1.0]), table, case["days"])
    mean = (found @ np.array(case["mu"])).sum()
    assert mean == pytest.approx(case["by_start"]["calm_today"]["mean"], rel=1e-12, abs=1e-18)
