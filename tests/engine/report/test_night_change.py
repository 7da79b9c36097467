"""What changed since the night before, in the page: parts of a change made by hand."""

import re
from dataclasses import replace
from datetime import date

import pytest

from engine.explain.nights.change import NightsChange
from engine.explain.nights.mixed_books import Trades
from engine.explain.nights.movers import Mover
from engine.explain.nights.pnl_explain import PnlExplain
from engine.explain.nights.tail_change import QUOTES, SIMULATION, ChangePart, RecordedFigure, TailChange
from engine.record.read import read_night

pytest.importorskip("jinja2", reason="needs the extra `report`")

from engine.report.earlier_nights import read_earlier_nights
from engine.report.night_change import change_charts
from engine.report.page import render
from engine.report.sheet import sheet
from tests.engine.report.conftest import TODAY

YESTERDAY = date(2025, 5, 27)
MINUS = "\N{MINUS SIGN}"
MOVERS = (
    *(
        Mover(keys=(key,), label=label, meaning="")
        for key, label in (("curve:JGB", "JGB"), ("lead", "lead of the day"))
    ),
    QUOTES,
    SIMULATION,
)


def tail(scope: str, measure: str, *values: float) -> TailChange:
    parts = [ChangePart(key=mover.key, value=value, se=1e7) for mover, value in zip(MOVERS[:2], values, strict=True)]
    parts += [ChangePart(key=mover.key, value=0.0, se=0.0) for mover in MOVERS[2:]]
    return TailChange(
        scope=scope,
        measure=measure,
        confidence=0.99,
        before=RecordedFigure(value=6e9, se=2e7),
        after=RecordedFigure(value=6e9 + sum(values), se=2e7),
        change=sum(values),
        change_se=3e7,
        parts=tuple(parts),
    )


CHANGE = NightsChange(
    run="ten-days",
    scenario="base",
    nights=(YESTERDAY, TODAY),
    currency="JPY",
    horizon_days=10,
    n_paths=65_536,
    n_runs=4,
    n_orders=0,
    n_sections=32,
    movers=MOVERS,
    unmoved=(),
    trades=Trades(came=(), went=(), changed=()),
    changes=(
        tail("total", "value_at_risk", -2e8, 7e8),
        tail("total", "expected_shortfall", -3e8, 9e8),
        tail("book:carry", "expected_shortfall", -1e8, 5e8),
        tail("book:<life>", "expected_shortfall", -4e8, 6e8),
    ),
    pnl=PnlExplain(days=0, movers=(), scopes=()),
    notes=("a note of the nights",),
)


def charts(record, change):
    night = read_night(record.folder, TODAY)
    run = next(each for each in night.runs if each.name == "ten-days")
    return change_charts(sheet(1, run, TODAY, read_earlier_nights(record.folder, night), change))


def test_parts_stand_between_the_two_nights_with_their_errors(whole):
    (chart,) = charts(whole, CHANGE)
    assert chart.title == "What changed since 2025-05-27"
    rows = {str(row[0]): [each.value.text for each in row[1:]] for row in chart.table.rows}
    assert list(rows) == ["recorded on 2025-05-27", "JGB", "lead of the day", "change", "recorded on 2025-05-28"]
    # the largest amount is 6.6 billion: two decimals, and a change has one more
    assert rows["JGB"] == [f"{MINUS}{value}" for value in ("0.200", "0.300", "0.100", "0.400")]
    assert rows["change"] == ["+0.500", "+0.600", "+0.400", "+0.200"]
    assert [column.heading for column in chart.table.columns[1:]] == [
        *("VaR 99 %", "ES 99 %", "ES 99 %, carry", "ES 99 %, <life>")
    ]
    assert "which Tokyo follows on the next day" in chart.lead
    assert chart.note == "A note of the nights."


def test_the_page_has_the_change_of_its_run_and_says_how_to_get_the_others(whole):
    page = render(whole.folder, TODAY, changes={"ten-days": CHANGE})
    assert page.count("What changed since 2025-05-27</h4>") == 2
    assert "ES 99 %, &lt;life&gt;" in page
    assert page.count("by `unwind report --explain`") == 1


def test_the_first_screen_names_the_parts_and_has_the_paired_error(record):
    record.run(night=YESTERDAY, books={"carry": 3.0e9, "life": 4.9e9})
    record.close(YESTERDAY)
    record.run()
    record.close()
    page = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", render(record.folder, TODAY, changes={"ten-days": CHANGE})))
    # VaR fell from 6.32 to 6.24 billion: the record's change, with the error of common draws, 30 million
    assert f"{MINUS}0.080 JPY bn since 2025-05-27 in base: lead of the day +0.700 and JGB {MINUS}0.200." in page
    assert f"{MINUS}0.080 ±0.030" in page


def test_why_a_change_cannot_be_taken_apart_is_said(whole):
    (chart,) = charts(whole, "its market is not there any more")
    assert (chart.table, chart.note) == (None, "It could not be taken apart: its market is not there any more.")


def test_one_book_has_no_column_beside_the_total(whole):
    (chart,) = charts(whole, replace(CHANGE, changes=CHANGE.changes[:3]))
    assert len(chart.table.columns) == 3


def test_a_night_without_one_before_has_no_such_part(record):
    record.run()
    record.close()
    assert charts(record, None) == ()
