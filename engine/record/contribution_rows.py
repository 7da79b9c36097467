"""What contributes to a run's figures as rows of a table of its record, and back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.analysis.contributions.figures import SHOWN, ContributionTable, Figure, GroupFigures
from engine.errors import InputError
from engine.record.intact_files import MEND_RUN
from engine.record.read import read_rows
from engine.record.tables import CONTRIBUTIONS, CONTRIBUTIONS_SCHEMA

Row = dict[str, Any]  # by the columns of tables.CONTRIBUTIONS_SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedGroups:
    """The groups of one grouping in one scenario at one confidence; what they add up to is in the run's results."""

    scenario: str
    grouping: str  # "position", as `by` names it
    confidence: float
    groups: tuple[GroupFigures, ...]  # all, the largest first
    others: GroupFigures | None  # those after the first `SHOWN` - 1 together; None: there are no more than `SHOWN`
    tail_paths: int  # that contributions were read from, or moves

    @property
    def shown(self) -> tuple[GroupFigures, ...]:
        """Return the groups of a table, the others as the last of them."""
        return self.groups if self.others is None else (*self.groups[: SHOWN - 1], self.others)


def contribution_rows(tables: Sequence[ContributionTable], unit: str) -> list[Row]:
    """Lay out all groups of all tables in rows, the others of a table together after its groups."""
    return [row for table in tables for row in _rows(table, unit)]


def recorded_groups(files: Mapping[str, bytes]) -> tuple[RecordedGroups, ...]:
    """Return what a run's `files` hold of contributions, figure by figure as they were written.

    There are none where the run's `by` asked for none, or the record is older.

    Raises
    ------
    InputError
        The table cannot be read, or lacks a figure that each of its rows has.
    """
    if CONTRIBUTIONS not in files:
        return ()
    found: dict[tuple[str, str, float], list[Row]] = {}
    for row in read_rows(Path(CONTRIBUTIONS), CONTRIBUTIONS_SCHEMA, files[CONTRIBUTIONS]):
        _check(row)
        found.setdefault((row["scenario"], row["grouping"], row["confidence"]), []).append(row)
    return tuple(_recorded(*key, mine) for key, mine in found.items())


def _check(row: Row) -> None:
    for column in CONTRIBUTIONS_SCHEMA:
        if not column.nullable and row[column.name] is None:
            raise InputError(f"{CONTRIBUTIONS}: a row of {row['group']!r} has no {column.name!r}; {MEND_RUN}")


def _recorded(scenario: str, grouping: str, confidence: float, rows: Sequence[Row]) -> RecordedGroups:
    single: dict[str, list[Row]] = {}
    together: dict[str, list[Row]] = {}
    for row in rows:  # a group may be called as the others are: what tells them apart is the number
        (single if row["n_groups"] == 1 else together).setdefault(row["group"], []).append(row)
    others = [_group(group, mine) for group, mine in together.items()]
    return RecordedGroups(
        scenario=scenario,
        grouping=grouping,
        confidence=confidence,
        groups=tuple(_group(group, mine) for group, mine in single.items()),
        others=others[0] if others else None,
        tail_paths=rows[0]["tail_paths"],
    )


def _group(group: str, rows: Sequence[Row]) -> GroupFigures:
    share, share_se = rows[0]["tail_share"], rows[0]["tail_share_se"]
    return GroupFigures(
        group=group,
        contributions=_figures("contribution", rows),
        standalone=_figures("standalone", rows),
        incremental=_figures("incremental", rows),
        tail_share=None if share is None else Figure(value=share, se=share_se),
    )


def _figures(name: str, rows: Sequence[Row]) -> dict[str, Figure]:
    """Return a figure of each measure that has it, by the measure's key."""
    return {
        row["measure"]: Figure(value=row[name], se=row[f"{name}_se"], table_se=row[f"{name}_table_se"])
        for row in rows
        if row[name] is not None
    }


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
