"""What makes the loss in a report: the groups that a run's record holds, by hand, and what is said without any."""

import pytest

from engine.analysis.contributions.figures import ContributionTable, Figure, GroupFigures
from engine.errors import InputError
from engine.record.read import read_night, run_folder
from engine.record.tables import CONTRIBUTIONS

pytest.importorskip("jinja2", reason="needs the extra `report`")

from engine.report.earlier_nights import read_earlier_nights
from engine.report.groupings import grouping_charts
from engine.report.sheet import sheet
from tests.engine.report.conftest import TODAY

N = 17  # positions: more than a table shows
MINUS = "\N{MINUS SIGN}"


def figures(var: float, se: float = 1e7, table_se: float | None = None) -> dict[str, Figure]:
    """VaR as given, ES a seventh above it: as the record's totals are."""
    keys = {"value_at_risk": var, "expected_shortfall": 8.0 * var / 7.0}
    return {key: Figure(value=value, se=se, table_se=table_se) for key, value in keys.items()}


def groups_of(by: str, groups: list[GroupFigures], others: GroupFigures | None, **where) -> ContributionTable:
    return ContributionTable(
        **({"scenario": "base", "confidence": 0.99} | where), by=by, total=figures(6.24e9), groups=tuple(groups),
        others=others, diversification={}, tail_paths=1966, is_exact=False,
    )  # fmt: skip


def by_position() -> ContributionTable:
    """Seventeen that add up to the 6.24 billion of all books: the first 4 billion, the second takes off 0.76."""
    parts = [4e9, -0.76e9, *[0.2e9] * (N - 2)]
    groups = [
        GroupFigures(group=f"P{i}", contributions=figures(part), standalone=figures(1e9), incremental=figures(0.9e9))
        for i, part in enumerate(parts)
    ]
    shown = [groups[0], groups[1], *groups[2:14], *(GroupFigures(group=g.group, contributions=g.contributions)
             for g in groups[14:])]  # fmt: skip
    others = GroupFigures(
        group="3 others", contributions=figures(0.6e9), standalone=figures(1e9), incremental=figures(0.9e9)
    )
    return groups_of("position", shown, others)


def by_regime() -> ContributionTable:
    groups = [
        GroupFigures(
            group=name, contributions=figures(part, table_se=3e8), tail_share=Figure(value=part / 6.24e9, se=0.02)
        )
        for name, part in (("<calm>", 1.56e9), ("flight", 4.68e9))
    ]
    return groups_of("regime", groups, None)


def charts_of(record, tables, **manifest):
    record.run(contributions=tables, **manifest)
    record.close()
    night = read_night(record.folder, TODAY)
    return grouping_charts(sheet(1, night.runs[0], TODAY, read_earlier_nights(record.folder, night)))


def text(entry) -> str:
    return entry if isinstance(entry, str) else entry.__html__()


def test_the_largest_groups_and_the_others_stand_with_errors_and_shares(record):
    elsewhere = [GroupFigures(group="elsewhere", contributions=figures(1e9))]
    others = [groups_of("position", elsewhere, None, scenario="august-2024")]
    others.append(groups_of("position", elsewhere, None, confidence=0.975))
    (chart,) = charts_of(record, [by_position(), *others])
    assert chart.title == "By position"
    assert [column.heading for column in chart.table.columns] == [
        "position", "contribution to VaR", "of VaR", "contribution to ES", "of ES", "VaR alone", "ES alone",
        "VaR added", "ES added",
    ]  # fmt: skip
    rows = {text(row[0]): [text(entry) for entry in row[1:]] for row in chart.table.rows}
    assert list(rows) == [*(f"P{i}" for i in range(14)), "3 others", "all books"]
    assert '<data value="4000000000.0">+4.00</data>' in rows["P0"][0]
    assert '<data value="10000000.0">0.01</data>' in rows["P0"][0]
    assert ">64 %</data>" in rows["P0"][1]  # 4 of 6.24
    assert f">{MINUS}0.76</data>" in rows["P1"][0]
    assert ">0.90</data>" in rows["3 others"][6]
    assert ">6.24</data>" in rows["all books"][0]
    assert chart.lead == (
        "P0 is 64 % of VaR 99 % of base: 4.00 of 6.24 JPY bn. P1 takes off most, 0.76."
        " Each alone, they lose 15.00 together, of which diversification takes off 8.76."
    )
    assert chart.note == (
        "VaR 99 %, JPY bn; red adds to the loss, blue takes off."
        " Read from 1,966 paths of the tail. Others: all but the largest groups; the record has each."
    )
    assert chart.svg.count(">3 others<") == 2  # at both widths


def test_a_name_stays_a_name_and_a_share_of_paths_has_its_error(record):
    charts = charts_of(record, [by_regime()], config={"by": ["factor", "regime"]})
    regime, factor = charts
    assert [str(column.heading) for column in regime.table.columns[:1]] == ["regime"]
    first = [text(entry) for entry in regime.table.rows[0]]
    assert [str(column.heading) for column in regime.table.columns[1:3]] == ["of the tail's paths", "±"]
    assert (">25 %<" in first[1], ">2 %<" in first[2]) == (True, True)
    assert "0.30</data> table" in first[3]
    assert "&lt;calm&gt;" in regime.svg
    assert "takes off" not in regime.lead
    assert (factor.title, factor.svg) == ("By factor", "")
    assert factor.note == "The run was asked for it, and the record holds none of base at 99 %."


def test_a_record_without_groups_says_how_to_get_them(html):
    assert html.count("What makes the loss</h4>") == 2  # of each run
    assert "by = [&#34;position&#34;, &#34;factor&#34;]` in its [[runs]] of the batch file" in html


def test_a_changed_table_is_refused(record):
    charts_of(record, [by_regime()])
    path = run_folder(record.folder, TODAY, "ten-days") / CONTRIBUTIONS
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(InputError, match=r"contributions\.parquet: was changed since it was written; .*--again"):
        read_night(record.folder, TODAY)
