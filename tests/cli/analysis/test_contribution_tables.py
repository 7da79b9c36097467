"""Tables of contributions: what a reader sees of them."""

import pytest

from cli.analysis.contribution_tables import contribution_table
from engine.analysis.contributions.figures import ContributionTable, Figure, GroupFigures

BOTH = ("value_at_risk", "expected_shortfall")


def figures(value, se=2e7, table_se=None):
    return {key: Figure(value=value, se=se, table_se=table_se) for key in BOTH}


def table(by="book", groups=None, **others):
    found = groups or (
        GroupFigures(group="a", contributions=figures(3e9), standalone=figures(4e9), incremental=figures(2e9)),
        GroupFigures(group="b", contributions=figures(1e9), standalone=figures(2e9), incremental=figures(5e8)),
    )
    settings = {"diversification": figures(2e9), "others": None, "is_exact": False} | others
    return ContributionTable(
        scenario="base", by=by, confidence=0.99, total=figures(4e9), groups=found, tail_paths=1500, **settings
    )


def test_a_group_has_its_contribution_its_share_and_what_it_is_alone_and_adds():
    found = contribution_table(table(), "JPY")
    assert (found.title, found.unit) == ("base by book: what contributes to VaR and ES at 99 %", "JPY bn")
    assert [each.heading for each in found.columns] == [
        "book", "to VaR", "of VaR", "to ES", "of ES", "VaR alone", "ES alone", "VaR added", "ES added",
    ]  # fmt: skip
    figure = ["3.00 ±0.02", "75.0 %"]
    assert list(found.rows[0]) == ["a", *figure, *figure, *["4.00 ±0.02"] * 2, *["2.00 ±0.02"] * 2]
    assert list(found.rows[-1][:3]) == ["total", "4.00 ±0.02", "100.0 %"]
    assert "Diversification takes 2.00 ±0.02 off VaR" in found.footnote


def test_what_is_alone_says_of_which_paths_it_is():
    # of books the run has measured each by itself on all of its paths; what each adds is of the first
    said = "of the run's first 196,608 paths, whose total is not quite the run's."
    assert f"Added is {said}" in contribution_table(table(alone_paths=196_608), "JPY").footnote
    assert f"Alone and added are {said}" in contribution_table(table("position", alone_paths=196_608), "JPY").footnote
    assert "first" not in contribution_table(table(), "JPY").footnote


def test_groups_that_no_book_has_are_not_alone_and_a_part_without_moves_has_no_error():
    parts = (
        GroupFigures(group="JGB curve", contributions=figures(4.5e9)),
        GroupFigures(group="ageing", contributions=figures(-5e8, se=1e-3)),
    )
    found = contribution_table(table("factor", parts, diversification={}), "JPY")
    assert [each.heading for each in found.columns] == ["factor", "to VaR", "of VaR", "to ES", "of ES"]
    assert list(found.rows[1]) == ["ageing", *["-0.50", "-12.5 %"] * 2]


def test_a_trifle_is_in_json_alone():
    parts = (
        GroupFigures(group="JGB curve", contributions=figures(4e9)),
        GroupFigures(group="remainder", contributions=figures(-6.9e4, se=1e3)),
    )
    found = contribution_table(table("factor", parts, diversification={}), "JPY")
    assert [row[0] for row in found.rows] == ["JGB curve", "total"]
    assert "Less than 0.05 % of the total is in --json alone." in found.footnote


@pytest.mark.parametrize(("se", "wanted"), [(2e7, "3.00 ±0.02 ±0.40"), (0.0, "3.00 exact ±0.40")])
def test_the_error_of_a_laws_table_stands_second_and_alone_where_nothing_is_drawn(se, wanted):
    groups = (GroupFigures(group="a", contributions=figures(3e9, se, 4e8)),)
    found = contribution_table(table(groups=groups, diversification={}, is_exact=se == 0.0), "JPY")
    assert found.rows[0][1] == wanted
    assert ("worst moves" if se == 0.0 else "paths of the tail") in found.footnote


def test_regimes_have_their_share_of_the_tails_paths():
    share = Figure(value=0.25, se=0.011)
    groups = (GroupFigures(group="busy", contributions=figures(3e9), tail_share=share),)
    found = contribution_table(table("regime", groups, diversification={}), "JPY")
    assert (found.columns[1].heading, found.rows[0][1]) == ("of the tail's paths", "25.0 % ±1.1 %")


def test_of_many_groups_the_others_are_one():
    groups = tuple(GroupFigures(group=f"P{i}", contributions=figures(1e9)) for i in range(20))
    others = GroupFigures(group="6 others", contributions=figures(6e9))
    found = contribution_table(table("position", groups, others=others, diversification={}), "JPY")
    assert [row[0] for row in found.rows] == [*(f"P{i}" for i in range(14)), "6 others", "total"]
    assert "6 others: all groups but the largest; --json has each." in found.footnote
