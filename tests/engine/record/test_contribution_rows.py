"""What contributes, as rows of a record's table, and back."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.analysis.contributions.figures import ContributionTable, Figure, GroupFigures
from engine.errors import InputError
from engine.record.contribution_rows import contribution_rows, recorded_groups
from engine.record.tables import CONTRIBUTIONS, CONTRIBUTIONS_SCHEMA


def many_groups() -> ContributionTable:
    """Seventeen positions, of which three stand together too; the first is measured alone."""
    figure = {"value_at_risk": Figure(value=2.0, se=0.1, table_se=0.3)}
    groups = tuple(
        GroupFigures(
            group=f"P{i}",
            contributions=figure,
            standalone=figure if i == 0 else {},
            tail_share=Figure(value=0.5, se=0.1) if i == 1 else None,
        )
        for i in range(17)
    )
    others = GroupFigures(group="3 others", contributions=figure, incremental=figure)
    return ContributionTable(
        scenario="base", by="position", confidence=0.99, total=figure, groups=groups, others=others,
        diversification={}, tail_paths=1500, is_exact=False,
    )  # fmt: skip


def test_every_group_and_the_others_together_are_rows_of_the_schema():
    rows = contribution_rows([many_groups()], "JPY")
    assert [(row["group"], row["n_groups"]) for row in rows] == [*((f"P{i}", 1) for i in range(17)), ("3 others", 3)]
    full = [{name: row.get(name) for name in CONTRIBUTIONS_SCHEMA.names} for row in rows]
    kept = pa.Table.from_pylist(full, schema=CONTRIBUTIONS_SCHEMA).to_pylist()
    assert {name for row in rows for name in row} <= set(CONTRIBUTIONS_SCHEMA.names)
    assert (kept[0]["standalone"], kept[0]["standalone_table_se"], kept[1]["standalone"]) == (2.0, 0.3, None)
    assert kept[-1]["incremental_se"] == 0.1


def file_of(rows, schema=CONTRIBUTIONS_SCHEMA) -> dict[str, bytes]:
    buffer = io.BytesIO()
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    pq.write_table(pa.Table.from_pylist(full, schema=schema), buffer)
    return {CONTRIBUTIONS: buffer.getvalue()}


def test_what_is_read_back_is_what_was_written():
    table = many_groups()
    (found,) = recorded_groups(file_of(contribution_rows([table], "JPY")))
    assert (found.scenario, found.grouping, found.confidence) == (table.scenario, table.by, table.confidence)
    assert (found.groups, found.others, found.shown) == (table.groups, table.others, table.shown)
    assert found.tail_paths == table.tail_paths
    assert recorded_groups({}) == ()


def test_a_row_without_its_figure_is_refused():
    without = pa.schema([column for column in CONTRIBUTIONS_SCHEMA if column.name != "contribution_se"])
    with pytest.raises(InputError, match="a row of 'P0' has no 'contribution_se'"):
        recorded_groups(file_of(contribution_rows([many_groups()], "JPY"), without))
