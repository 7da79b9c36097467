"""Tables of the change between two nights."""

from dataclasses import replace
from datetime import date

from cli import render
from cli.analysis.explain_nights import tables
from engine.explain.nights.change import NightsChange
from engine.explain.nights.mixed_books import Trades
from engine.explain.nights.movers import Mover
from engine.explain.nights.pnl_explain import CARRY, PnlExplain, ScopePnl
from engine.explain.nights.tail_change import ChangePart, RecordedFigure, TailChange

JGB = Mover(keys=("curve:JGB",), label="JGB", meaning="levels of the JGB curve")
LAW = Mover(keys=("law",), label="law and parameters", meaning="the scenario")


def tail_change(scope: str, measure: str) -> TailChange:
    return TailChange(
        scope=scope,
        measure=measure,
        confidence=0.99,
        before=RecordedFigure(value=10.0e9, se=0.05e9),
        after=RecordedFigure(value=12.5e9, se=0.05e9),
        change=2.5e9,
        change_se=0.02e9,
        parts=(ChangePart(key=JGB.key, value=2.5e9, se=0.004e9), ChangePart(key=LAW.key, value=0.0, se=0.0)),
    )


def pnl(scope: str, realised: float | None) -> ScopePnl:
    parts = {CARRY.key: 2e6, JGB.key: -30e6}
    left = None if realised is None else realised + 28e6
    return ScopePnl(scope=scope, value_before=1e12, parts=parts, explained=-28e6, realised=realised, unexplained=left)


def answer(*scopes: str, n_runs: int = 2) -> NightsChange:
    return NightsChange(
        run="ten-days",
        scenario="filtered",
        nights=(date(2025, 5, 27), date(2025, 5, 28)),
        currency="JPY",
        horizon_days=10,
        n_paths=65_536,
        n_runs=n_runs,
        n_orders=0,
        n_sections=32,
        movers=(JGB, LAW),
        unmoved=("law",),
        trades=Trades(came=("A",), went=(), changed=()),
        changes=tuple(tail_change(each, m) for each in scopes for m in ("value_at_risk", "expected_shortfall")),
        pnl=PnlExplain(
            days=1,
            movers=(CARRY, JGB),
            scopes=tuple(pnl(each, -25e6 if each == "total" else None) for each in scopes),
        ),
        notes=(),
    )


def test_parts_stand_between_the_two_recorded_figures():
    total, _, meanings = map(render.plain, tables(answer("total", "book:fund")))
    names = [row[0] if row else "" for row in tables(answer("total", "book:fund"))[0].rows]
    assert names == ["recorded on 2025-05-27", "", "JGB", "", "change", "recorded on 2025-05-28"]
    assert "VaR 99 %" in total
    assert "ES 99 %" in total
    assert "+2.50" in total  # one decimal more than the recorded figures have
    assert "2 runs of 65,536 paths on common draws" in total
    assert "Trades: 1 came (A); the same on both nights, and exactly 0: law and parameters" in total
    assert "levels of the JGB curve" in meanings
    assert "the scenario" not in meanings


def test_several_books_have_a_table_of_their_own():
    found = [render.plain(table) for table in tables(answer("total", "book:fund", "book:life"))]
    assert len(found) == 4
    assert "VaR 99 % by book" in found[1]
    assert found[1].splitlines()[2].split() == ["part", "total", "fund", "life"]


def test_the_unexplained_is_realised_less_explained():
    text = render.plain(tables(answer("total", "book:fund"))[1])
    assert "P&L from 2025-05-27 to 2025-05-28, 1 calendar day, JPY mn" in text
    assert [line.split() for line in text.splitlines()[-3:]] == [
        ["explained", "-28.0"],
        ["realised", "-25.0"],
        ["unexplained", "3.0"],
    ]


def test_a_law_that_is_valued_whole_has_no_errors_and_says_so():
    found = answer("total", "book:fund")
    none = {"before": RecordedFigure(value=1e9, se=0.0), "after": RecordedFigure(value=1e9, se=0.0), "change_se": 0.0}
    exact = tuple(replace(each, parts=tuple(replace(p, se=0.0) for p in each.parts), **none) for each in found.changes)
    assert "every move of the law is valued: exact" in tables(replace(found, changes=exact))[0].title
