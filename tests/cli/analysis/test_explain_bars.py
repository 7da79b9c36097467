"""Bars on one scale, to the right what adds and to the left what takes off."""

from dataclasses import replace

from cli.analysis.explain_bars import WIDTH, bars
from cli.render import Scale
from engine.analysis.contributions.figures import Figure
from engine.explain.run.scenario_explanation import Contribution
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from tests.engine.explain.run.runs import explained


def test_the_longest_bars_fill_the_width_between_them_and_what_is_next_to_nothing_has_none():
    figures = {"up": 3e9, "next to nothing": 1e3, "down": -1e9}
    parts = tuple(
        Contribution(name=name, words=name, figures={EXPECTED_SHORTFALL.key: Figure(value=value, se=0.0)})
        for name, value in figures.items()
    )
    lines = bars(replace(explained().scenarios[0], factors=parts), Scale(divisor=1e9, unit="JPY bn")).splitlines()
    assert WIDTH == 40
    assert lines == [
        "base: ES by factor, JPY bn; # adds, - takes off",
        f"  up         3.00  {' ' * 10}|{'#' * 30}",
        f"  down      -1.00  {'-' * 10}|",
    ]
