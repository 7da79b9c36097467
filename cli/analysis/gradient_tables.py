"""Tables of gradients: what each quote, vol and correlation changes of VaR and ES, the largest of each group first."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Scale, Table

if TYPE_CHECKING:
    from engine.analysis.contributions.figures import Figure
    from engine.analysis.gradient.gradients import Gradient, GradientTable

PARAMETERS = "parameters of the scenario"
SHOWN = 12  # of a group without an order of its own; curves are shown whole
LEAST = 2.0  # standard errors that an input of these changes something by


def gradient_table(found: "GradientTable", currency: str) -> Table:
    """Lay out the inputs group by group: curves and surfaces in order, others by what they change."""
    from engine.risk.measures.registry import MEASURES

    measures = [each for each in MEASURES.values() if each.contribution is not None]
    rows = list(_shown(found, measures[-1].key))
    scale = render.scale(currency, [figure.value for each in rows for figure in each.changes.values()])
    level = render.percent(found.confidence)
    labels = " and ".join(each.label for each in measures)
    columns = (
        Column(heading="input", is_number=False),
        Column(heading="", is_number=False),
        Column(heading="by", is_number=False),
        *(Column(heading=each.label) for each in measures),
    )
    return Table(
        title=f"{found.scenario}: what the market's inputs change of the total's {labels} at {level}",
        unit=scale.unit,
        columns=columns,
        rows=list(_rows(rows, [each.key for each in measures], scale)),
        footnote=(
            f"A larger loss is positive. Read from {found.tail_paths:,} paths of the tail, replayed with each input a"
            " little higher and lower and bootstrapped anew; ± one standard error of simulation. Of odds of events, by"
            " how much likelier these paths become; ±? where the event is on fewer than ten of them. Other parameters:"
            f" runs with each a tenth larger and smaller. Of correlations and parameters the {SHOWN} largest at most,"
            " beyond two errors; --json has all."
            + (
                f" Left out, for a tenth more or less makes no scenario: {', '.join(found.left_out)}."
                if found.left_out
                else ""
            )
        ),
    )


def _shown(found: "GradientTable", key: str) -> "Iterator[Gradient]":
    """Yield quotes in their order, without those that change nothing; of the others the largest."""
    groups: dict[str, list[Gradient]] = {}
    for each in found.gradients:
        groups.setdefault(each.group, []).append(each)
    for group, members in groups.items():
        told = [each for each in members if _is_told(each.changes[key])]
        if group in ("correlations", PARAMETERS):
            told = sorted(told, key=lambda each: -abs(each.changes[key].value))[:SHOWN]
        yield from told


def _is_told(figure: "Figure") -> bool:
    se = figure.se if math.isfinite(figure.se) else 0.0  # what has no error is told: it may be the largest
    return abs(figure.value) > max(LEAST * se, 0.5)  # of the currency: below it is rounding


def _rows(shown: "Sequence[Gradient]", keys: Sequence[str], scale: Scale) -> Iterator[list[str]]:
    before = None
    for each in shown:
        if before not in (None, each.group):
            yield []
        heading = each.group if each.group != before else ""
        before = each.group
        figures = (each.changes[key] for key in keys)
        yield [heading, each.name, each.unit, *(scale.estimate(f.value, f.se, signed=True) for f in figures)]
