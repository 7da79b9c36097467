"""What contributes to a run's measures: made on demand, and laid out as a tidy frame."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.analysis.contributions.contributions import check_by
from engine.analysis.contributions.figures import ContributionTable, Figure
from engine.analysis.contributions.run_contributions import taken_apart
from engine.analysis.gradient.gradients import GradientTable
from engine.inputs.run_keywords import settings_of
from engine.run.prepared import Prepared
from engine.run.sampling.sampler_checks import check_plain
from engine.run.start import FinishedRun
from unwind_risk.api.frames import framed
from unwind_risk.api.notes import Notes

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {  # with their units; {currency} is the run's
    "scenario": "name",
    "by": "grouping",
    "confidence": "probability",
    "group": "name; groups add up to the total",
    "measure": "value_at_risk, expected_shortfall",
    "value": "{currency}, contribution; losses positive",
    "se": "{currency}, one standard error of the simulation",
    "table_se": "{currency}, one standard error of a law's table of past days; NaN: it has none",
    "standalone": "{currency}, of the group alone; NaN: not measured",
    "standalone_se": "{currency}",
    "incremental": "{currency}, the total less what it is without the group; NaN: not measured",
    "incremental_se": "{currency}",
    "tail_share": "fraction of the tail's paths; NaN: groups are not of paths",
}


def contributions_by(run: FinishedRun, by: Sequence[str]) -> tuple[ContributionTable, ...]:
    """Take a finished run apart by some groupings: its first paths are walked again.

    Raises InputError for no such grouping, or a tail that is too thin for it.
    """
    check_plain(run.prepared.config)
    config = run.prepared.config.model_copy(update={"by": settings_of({"by": by[0] if len(by) == 1 else tuple(by)}).by})

    def of(part: Prepared | None) -> Prepared | None:
        return None if part is None else replace(part, config=config)

    prepared = replace(run.prepared, config=config, drawn=of(run.prepared.drawn), whole=of(run.prepared.whole))
    check_by(prepared)
    return taken_apart(replace(run, prepared=prepared), Notes().say).contributions


def contribution_frame(tables: Sequence[ContributionTable], currency: str) -> "pd.DataFrame":
    """Return a row for each scenario, grouping, confidence, group and measure; units in `.attrs["units"]`."""
    import pandas as pd

    rows = [
        {
            "scenario": table.scenario,
            "by": table.by,
            "confidence": table.confidence,
            "group": group.group,
            "measure": key,
            "value": figure.value,
            "se": figure.se,
            "table_se": float("nan") if figure.table_se is None else figure.table_se,
            **_named("standalone", group.standalone.get(key)),
            **_named("incremental", group.incremental.get(key)),
            "tail_share": float("nan") if group.tail_share is None else group.tail_share.value,
        }
        for table in tables
        for group in table.groups
        for key, figure in group.contributions.items()
    ]
    units = {name: unit.format(currency=currency) for name, unit in COLUMNS.items()}
    return framed(pd.DataFrame(rows, columns=[*COLUMNS]), units=units, currency=currency)


def _named(name: str, figure: Figure | None) -> dict[str, float]:
    nothing = float("nan")
    return {name: figure.value if figure else nothing, f"{name}_se": figure.se if figure else nothing}


def gradient_frame(tables: Sequence[GradientTable], currency: str) -> "pd.DataFrame":
    """Return a row for each scenario, confidence, input and measure; units in `.attrs["units"]`."""
    import pandas as pd

    rows = [
        {
            "scenario": table.scenario,
            "confidence": table.confidence,
            "group": each.group,
            "input": each.name,
            "per": each.unit,
            "measure": key,
            "value": figure.value,
            "se": figure.se,
        }
        for table in tables
        for each in table.gradients
        for key, figure in each.changes.items()
    ]
    units = {"per": "change of the input", "value": f"{currency}, change of the measure", "se": f"{currency}"}
    columns = ["scenario", "confidence", "group", "input", "per", "measure", "value", "se"]
    return framed(pd.DataFrame(rows, columns=columns), units=units, currency=currency)
