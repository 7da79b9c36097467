"""The README's picture shows figures that the engine gives."""

import re
from datetime import date

import numpy as np
import pytest

from cli.pages.hero import PAGE, picture, svg
from cli.pages.hero_figures import N_DOTS, SCENARIOS, Hero, Losses, simulated
from engine.levels.fans import QUANTILES, Fan


@pytest.fixture(scope="module")
def drawn(root):
    return (root / PAGE).read_text("utf-8")


def test_its_losses_are_those_of_the_run_and_of_the_readme_s_table(root, drawn):
    totals = [row for row in simulated().finished.result.results if row.scope == "total"]
    shown = [float(amount) for amount in re.findall(r"¥([\d.]+) bn</tspan>", drawn)]
    assert shown == [round(row.measures[0].estimates["value_at_risk"].value / 1e9, 1) for row in totals]
    assert [float(amount) for amount in re.findall(r">VaR ([\d.]+)<", drawn)] == shown
    rows = re.findall(r"^ +total .*$", (root / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) == len(SCENARIOS)
    for row, amount in zip(rows, shown, strict=True):
        assert amount in [round(float(number), 1) for number in re.findall(r"[\d.]+(?= ±)", row)], row


def test_a_hundred_dots_a_scenario_and_one_in_a_hundred_beyond_var(drawn):
    assert len(re.findall(r'<circle class="[brx]"', drawn)) == N_DOTS * len(SCENARIOS)
    assert drawn.count('<circle class="x"') == len(SCENARIOS)  # 0.5 % of paths lose more than the worst dot


def test_it_loads_nothing_and_says_in_words_what_it_shows(drawn):
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
    assert 'role="img" aria-label="Fans of the 40-year JGB yield' in drawn


def test_another_run_is_another_picture():
    """Figures are drawn from what is handed over: none of them stands in the code."""
    fan = Fan(
        title="USD/JPY",
        unit="JPY",
        before=150.0,
        start=150.0,
        quantiles=np.linspace(140.0, 160.0, len(QUANTILES))[:, np.newaxis] * np.ones((1, 60)),
        history_dates=np.arange("2030-01-01", "2030-01-05", dtype="datetime64[D]"),
        history=np.array([149.0, np.nan, 151.0, 150.0]),
    )
    found = [Losses(label=name, var=var, dots=np.linspace(-9, 9, 100)) for name, var in (("one", 8.9), ("two", 7.0))]
    text = svg(Hero(valuation_date=date(2030, 1, 4), value=99.0, losses=tuple(found), fans=(fan, fan)))
    assert re.findall(r"¥([\d.]+) bn</tspan>", text) == ["8.9", "7.0"]
    assert ("Jan 2030" in text, "4 January" in text, "¥99 bn" in text) == (True, True, True)
    assert text.count('<circle class="x"') == 1 + sum(-pnl > 7.0 for pnl in found[1].dots)


@pytest.mark.slow  # 10,000 paths of 60 days beside the run
def test_the_picture_is_what_is_simulated_now(drawn):
    assert picture() == drawn, "docs/hero.svg is stale: run `python -m cli.pages.hero`"
