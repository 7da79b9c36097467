"""What each scenario's shocks do to each position at once: exact revaluation, no simulation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits, fit
from engine.book.value import position_values
from engine.conventions.currencies import HOME
from engine.market.market import Market
from engine.risk.standing import Standing
from engine.scenario.apply import apply
from engine.scenario.scenario import Scenario
from engine.scenario.under_laws import standing_of
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StressTable:
    """P&L of every position in every scenario, measured from the unshocked market."""

    currency: str  # of every amount
    scenarios: tuple[str, ...]  # names
    position_ids: tuple[str, ...]
    books: tuple[str, ...]  # (n_positions,) the book each position belongs to
    base_values: F64  # (n_positions,) [currency]
    pnl: F64  # (n_scenarios, n_positions) [currency], gains positive
    standings: tuple[Standing, ...]  # (n_scenarios,): a stress or a forecast
    notes: tuple[str, ...]  # what was done to a scenario's market that a reader should know

    def by_book(self) -> Mapping[str, F64]:
        """Return the P&L of each book, in the order of the file: (n_scenarios,) [currency]."""
        rows = np.array(self.books)
        return {name: self.pnl[:, rows == name].sum(axis=1) for name in dict.fromkeys(self.books)}

    def total(self) -> F64:
        """Return the P&L of all books: (n_scenarios,) [currency]."""
        return np.asarray(self.pnl.sum(axis=1), dtype=np.float64)


def stress_table(
    book: CompiledBook, market: Market, scenarios: Sequence[Scenario], currency: str = HOME
) -> StressTable:
    """Revalue `book` in each scenario's market, today: nothing ages, nothing is drawn.

    Parameters
    ----------
    book : compiled for the market's date
    market : the unshocked base, to whose levels market prices are fitted
    scenarios : in the order of the rows
    currency : one that the market has a rate of; each value is turned into it at the rate of its own market

    Raises
    ------
    InputError
        A scenario does not fit the market (`engine.scenario.apply`), or the book cannot be valued in it.
    """
    fits = fit(book, market)
    base_values = _values(book, market, fits, currency)
    pnl = np.empty((len(scenarios), base_values.size))
    notes: list[str] = []
    for row, scenario in zip(pnl, scenarios, strict=True):
        shocked = apply(scenario, market)
        row[:] = _values(book, shocked.market, fits, currency) - base_values
        notes += [*shocked.notes, *_left_out(scenario)]
    return StressTable(
        currency=currency,
        scenarios=tuple(scenario.name for scenario in scenarios),
        position_ids=book.position_ids,
        books=book.books,
        base_values=base_values,
        pnl=pnl,
        standings=tuple(standing_of(each, market) for each in scenarios),
        notes=tuple(notes),
    )


def as_json(stressed: StressTable, valuation_date: date, warnings: Sequence[str]) -> dict[str, Any]:
    """Return every figure of the table as JSON's types: amounts in `currency`; P&L by scenario, gains positive."""

    def pnl(figures: F64) -> dict[str, float]:
        """Return (n_scenarios,) figures by the names of the scenarios [currency]."""
        return dict(zip(stressed.scenarios, figures.tolist(), strict=True))

    books = np.array(stressed.books)
    values = stressed.base_values
    positions = zip(stressed.position_ids, stressed.books, values.tolist(), stressed.pnl.T, strict=True)
    return {
        "schema": 1,
        "valuation_date": valuation_date.isoformat(),
        "currency": stressed.currency,
        "scenarios": list(stressed.scenarios),
        "stresses": [name for name, each in zip(stressed.scenarios, stressed.standings, strict=True) if each.is_stress],
        "total": {"value": float(values.sum()), "pnl": pnl(stressed.total())},
        "books": [
            {"book": name, "value": float(values[books == name].sum()), "pnl": pnl(figures)}
            for name, figures in stressed.by_book().items()
        ],
        "positions": [
            {"position_id": name, "book": book, "value": value, "pnl": pnl(figures)}
            for name, book, value, figures in positions
        ],
        "warnings": list(warnings),
    }


def _left_out(scenario: Scenario) -> list[str]:
    """Return why a scenario's P&L is zero, or leaves a part of it out: what comes within the paths is not here."""
    later = [shock for shock in scenario.shocks if shock.day is not None]
    if len(later) < len(scenario.shocks):
        some = (
            f"{scenario.name}: {len(later)} of its {len(scenario.shocks)} shocks come on a later day and are left out"
        )
        return [f"{some}; `unwind run` simulates them"] if later else []
    laws = {
        "shocks on later days": bool(later),
        "dynamics within the paths": scenario.unwind is not None,
        "vols": bool(scenario.vol_multipliers),
        "correlations": bool(scenario.correlations),
    }
    held = [name for name, is_there in laws.items() if is_there]
    if not held:
        return []
    why = f"{scenario.name}: moves nothing at once, so its P&L is 0"
    return [f"{why}; it holds {', '.join(held)}: `unwind run` simulates it"]


def _values(book: CompiledBook, market: Market, fits: Fits, currency: str) -> F64:
    """Return the positions' values: (n_positions,) [currency]."""
    return position_values(book, market, fits) / market.rate(currency)
