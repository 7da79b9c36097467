"""What golden pages show: fixed results of every command, made without a simulation or with one of few paths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import numpy as np

from cli import feedback, render, run_table, runs, stress
from cli.analysis import hedge, whatif_tables
from cli.analysis.explain_tables import cause_tables, contribution_table
from cli.backtest.tables import verdict_table, year_table
from cli.book import commands as book_commands
from cli.book import show as book_show
from cli.data import history
from cli.machine import doctor
from cli.scenario import commands as scenario
from engine.analysis.stress import StressTable
from engine.backtest.run_backtest import BacktestResult
from engine.inputs.book.load import bundled_book_path
from engine.record.query import Rows
from engine.record.read import LimitUse
from engine.risk.results import RunResult, ScopeResult, Timing
from engine.risk.standing import Standing
from engine.words.language import read_in
from tests.cli import account_cases
from tests.cli.made_run import FACTS, estimate
from tests.cli.made_run import scope as made_scope
from tests.cli.test_feedback import RESULT as FED_BACK

DAY = date(2025, 5, 28)
BOOK = "position_id,kind,currency,notional,coupon,maturity\nU,UST,USD,30000000,0.0425,2035-05-15\n"
TRADES = BOOK.replace("U,UST,USD,", "S,UST,USD,-")
HEDGES = (
    "position_id,book,kind,currency,notional,coupon,maturity,start_date,rate,cost,most\n"
    "BOND,SELL,UST,USD,-1000000,0.03875,2030-04-30,,,50,90\n"
    "CASH,SELL,DEPOSIT,USD,1000000,,2025-08-28,2025-05-28,0.0433,0,90\n"
)
ACCOUNT = {  # a general account: value, then VaR and ES 99 % in base and in the other scenario [JPY bn]
    "total": (502.2, 15.3, 17.4, 31.4, 36.8),
    "book:GA-JGB": (427.8, 14.4, 16.5, 34.1, 40.7),
    "book:FX-HEDGE": (0.6, 6.6, 7.6, 7.7, 9.1),
    "book:GA-USD": (133.0, 5.7, 6.6, 10.5, 11.9),
    "book:FUNDING": (-60.7, 0.9, 1.0, 1.0, 1.2),
    "book:a-book-whose-name-is-longer-than-its-column": (1.4, 2.6, 3.0, 5.2, 6.2),
}

# What each book adds to VaR in both scenarios [JPY bn].
ADDED = {
    "GA-JGB": (13.5, 33.4),
    "FX-HEDGE": (2.1, -1.1),
    "GA-USD": (1.7, 5.0),
    "FUNDING": (0.3, -0.1),
    "a-book-whose-name-is-longer-than-its-column": (-2.3, -5.8),
}


@cache
def _run() -> RunResult:
    def row(name: str, where: str, k: int) -> ScopeResult:
        value, losses = ACCOUNT[where][0], ACCOUNT[where][k : k + 2]
        made = made_scope(name, where)
        tails = []
        for tail, share in zip(made.measures, (0.85, 1.0), strict=True):
            figures = (1e9 * share * loss for loss in losses)
            estimates = dict(zip(tail.estimates, (estimate(loss, 0.006 * loss) for loss in figures), strict=True))
            tails.append(replace(tail, estimates=estimates))
        return replace(made, base_value=1e9 * value, shock_pnl=0.0, measures=tuple(tails))

    scenarios = {"base": 1, "repatriation-2025": 3}
    rows = tuple(row(name, where, k) for name, k in scenarios.items() for where in ACCOUNT)
    standings = {
        "base": Standing(is_stress=False, law="filtered"),
        "repatriation-2025": Standing(is_stress=True, law=None),
    }
    timing = Timing(compile_s=1.0, simulate_s=2.0, total_s=3.5, paths_per_s=5e4)
    facts = replace(FACTS, n_paths=300_000, standings=standings)
    return RunResult(run=facts, results=rows, timing=timing, warnings=())


def _stress() -> StressTable:
    books = ("GA-JGB", "GA-USD", "FX-HEDGE", "OVERLAY", "FUNDING")
    pnl = [[-25.8, -9.6, 4.4, 3.8, 0.6], [-8.4, -24.0, 17.8, 0.3, 2.2], [18.5, -5.9, 10.5, -3.5, 1.3]]
    return StressTable(
        currency="JPY",
        scenarios=("april-2025", "article-2025", "august-2024"),
        position_ids=tuple(f"{book}-1" for book in books),
        books=books,
        base_values=1e9 * np.array([427.8, 133.0, 0.6, 1.4, -60.7]),
        pnl=1e9 * np.array(pnl),
        standings=(Standing(is_stress=True, law="gaussian"),) * 3,
        notes=(),
    )


def _run_case() -> None:
    names = ("base", "repatriation-2025")
    adds = {name: {book: 1e9 * each[k] for book, each in ADDED.items()} for k, name in enumerate(names)}
    uses = (_limit("VaR", "base", 15.3e9, 16e9, "hard"), _limit("ES", "repatriation-2025", 36.8e9, 33e9, "soft"))
    render.show(run_table.table(_run(), run_table.Beside(adds=adds, uses=uses)))


def _stress_case() -> None:
    render.show(stress.table(_stress(), DAY))


def _feedback_case() -> None:
    feedback.show_result(FED_BACK)


@cache
def _checked() -> book_commands.BookCheck:
    from engine.book.check import check_book
    from engine.inputs.book.several import load_books
    from engine.inputs.market.load import bundled_market_path, load_market

    levels = load_market(bundled_market_path())
    return check_book(load_books([bundled_book_path().with_name("all-kinds.csv")], levels.valuation_date), levels)


def _book_check_case() -> None:
    render.show(*book_commands.tables(_checked()))


@cache
def _shown() -> book_show.BookShow:
    from engine.book.show import show_book
    from engine.inputs.book.several import load_books
    from engine.inputs.market.load import bundled_market_path, load_market

    levels = load_market(bundled_market_path())
    return show_book(load_books([bundled_book_path().with_name("life-insurer.csv")], levels.valuation_date), levels, 3)


def _book_show_case() -> None:
    render.show(*book_show.tables(_shown()))


def _explain_case() -> None:
    from tests.engine.explain.run.runs import explained

    found = explained()
    render.show(contribution_table(found), *(table for each in found.scenarios for table in cause_tables(each, found)))


def _config(folder: Path) -> dict[str, object]:
    (folder / "books.csv").write_text(BOOK)
    return {
        "book": [folder / "books.csv"],
        "scenarios": ["base", "august-2024"],
        "paths": "1000",
        "backend": "numba",
        "confidence": ["0.99"],
    }


@cache
def _whatif() -> whatif_tables.WhatIf:
    from unittest.mock import patch

    from engine.analysis.whatif import kept_pnl
    from engine.inputs.run import resolve
    from unwind_risk.api.analysis.whatif import whatif_with
    from unwind_risk.api.notes import Notes

    with TemporaryDirectory() as name, patch.object(kept_pnl, "cache_folder", lambda: Path(name) / "kept"):
        folder = Path(name)
        flags = _config(folder)
        (folder / "trades.csv").write_text(TRADES)
        asked = resolve(flags, {}, None)
        return whatif_with(
            asked,
            folder / "trades.csv",
            None,
            progress=lambda done, total: None,
            notes=Notes(pass_on=lambda text: None),
        ).found


def _whatif_case() -> None:
    render.show(*whatif_tables.tables(_whatif(), ()))


@cache
def _hedge() -> hedge.HedgeResult:
    from engine.analysis.hedge.wishes import asked
    from unwind_risk.api.analysis.hedge import hedge_with
    from unwind_risk.api.notes import Notes

    with TemporaryDirectory() as name:
        folder = Path(name)
        flags = _config(folder)
        (folder / "hedges.csv").write_text(HEDGES)
        config, wanted = asked(flags, {}, None, {}, (), is_whole=True)
        return hedge_with(
            config,
            folder / "hedges.csv",
            wanted,
            progress=lambda done, total: None,
            notes=Notes(pass_on=lambda text: None),
        ).found


def _hedge_case() -> None:
    hedge._show(_hedge())


@cache
def _backtest() -> BacktestResult:
    from engine.backtest.statistics.registry import NullStatistics
    from engine.backtest.verdicts import verdicts, years_of_exceptions
    from engine.backtest.walk.day_rows import rows_of

    rows = rows_of(
        (
            *(f"2020-{1 + k // 28:02d}-{1 + k % 28:02d}", 1, "main", law, -2e6 if k % 50 == 7 else 1e5),
            *(sign * 1e6, sign * 9e5, sign * 1.1e6, (k % 20 + 0.5) / 20.0, 1000),
            *("USDJPY" if k % 50 == 7 else "", -2e6),
        )
        for k in range(300)
        for law, sign in (("usual", 1.0), ("gain", -1.0))
    )
    days = (rows.date[0].astype(object), rows.date[-1].astype(object))
    return BacktestResult(
        first=days[0],
        last=days[1],
        laws=("usual", "gain"),
        n_paths=1000,
        seed=1,
        rows=rows,
        verdicts=verdicts(rows, NullStatistics(n_series=50)),
        years=years_of_exceptions(rows),
        notes=(),
    )


def _backtest_case() -> None:
    render.show(verdict_table(_backtest()), year_table(_backtest()))


def _data_check_case() -> None:
    from engine.inputs.history.check import SeriesCheck

    series = [
        SeriesCheck(
            name=name,
            first=date(1974, 9, 24),
            last=DAY,
            n_values=n,
            n_missing=missing,
            largest_move=move,
            largest_on=date(2022, 12, 20),
        )
        for name, n, missing, move in (
            ("JGB_10Y", 12_345, 0, 0.0016),
            ("UST_3M", 9_876, 12, -0.0072),
            ("USDJPY", 12_000, 3, -0.038),
        )
    ]
    render.show(history.series_table(series))


def _scenario_list_case() -> None:
    scenario.list_()


def _scenario_show_case() -> None:
    scenario.show("mixture")


def _doctor_case() -> None:
    rows = [
        ("unwind", "0.1.0, /opt/unwind"),
        ("processor", "AMD EPYC 9654 96-Core Processor"),
        ("cores", "16 for this process"),
        ("backend cuda", "cannot run: cupy is not installed; pip install 'unwind-risk[cuda13]' (or [cuda12])"),
    ]
    render.show(doctor.facts_table(rows))


def _runs_case() -> None:
    columns = ("valuation_date", "run", "scenario", "value_at_risk", "value_at_risk_se", "expected_shortfall", "unit")
    rows = [
        (DAY, "overnight", "base", 15.3e9, 0.09e9, 17.4e9, "JPY"),
        (DAY, "overnight", "repatriation-2025", 31.4e9, 0.14e9, 36.8e9, "JPY"),
    ]
    render.show(runs.table("Runs in record", Rows(columns=columns, rows=rows), ""))


def _batch_run_case() -> None:
    """Show what stands on stderr: a table, breaches, and how it ended."""
    from cli.batch.night_summary import breaches, night_table

    record = SimpleNamespace(
        valuation_date=DAY,
        runs=(SimpleNamespace(name="overnight", currency="JPY", results=_run().results),),
    )
    limits = (_limit("VaR", "base", 15.3e9, 16e9, "hard"), _limit("ES", "repatriation-2025", 36.8e9, 33e9, "soft"))
    change = SimpleNamespace(scope="total", measure="value_at_risk", confidence=0.99, change=-0.24e9, change_se=0.01e9)
    changes = {"overnight": SimpleNamespace(nights=(date(2025, 5, 27), DAY), scenario="base", changes=(change,))}
    render.show(night_table(record, limits, changes))
    render.show_lines(breaches(limits))


def _limit(measure: str, scenario_name: str, value: float, amount: float, severity: str) -> LimitUse:
    return LimitUse(
        name=f"{measure} of {scenario_name}",
        measure=measure,
        run="overnight",
        scope="total",
        scenario=scenario_name,
        confidence=0.99,
        curve=None,
        severity=severity,
        amount=amount,
        currency="JPY",
        value=value,
        se=0.0,
        probability_above=None,
        state="breached" if value > amount else "within",
        reason=None,
    )


def _in_japanese(show: Callable[[], None]) -> Callable[[], None]:
    def shown() -> None:
        with read_in("ja"):
            show()

    return shown


CASES: dict[str, Callable[[], None]] = {
    "run": _run_case,
    "stress": _stress_case,
    "feedback": _feedback_case,
    "book-check": _book_check_case,
    "book-show": _book_show_case,
    "explain": _explain_case,
    "whatif": _whatif_case,
    "hedge": _hedge_case,
    "backtest": _backtest_case,
    "batch-run": _batch_run_case,
    "data-check": _data_check_case,
    "scenario-list": _scenario_list_case,
    "scenario-show": _scenario_show_case,
    "doctor": _doctor_case,
    "runs": _runs_case,
}
CASES |= account_cases.CASES
CASES |= {
    f"{name}-ja": _in_japanese(CASES[name]) for name in ("run", "stress", "batch-run", "explain", "whatif", "hedge")
}
# Made with a few simulated paths, or by pricing books: their pages are compared with the slow tests.
SIMULATED = (
    *account_cases.CASES,
    "explain",
    "explain-ja",
    "whatif",
    "whatif-ja",
    "hedge-ja",
    "hedge",
    "book-check",
    "book-show",
    "backtest",
)
