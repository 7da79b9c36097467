"""What the change of VaR and ES from one recorded night to another is made of, and the P&L between them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.explain.nights.change import ChangeQuestion, NightsChange, nights_change
from engine.explain.nights.change_json import as_json
from engine.explain.nights.change_prose import prose
from engine.inputs.run_keywords import settings_of
from engine.run.blocks import Progress
from unwind_risk.api.analysis.page import page
from unwind_risk.api.analysis.unit_frames import frame_of
from unwind_risk.api.notes import Notes

if TYPE_CHECKING:
    import pandas as pd

UNITS = {  # columns of `NightsExplanation.table`
    "scope": "total, or book:NAME",
    "measure": "value_at_risk, expected_shortfall",
    "confidence": "probability",
    "part": "what changed; or before, change, after: as they were recorded",
    "label": "the part in words",
    "value": "{currency}, losses positive; the parts add up to the change",
    "se": "{currency}, one standard error of the simulation, paired",
}
PNL = {  # columns of `NightsExplanation.pnl`
    "scope": "total, or book:NAME",
    "part": "what moved; or explained, realised, unexplained",
    "label": "the part in words",
    "value": "{currency}, gains positive; exact",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NightsExplanation:
    """Why figures moved from one night to another. It cannot be changed."""

    found: NightsChange  # the engine's
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the paragraph that says it, filled from the figures."""
        return prose(self.found)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what could not be told apart, and what else a reader should know."""
        return self.found.notes

    def table(self) -> "pd.DataFrame":
        """Return each part of each measure's change, a row each; units in `.attrs["units"]`."""
        labels = {each.key: each.label for each in self.found.movers}
        rows = []
        for each in self.found.changes:
            figures = [
                ("before", "recorded", each.before.value, each.before.se),
                *((part.key, labels[part.key], part.value, part.se) for part in each.parts),
                ("change", "change", each.change, each.change_se),
                ("after", "recorded", each.after.value, each.after.se),
            ]
            rows += [(each.scope, each.measure, each.confidence, *figure) for figure in figures]
        return self._framed(rows, UNITS)

    def pnl(self) -> "pd.DataFrame":
        """Return each part of each scope's P&L between the nights, a row each."""
        labels = {each.key: each.label for each in self.found.pnl.movers}
        rows = []
        for each in self.found.pnl.scopes:
            rows += [(each.scope, key, labels[key], value) for key, value in each.parts.items()]
            ends = {"explained": each.explained, "realised": each.realised, "unexplained": each.unexplained}
            rows += [(each.scope, key, key, value) for key, value in ends.items() if value is not None]
        return self._framed(rows, PNL)

    def to_json(self) -> str:
        """Return everything as one line of strict JSON, as `unwind explain NIGHT NIGHT2 --json` prints it."""
        return json.dumps(as_json(self.found), ensure_ascii=False, allow_nan=False)

    def _framed(self, rows: Iterable[Any], units: Mapping[str, str]) -> "pd.DataFrame":
        first, second = self.found.nights
        return frame_of(rows, units, self.found.currency, nights=(str(first), str(second)))

    def __repr__(self) -> str:
        first, second = self.found.nights
        return f"<NightsExplanation of {self.found.scenario} from {first} to {second}>"

    def _repr_html_(self) -> str:
        first, second = self.found.nights
        frame = self.table()
        frame = frame[(frame["scope"] == "total") & (frame["value"] != 0.0)].drop(columns=["scope", "part"])
        title = f"{self.found.scenario}: change of the total from {first} to {second}"
        return page(title, frame, amounts=("value", "se"), currency=self.found.currency, text=self.text)


def explain_nights(
    nights: tuple[Path, Path],
    name: str | None,
    scenario: str | None,
    confidence: float | Sequence[float] | None,
    paths: int | None,
    realised: str | Path | None,
    *,
    progress: Progress,
    notes: Notes,
) -> NightsExplanation:
    """Take the change between two recorded nights apart; raises as `unwind_risk.explain`.

    name         of the run; None: the first that both have
    scenario     None: the later night's main one
    confidence   None: all that both have
    paths        of each run between the nights; None: as many as take about a minute
    realised     file of realised P&L; None: the later night's own, if it names one
    progress     called after each run with runs done and in all
    """
    asked = settings_of({"confidence": confidence, "paths": paths})
    question = ChangeQuestion(
        nights=nights,
        run=name,
        scenario=scenario,
        confidences=() if confidence is None else asked.confidences,
        n_paths=None if paths is None else asked.n_paths,
        realised=None if realised is None else Path(realised),
    )
    return NightsExplanation(found=nights_change(question, progress, notes.say), notes=tuple(notes.lines))
