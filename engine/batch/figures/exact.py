"""Figures of a run that the simulation's tails do not hold: the P&L's distribution, stress losses, DV01."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.analysis.stress import stress_table
from engine.book.fit import fit
from engine.book.greeks import curve_dv01
from engine.inputs.limits import ALL_CURVES
from engine.payoffs.curves import fx_rates
from engine.record.rows import Row, exact_row
from engine.record.tables import GAIN, N_BINS
from engine.run.prepared import PreparedRun
from engine.scenario.scenario import Scenario
from kernels.types import F64

TAIL_FRACTION = 0.01  # of the replayed paths, listed one by one


def distributions(pnl: Sequence[F64], names: Sequence[tuple[str, str]], currency: str) -> list[Row]:
    """Count every scenario's and scope's P&L by bins, and list its tail.

    pnl     (n_rows,) of (n,) [currency], gains positive
    names   scenario and scope of each row
    """
    return [_distribution(*name, row, currency) for name, row in zip(names, pnl, strict=True)]


def exact_rows(prepared: PreparedRun, scenarios: Sequence[Scenario], total: str) -> list[Row]:
    """Value stress losses in `scenarios` and DV01 by curve, of the total and every book.

    total   what the sum over books is called: "total", or "partial" where one is missing
    """
    book, market, currency = prepared.inputs.book, prepared.inputs.market, prepared.config.currency
    stressed = stress_table(book, market, scenarios, currency)
    rows = []
    for i, scenario in enumerate(stressed.scenarios):
        losses = {total: -stressed.total()[i]} | {f"book:{name}": -pnl[i] for name, pnl in stressed.by_book().items()}
        rows += [
            exact_row("stress_loss", scope, 0.0 + float(loss), currency, scenario=scenario)
            for scope, loss in losses.items()
        ]
    rate = float(fx_rates(np.array([currency]), market)[0])
    by_curve = {name: each / rate for name, each in curve_dv01(book, market, fit(book, market)).items()}
    by_curve[ALL_CURVES] = np.sum(list(by_curve.values()), axis=0)
    for curve, dv01 in by_curve.items():
        rows += [
            exact_row("dv01", scope, value, f"{currency}/bp", curve=curve)
            for scope, value in _by_scope(book.books, dv01, total).items()
        ]
    return rows


def _by_scope(books: Sequence[str], values: F64, total: str) -> dict[str, float]:
    rows = np.array(books)
    return {total: float(values.sum())} | {
        f"book:{name}": float(values[rows == name].sum()) for name in dict.fromkeys(books)
    }


def _distribution(scenario: str, scope: str, pnl: F64, currency: str) -> dict[str, Any]:
    counts, edges = np.histogram(pnl, _edges(pnl))
    tail = np.sort(np.partition(pnl, n_tail - 1)[:n_tail]) if (n_tail := int(pnl.size * TAIL_FRACTION)) else pnl[:0]
    return {
        "scenario": scenario,
        "scope": scope,
        "n_paths": pnl.size,
        "edges": edges.tolist(),
        "counts": counts.tolist(),
        "tail": tail.tolist(),
        "unit": currency,
        "sign": GAIN,
    }


def _edges(pnl: F64) -> F64:
    """Return equal bins from the least to the most P&L; a P&L that does not vary gets bins of a rounding or more."""
    low, high = float(pnl.min()), float(pnl.max())
    if high - low <= 1e-9 * max(abs(low), abs(high), 1.0):
        half = 0.5 * max(abs(low), 1.0)
        low, high = low - half, high + half
    return np.linspace(low, high, N_BINS + 1)
