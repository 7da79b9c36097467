"""What contributes to a run's figures as rows of a table of its record."""

from collections.abc import Iterator, Sequence
from typing import Any

from engine.analysis.contributions.figures import SHOWN, ContributionTable, Figure, GroupFigures

Row = dict[str, Any]  # by the columns of tables.CONTRIBUTIONS_SCHEMA


def contribution_rows(tables: Sequence[ContributionTable], unit: str) -> list[Row]:
    """Lay out all groups of all tables in rows, the others of a table together after its groups."""
    return [row for table in tables for row in _rows(table, unit)]


def _rows(table: ContributionTable, unit: str) -> Iterator[Row]:
    groups = [(group, 1) for group in table.groups]
    if table.others is not None:
        groups.append((table.others, len(table.groups) - SHOWN + 1))
    for group, n_groups in groups:
        for key, contribution in group.contributions.items():
            yield {
                "scenario": table.scenario,
                "grouping": table.by,
                "group": group.group,
                "n_groups": n_groups,
                "confidence": table.confidence,
                "measure": key,
                **_figure("contribution", contribution),
                **_alone(group, key),
                "tail_paths": table.tail_paths,
                "unit": unit,
            }


def _alone(group: GroupFigures, key: str) -> Row:
    found = {
        **_figure("standalone", group.standalone.get(key)),
        **_figure("incremental", group.incremental.get(key)),
    }
    share = group.tail_share
    return found if share is None else found | {"tail_share": share.value, "tail_share_se": share.se}


def _figure(name: str, figure: Figure | None) -> Row:
    """Return the columns of a figure; none of one that was not measured."""
    if figure is None:
        return {}
    return {name: figure.value, f"{name}_se": figure.se, f"{name}_table_se": figure.table_se}
