"""A record with as much in it as that of a general account: 39 positions in 6 books, three runs, four scenarios."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
from scipy.special import ndtr

from engine.analysis.contributions.figures import SHOWN, ContributionTable, Figure, GroupFigures
from engine.backtest.kept_backtest import KeptBacktest, read_backtest, write_verdicts
from engine.backtest.run_backtest import BacktestResult
from engine.backtest.statistics.registry import NullStatistics
from engine.backtest.verdicts import verdicts, years_of_exceptions
from engine.backtest.walk.day_rows import rows_of
from engine.backtest.walk.shards import ShardFolder
from engine.book.groupings import crossed

YESTERDAY = date(2025, 5, 27)
BOOKS = {"GA-JGB": 14.4e9, "GA-USD": 5.7e9, "FX-HEDGE": 6.6e9, "OVERLAY": 2.6e9, "FUNDING": 0.9e9, "EQUITY": 1.1e9}
SCENARIOS = ("base", "mixture", "flight-2024", "repatriation-2025")
FACTORS = ("JGB curve", "UST curve", "exchange rates", "prices", "spreads", "vols", "ageing", "remainder")
N_POSITIONS = 39
LAWS = ("base", "historical", "filtered", "mixture", "repatriation-2025")
N_DAYS = 250  # of the backtest


def fill_account(record) -> None:
    """Write two nights of everything that a record of a general account has."""
    for night in (YESTERDAY, date(2025, 5, 28)):
        is_last = night > YESTERDAY
        scale = 1.0 if is_last else 1.03
        books = {name: scale * var for name, var in BOOKS.items()}
        taken = [table for s, scenario in enumerate(SCENARIOS) for table in contributions(scenario, (4.0 / 3.0) ** s)]
        record.run(night=night, books=books, scenarios=SCENARIOS, extras=True, contributions=taken if is_last else ())
        record.run("tomorrow", night, horizon=1, books={name: 0.3 * var for name, var in books.items()},
                   scenarios=("base",))  # fmt: skip
        record.run("unwind-loop", night, books=books, scenarios=("unwind-loop",))
        record.close(night, limits=limits(record) if is_last else ())


def limits(record) -> list:
    """Six limits, two of them breached."""
    total = 0.8 * sum(BOOKS.values())
    worst = {"scenario": SCENARIOS[-1], "severity": "soft", "state": "breached", "probability_above": 1.0}
    return [
        record.limit("yen bonds", 1.1e9, 1e9, scope="book:GA-JGB", state="breached", probability_above=1.0),
        record.limit("repatriation", 2.37 * total, 2.2 * total, **worst),
        *(record.limit(f"VaR, {each}", total, 1.1 * total, scenario=each) for each in SCENARIOS),
    ]


def contributions(scenario: str, scale: float) -> list[ContributionTable]:
    """By position, by factor, by both factor and book; every fifth takes off, and in all they are the total's."""
    total = 0.8 * scale * sum(BOOKS.values())
    names = {
        "position": [f"JGB-30Y-{i}" for i in range(N_POSITIONS)],
        "factor": FACTORS,
        "book x factor": [crossed(book, factor) for factor in FACTORS for book in BOOKS],
    }
    return [_table(scenario, by, groups, total) for by, groups in names.items()]


def _table(scenario: str, by: str, names, total: float) -> ContributionTable:
    shares = [(-0.2 if i % 5 == 4 else 1.0) * 0.8**i for i in range(len(names))]
    found = [_group(name, total * share / sum(shares)) for name, share in zip(names, shares, strict=True)]
    rest = sum(group.contributions["value_at_risk"].value for group in found[SHOWN - 1 :])
    others = _group(f"{len(names) - SHOWN + 1} others", rest) if len(names) > SHOWN else None
    return ContributionTable(
        scenario=scenario, by=by, confidence=0.99, total=_figures(total), groups=tuple(found), others=others,
        diversification={}, tail_paths=1966, is_exact=False,
    )  # fmt: skip


def _group(name: str, value: float) -> GroupFigures:
    return GroupFigures(group=name, contributions=_figures(value))


def _figures(value: float) -> dict[str, Figure]:
    keys = {"value_at_risk": value, "expected_shortfall": 8.0 * value / 7.0}
    return {key: Figure(value=one, se=1e7) for key, one in keys.items()}


def account_backtest(folder: Path) -> KeptBacktest:
    """A backtest of five laws over 250 days."""
    pnl = np.random.default_rng(1).standard_normal(N_DAYS).tolist()
    days = [date(2024, 5, 28) + timedelta(days=k) for k in range(N_DAYS)]
    rows = rows_of(
        (day, 1, "main", law, 1e9 * x, 2.3e9, 2e9, 2.4e9, float(ndtr(x)), 100, "", 0.0)
        for day, x in zip(days, pnl, strict=True)
        for law in LAWS
    )
    result = BacktestResult(
        first=days[0], last=days[-1], laws=LAWS, n_paths=1000, seed=1, rows=rows,
        verdicts=verdicts(rows, NullStatistics(n_series=20)), years=years_of_exceptions(rows), notes=(),
    )  # fmt: skip
    kept = ShardFolder(folder, {"schema": 2})
    kept.keep("2025-05", rows)
    write_verdicts(kept.folder, result)
    return read_backtest(kept.folder)
