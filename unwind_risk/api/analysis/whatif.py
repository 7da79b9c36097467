"""What candidate trades would change of a run, or of a recorded night."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.analysis.whatif.paired_changes import Change
from engine.analysis.whatif.whatif import WhatIf as Found
from engine.analysis.whatif.whatif import as_json
from engine.errors import InputError, counted
from engine.explain.whatif.limit_changes import LimitChange
from engine.explain.whatif.tried import check_settings, on_a_night, on_a_run
from engine.run.blocks import Progress
from unwind_risk.api.analysis.asked_run import Run, config_of, inputs_of, recorded_path, rows_of
from unwind_risk.api.analysis.page import page
from unwind_risk.api.analysis.unit_frames import fields_of, frame_of
from unwind_risk.api.book import Books
from unwind_risk.api.given import of_keywords
from unwind_risk.api.notes import Notes
from unwind_risk.api.progress import Asked, shown

if TYPE_CHECKING:
    import pandas as pd

CHANGES = {  # columns of `WhatIf.table`
    "scenario": "name",
    "measure": "value_at_risk, expected_shortfall",
    "confidence": "probability",
    "before": "{currency}, losses positive: of the books",
    "before_se": "{currency}, one standard error of the simulation; 0: exact",
    "after": "{currency}, losses positive: of the books and the trades",
    "after_se": "{currency}",
    "change": "{currency}; above 0 the trades add to the loss",
    "change_se": "{currency}, paired: before and after are on the same paths",
    "change_table_se": "{currency}, of a law's table of past days, paired; NaN: it has none",
}
TRADES = {  # columns of `WhatIf.trades`
    "position": "id",
    "book": "name",
    "value": "{currency}, today",
    "carry_a_day": "{currency}, exact: gain in a business day in which nothing moves; below 0 a cost",
}
PAYMENTS = {  # columns of `WhatIf.payments`
    "scenario": "name",
    "regime": "in which the paths end; empty: all paths",
    "probability": "of ending there",
    "probability_se": "one standard error; 0: all paths",
    "pnl": "{currency}, mean of the trades; gains positive",
    "pnl_se": "{currency}, one standard error; 0: exact",
    "pnl_in_tail": "{currency}, mean where the books without them lose VaR at the highest confidence, or more",
    "pnl_in_tail_se": "{currency}",
}
LIMITS = {  # columns of `WhatIf.limits`
    "limit": "name",
    "measure": "VaR, ES, stress or DV01",
    "scope": "total, or book:NAME",
    "scenario": "name; empty: a DV01",
    "amount": "of the limit, in its currency",
    "before": "use, a fraction; NaN: a book of the trades alone",
    "after": "use, a fraction: above 1 it is breached",
    "state": "within, breached or not evaluated: with the trades",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class WhatIf:
    """What candidate trades would change. It cannot be changed."""

    found: Found  # the engine's
    uses: tuple[LimitChange, ...]  # of limits, before and after
    notes: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what a reader should know of the trades."""
        return self.found.warnings

    def table(self) -> "pd.DataFrame":
        """Return VaR and ES before and after, a row a scenario, measure and confidence; units in `.attrs["units"]`."""
        rows = [{"scenario": each.scenario, **_change(one)} for each in self.found.scenarios for one in each.changes]
        return self._framed(rows, CHANGES)

    def trades(self) -> "pd.DataFrame":
        """Return value and carry of each trade, a row each."""
        rows = [fields_of(each, [*TRADES]) for each in self.found.trades]
        return self._framed(rows, TRADES)

    def payments(self) -> "pd.DataFrame":
        """Return what the trades pay in each scenario, and by the regime in which its paths end."""
        rows: list[dict[str, Any]] = []
        for each in self.found.scenarios:
            tail = {"pnl_in_tail": each.pnl_in_tail.value, "pnl_in_tail_se": each.pnl_in_tail.se}
            whole = {
                "regime": "",
                "probability": 1.0,
                "probability_se": 0.0,
                "pnl": each.pnl.value,
                "pnl_se": each.pnl.se,
            }
            rows.append({"scenario": each.scenario, **whole, **tail})
            for one in each.regimes:
                paid = {} if one.pnl is None else {"pnl": one.pnl.value, "pnl_se": one.pnl.se}
                ends = {"regime": one.regime, "probability": one.probability, "probability_se": one.probability_se}
                rows.append({"scenario": each.scenario, **ends, **paid})
        return self._framed(rows, PAYMENTS)

    def limits(self) -> "pd.DataFrame":
        """Return the use of each limit before and after, a row each; no rows where no limits were given."""
        rows = [
            {
                "limit": each.after.name,
                **fields_of(each.after, ("measure", "scope", "scenario", "amount", "state")),
                "before": None if each.before is None else each.before.use,
                "after": each.after.use,
            }
            for each in self.uses
        ]
        return self._framed(rows, LIMITS)

    def to_json(self) -> str:
        """Return everything as one line of strict JSON, as `unwind whatif --json` prints it."""
        return json.dumps(as_json(self.found, self.uses), ensure_ascii=False, allow_nan=False)

    def _framed(self, rows: Iterable[Any], units: Mapping[str, str]) -> "pd.DataFrame":
        return frame_of(rows, units, self.found.currency, valuation_date=str(self.found.valuation_date))

    def __repr__(self) -> str:
        return f"<WhatIf of {counted(len(self.found.trades), 'trade')} on {self.found.valuation_date}>"

    def _repr_html_(self) -> str:
        n, amounts = counted(len(self.found.trades), "trade"), ("before", "after", "change", "change_se")
        frame = self.table()[["scenario", "measure", "confidence", *amounts]]
        title = f"What {n} would change from {self.found.valuation_date}"
        return page(title, frame, amounts=amounts, currency=self.found.currency)


def _change(each: Change) -> dict[str, Any]:
    return {
        "measure": each.measure,
        "confidence": each.confidence,
        "before": each.before.value,
        "before_se": each.before.se,
        "after": each.after.value,
        "after_se": each.after.se,
        "change": each.value,
        "change_se": each.se,
        "change_table_se": float("nan") if each.table_se is None else each.table_se,
    }


@of_keywords
def whatif(
    run: Run,
    trades: Books,
    *,
    limits: str | Path | None = None,
    progress: Asked = None,
) -> WhatIf:
    """Say what candidate trades would change, before and after on the same paths.

    The books' totals are walked once and kept; trades alone are walked from then on. The figures are those of
    `unwind whatif`: the total after is to the last bit that of a run of all books, the trades' last.

    Parameters
    ----------
    run : a result of `run`; a RUN.toml; or the folder of a recorded run, with its settings, inputs and limits
    trades : a book of one file or frame, a frame, or positions; they are a book of their own, `whatif`, or as the
        column `book` says
    limits : a file of [[limits]], as batches have it; of a recorded run its own are held
    progress : called with paths done and in all; None: a bar in a notebook, else nothing; False: nothing

    Raises
    ------
    InputError
        An input is bad, a recorded run does not come out as it was recorded, or there are too many paths to hold.
    """
    notes = Notes()
    with shown(progress) as report:
        return whatif_with(run, trades, limits, progress=report, notes=notes)


def whatif_with(
    run: Run,
    trades: Books,
    limits: str | Path | None,
    *,
    progress: Progress,
    notes: Notes,
) -> WhatIf:
    """Try trades as `whatif`."""
    rows, held = rows_of(trades, "candidate trades"), None if limits is None else Path(limits)
    if (folder := recorded_path(run)) is not None:
        if held is not None:
            raise InputError("limits: a recorded run has limits of its own; leave them out")
        found, uses = on_a_night(rows, folder, progress, notes.say)
    else:
        config = config_of(run)
        check_settings(config)
        found, uses = on_a_run(rows, config, inputs_of(run, config), held, progress, notes.say)
    return WhatIf(found=found, uses=uses, notes=tuple(notes.lines))
