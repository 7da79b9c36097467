"""The law of an impact drawn from studies."""

import numpy as np
import pytest

from engine.errors import FileFaults
from engine.inputs.scenario.load import load_scenario
from engine.mechanisms.impact import Impact, at_median
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.studies import STUDIES, Study, check_studies, law_of_studies

MIXED = (
    Study(study="wide", low_bp=10.0, high_bp=30.0, weight=3.0),
    Study(study="a point", low_bp=20.0, high_bp=20.0, weight=1.0),
)


def test_probabilities_are_those_of_the_ranges_and_points():
    law = law_of_studies(MIXED)
    found = [law.below(x) for x in (9.0, 10.0, 15.0, 19.999999999, 20.0, 30.0, 99.0)]
    assert found == pytest.approx([0.0, 0.0, 0.1875, 0.375, 0.625, 1.0, 1.0], abs=1e-9)


@pytest.mark.parametrize(("p", "x"), [(0.1875, 15.0), (0.375, 20.0), (0.5, 20.0), (0.625, 20.0), (0.8125, 25.0)])
def test_quantiles_turn_them_round(p, x):
    assert law_of_studies(MIXED).quantile(p) == pytest.approx(x, rel=1e-12)


def test_quantiles_of_the_default_are_those_of_a_sample():
    law, rng = law_of_studies(STUDIES), np.random.default_rng(3)
    weights = np.array([each.weight for each in STUDIES])
    which = rng.choice(len(STUDIES), 200_000, p=weights / weights.sum())
    low, high = (np.array([getattr(each, name) for each in STUDIES])[which] for name in ("low_bp", "high_bp"))
    drawn = low + (high - low) * rng.random(which.size)
    for p in (0.2, 0.5, 0.7):
        assert abs(np.mean(drawn <= law.quantile(p)) - p) < 4.0 * np.sqrt(p * (1.0 - p) / drawn.size)
    assert law.quantile(0.95) == 100.0
    # 1/3 below 1.8; then 1/6 over 19 to 44 and, from 40 on, 1/3 over 40 to 60: 0.4733 at 40, 0.0233 a bp from there
    assert law.quantile(0.5) == pytest.approx(40.0 + (0.5 - 1 / 3 - 21 / 150) / (1 / 150 + 1 / 60), rel=1e-12)


def test_at_its_median_every_path_draws_the_same():
    fixed = at_median(Impact(source="x", studies=MIXED))
    assert [(each.low_bp, each.high_bp) for each in fixed.studies] == [(20.0, 20.0)]
    assert (fixed.fx_least, fixed.fx_most) == (1.0, 1.0)


def test_a_study_whose_least_is_above_its_most_is_refused():
    findings = Findings("a scenario")
    check_studies((Study(study="s", low_bp=5.0, high_bp=4.0),), "impact.studies", findings)
    with pytest.raises(FileFaults, match=r"impact.studies\[1\].low_bp: must be at most `high_bp`, 4.0, got 5.0"):
        findings.notes()


@pytest.mark.parametrize("name", ["intervention", "ust-liquidation-10pct", "repatriation-sales", "unwind-loop"])
def test_bundled_scenarios_take_the_four_figures_from_here_alone(name):
    assert load_scenario(name).unwind.impact.studies == STUDIES
