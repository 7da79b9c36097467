"""What contributes, as rows of a record's table."""

import pyarrow as pa

from engine.analysis.contributions.figures import ContributionTable, Figure, GroupFigures
from engine.record.contribution_rows import contribution_rows
from engine.record.tables import CONTRIBUTIONS_SCHEMA


def test_every_group_and_the_others_together_are_rows_of_the_schema():
    figure = {"value_at_risk": Figure(value=2.0, se=0.1, table_se=0.3)}
    groups = tuple(
        GroupFigures(group=f"P{i}", contributions=figure, standalone=figure if i == 0 else {}) for i in range(17)
    )
    others = GroupFigures(group="3 others", contributions=figure, incremental=figure)
    table = ContributionTable(
        scenario="base", by="position", confidence=0.99, total=figure, groups=groups, others=others,
        diversification={}, tail_paths=1500, is_exact=False,
    )  # fmt: skip
    rows = contribution_rows([table], "JPY")
    assert [(row["group"], row["n_groups"]) for row in rows] == [*((f"P{i}", 1) for i in range(17)), ("3 others", 3)]
    full = [{name: row.get(name) for name in CONTRIBUTIONS_SCHEMA.names} for row in rows]
    kept = pa.Table.from_pylist(full, schema=CONTRIBUTIONS_SCHEMA).to_pylist()
    assert {name for row in rows for name in row} <= set(CONTRIBUTIONS_SCHEMA.names)
    assert (kept[0]["standalone"], kept[0]["standalone_table_se"], kept[1]["standalone"]) == (2.0, 0.3, None)
    assert kept[-1]["incremental_se"] == 0.1
