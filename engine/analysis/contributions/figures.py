"""What is said of the parts of a loss: figures with errors, a table for each scenario, grouping and confidence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.risk.components import Component
from engine.risk.results import TailResult, plain_json

SHOWN = 15  # groups of a table, the others together as the last of them: these are also measured by themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with its errors, in the run's currency unless it says otherwise; losses positive."""

    value: float
    se: float  # of the simulation; 0: nothing was drawn
    table_se: float | None = None  # of a law's table of past days; None: it has none

    @property
    def error(self) -> float:
        """Return both errors together, which are independent."""
        return math.hypot(self.se, self.table_se or 0.0)


Figures = Mapping[str, Figure]  # by the measure's key


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """What one group is to the total."""

    group: str
    contributions: Figures  # Euler's: they add up to the total's measures
    standalone: Figures = field(default_factory=dict)  # of the group alone; {}: not measured
    incremental: Figures = field(default_factory=dict)  # the total's less those without the group; {}: not measured
    tail_share: Figure | None = None  # of the tail's paths, a fraction; None: groups are not of paths


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionTable:
    """The groups of one grouping in one scenario at one confidence."""

    scenario: str
    by: str
    confidence: float
    total: Figures  # of the run
    groups: tuple[GroupFigures, ...]  # by their contributions at the highest confidence, the largest first
    others: GroupFigures | None  # those after the first `SHOWN` - 1 together; None: there are no more than `SHOWN`
    diversification: Figures  # what the shown groups have alone, added up, less the total's; {}: not measured
    tail_paths: int  # that contributions were read from, or moves
    is_exact: bool
    alone_paths: int | None = None  # that alone and added are read from; None: all of the run

    @property
    def shown(self) -> tuple[GroupFigures, ...]:
        """Return the groups of a table, the others as the last of them."""
        return self.groups if self.others is None else (*self.groups[: SHOWN - 1], self.others)


def group_figures(group: str, component: Component) -> GroupFigures:
    """Return a group with what it contributes."""
    found = {
        key: Figure(value=each.value, se=each.se, table_se=component.table_ses.get(key))
        for key, each in component.estimates.items()
    }
    return GroupFigures(group=group, contributions=found)


def total_figures(total: TailResult) -> Figures:
    """Return the measures of the run's total."""
    return {
        key: Figure(value=each.value, se=each.se, table_se=total.table_ses.get(key))
        for key, each in total.estimates.items()
    }


def contributions_json(tables: Sequence[ContributionTable]) -> dict[str, Any]:
    """Return tables under the key that JSON has for them; nothing where there are none."""
    return {"contributions": [plain_json(table, f"contributions by {table.by}") for table in tables]} if tables else {}
