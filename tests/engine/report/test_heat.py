"""Heat maps: what books and factors contribute, crossed, adds up to both."""

import pytest

from engine.analysis.contributions.figures import ContributionTable, Figure, GroupFigures
from engine.book.groupings import crossed
from engine.record.read import read_night

pytest.importorskip("jinja2", reason="needs the extra `report`")

from engine.report.earlier_nights import read_earlier_nights
from engine.report.groupings import grouping_charts
from engine.report.heat import crossed_heats
from engine.report.sheet import sheet
from tests.engine.report.conftest import TODAY

MINUS = "\N{MINUS SIGN}"
PARTS = {("bonds x bills", "JGB curve"): 5e9, ("bonds x bills", "USD"): 2e9, ("hedge", "USD"): -1.96e9,
         ("hedge", "vols"): 1e6}  # fmt: skip
TOTAL = 0.8 * 7.8e9  # of the record's two books, as its runs have it; what the parts lack is the remainder


def sheet_of(record, by):
    parts = PARTS | {("hedge", "remainder"): TOTAL - sum(PARTS.values())}
    groups = [
        GroupFigures(group=crossed(*names), contributions={
            key: Figure(value=value, se=1e7) for key in ("value_at_risk", "expected_shortfall")
        })
        for names, value in parts.items()
    ]  # fmt: skip
    table = ContributionTable(
        scenario="base", by=by, confidence=0.99, total={}, groups=tuple(groups), others=None, diversification={},
        tail_paths=1966, is_exact=False,
    )  # fmt: skip
    record.run(contributions=[table])
    record.close()
    night = read_night(record.folder, TODAY)
    return sheet(1, night.runs[0], TODAY, read_earlier_nights(record.folder, night))


def texts(row):
    figures = [getattr(each, "figure", each) for each in row]
    return [each if isinstance(each, str) else each.text for each in figures]


def test_books_and_factors_add_up_both_ways_and_a_factor_of_nothing_is_left_out(record):
    found = sheet_of(record, "book x factor")
    (heat,) = crossed_heats(found)  # of base: the record holds none of the worst scenario
    assert [str(column.heading) for column in heat.columns] == ["book", "JGB curve", "USD", "remainder", "all factors"]
    assert [texts(row) for row in heat.rows] == [
        ["bonds x bills", "+5.00", "+2.00", "0.00", "+7.00"],
        ["hedge", "0.00", f"{MINUS}1.96", "+1.20", f"{MINUS}0.76"],
        ["all books", "+5.00", "+0.04", "+1.20", "6.24"],
    ]
    assert grouping_charts(found) == ()  # it is no chart of its own


def test_there_is_none_where_nobody_asked(record):
    assert crossed_heats(sheet_of(record, "factor")) == ()
