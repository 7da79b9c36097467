"""What scenarios' shocks do to books at once: full revaluation, nothing simulated."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from engine.analysis.stress import StressTable, as_json, stress_table
from engine.book.fit import fit
from engine.book.warnings.valued import valued_book_warnings
from engine.conventions.currencies import HOME
from engine.inputs.run_keywords import settings_of
from engine.inputs.scenario.load import AT_ONCE
from kernels.types import F64
from unwind_risk.api.book import Book, book_of
from unwind_risk.api.frames import arrow_of, framed, html_of
from unwind_risk.api.given import of_keywords
from unwind_risk.api.market import Market, market_of
from unwind_risk.api.scenario import Scenario, scenarios_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from unwind_risk.api.book import Books
    from unwind_risk.api.given import Given

COLUMNS = {  # of `StressResult.table`, with their units
    "scenario": "name",
    "book": "name",
    "position_id": "name",
    "base_value": "{currency}, before the shock",
    "pnl": "{currency}, gains positive",
    "stress": "a stress, and no forecast",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class StressResult:
    """P&L of every position in every scenario, exact but for rounding. It cannot be changed."""

    stressed: StressTable  # the engine's
    valuation_date: date
    warnings: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what was done to scenarios' markets that a reader should know; `warnings` has them too."""
        return self.stressed.notes

    def table(self) -> "pd.DataFrame":
        """Return a row for each scenario and position; units in `.attrs["units"]`."""
        import pandas as pd

        found, n = self.stressed, len(self.stressed.position_ids)
        frame = pd.DataFrame(
            {
                "scenario": [name for name in found.scenarios for _ in range(n)],
                "book": [*found.books] * len(found.scenarios),
                "position_id": [*found.position_ids] * len(found.scenarios),
                "base_value": found.base_values.tolist() * len(found.scenarios),
                "pnl": found.pnl.ravel(),
                "stress": [each.is_stress for each in found.standings for _ in range(n)],
            }
        )
        units = {name: unit.format(currency=found.currency) for name, unit in COLUMNS.items()}
        return framed(frame, units=units, currency=found.currency, valuation_date=str(self.valuation_date))

    def numpy(self) -> F64:
        """Return the P&L, not to be written to: (n_scenarios, n_positions) [currency], gains positive."""
        view = self.stressed.pnl.view()
        view.flags.writeable = False
        return view

    def arrow(self) -> "pa.Table":
        """Return `table` as an Arrow table."""
        return arrow_of(self.table())

    def to_json(self) -> str:
        """Return the result as one line of strict JSON, as `unwind stress --json` prints it."""
        found = as_json(self.stressed, self.valuation_date, self.warnings)
        return json.dumps(found, ensure_ascii=False, allow_nan=False)

    def __repr__(self) -> str:
        return f"<StressResult on {self.valuation_date}: {', '.join(self.stressed.scenarios)}>"

    def _repr_html_(self) -> str:
        """Return a small table for a notebook: a row a book, a column a scenario."""
        import pandas as pd

        found = self.stressed
        rows = {"total": found.total(), **found.by_book()}
        frame = pd.DataFrame(
            [{"book": name, **dict(zip(found.scenarios, pnl, strict=True))} for name, pnl in rows.items()]
        )
        return html_of(frame, f"P&L of shocks on {self.valuation_date}, {found.currency}, gains positive")


@of_keywords
def stress(
    book: "Books" = None,
    market: Market | str | Path | None = None,
    scenarios: "Given[Scenario]" = None,
    *,
    currency: str | None = None,
) -> StressResult:
    """Revalue books in each scenario's market, in full and at once: nothing is simulated and nothing ages.

    Parameters
    ----------
    book, market, scenarios : objects, paths or bundled names; of books and scenarios one or several. None: the bundled
        sample books, the bundled market, and the bundled scenarios that move the market at once
    currency : of the amounts, one that the market quotes; None: JPY

    Raises InputError where an input is bad, or a scenario does not fit the market.

    Examples
    --------
    >>> import unwind_risk as uw
    >>> uw.stress("carry-fund", scenarios="august-2024")
    <StressResult on 2025-05-28: august-2024>
    """
    code = settings_of({"currency": currency}).currency if currency is not None else HOME
    books = book_of(book)
    return stress_with(books, market_of(market, books), scenarios_of(scenarios, AT_ONCE), code)


def stress_with(book: Book, market: Market, scenarios: Sequence[Scenario], currency: str) -> StressResult:
    """Stress what is loaded; raises as `stress`."""
    compiled = book.compiled(market.valuation_date)
    found = stress_table(compiled, market.loaded, [each.loaded for each in scenarios], currency)
    of_book = valued_book_warnings(compiled, market.loaded, fit(compiled, market.loaded))
    warnings = (*market.warnings, *of_book, *found.notes)
    return StressResult(stressed=found, valuation_date=market.valuation_date, warnings=warnings)
