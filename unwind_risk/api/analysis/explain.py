"""Why a run's VaR and expected shortfall are what they are, or why they moved from one night to another."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from engine.conventions.figure_words import percent
from engine.errors import InputError
from engine.explain.run.explanation_prose import heading, prose
from engine.explain.run.run_explanation import RunExplanation, run_explanation
from engine.explain.run.run_source import (
    MeasuredRun,
    measured_as_finished,
    measured_as_recorded,
    measured_by_settings,
)
from engine.explain.run.scenario_explanation import Contribution, ScenarioExplanation
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.results import plain_json
from engine.run.blocks import Progress
from engine.run.replay_command import recorded_words, replay_words
from unwind_risk.api.analysis.asked_run import Run, config_of, recorded_path
from unwind_risk.api.analysis.nights import NightsExplanation, explain_nights
from unwind_risk.api.analysis.page import page
from unwind_risk.api.analysis.unit_frames import fields_of, frame_of
from unwind_risk.api.frames import scale_of
from unwind_risk.api.given import called_as
from unwind_risk.api.notes import Notes
from unwind_risk.api.picture import Picture, bars, check_matplotlib
from unwind_risk.api.progress import Asked, shown
from unwind_risk.api.result import Result

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 1
AMOUNT = "{currency}, losses positive"
UNITS = {  # columns of `Explanation.table`
    "scenario": "name",
    "part": "factor: a part of the market; book; or total",
    "name": "of the part",
    "measure": "value_at_risk, expected_shortfall",
    "confidence": "probability",
    "value": f"{AMOUNT}: what the part adds to the measure",
    "se": "{currency}, one standard error of the simulation; 0: exact",
    "table_se": "{currency}, one standard error of a law's table of past days; NaN: it has none",
}
CAUSES = {  # columns of `Explanation.causes`
    "scenario": "name",
    "cause": "what made these paths of the tail lose",
    "is_mechanism": "of the law, else of the market's moves",
    "n_paths": "paths of the tail",
    "share": "of the tail's paths",
    "share_se": "one standard error",
    "mean_loss": AMOUNT,
    "cost": "{currency}, of the cause on average",
    "typical": "numbers of paths, which `replay` shows",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Explanation:
    """Why a run's figures are what they are. It cannot be changed."""

    found: RunExplanation  # the engine's
    replay: str  # the command, or the call, that shows a path of the run: PATH stands for its number
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the paragraph that says it, filled from the figures."""
        return prose(self.found)

    @property
    def heading(self) -> str:
        """Return what is explained, in a line."""
        return heading(self.found)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what was accepted or repaired in the run's inputs."""
        return self.found.warnings

    def table(self) -> "pd.DataFrame":
        """Return what each part of the market and each book adds, a row each; units in `.attrs["units"]`."""
        rows = [row for each in self.found.scenarios for row in _rows(each, self.found.confidence)]
        return self._framed(rows, UNITS)

    def causes(self) -> "pd.DataFrame":
        """Return the tail's paths by what made them lose, a row a scenario and cause."""
        rows = [
            {"scenario": each.scenario, "cause": cause.name, **fields_of(cause, [*CAUSES][2:])}
            for each in self.found.scenarios
            for cause in each.causes
        ]
        return self._framed(rows, CAUSES)

    def plot(self) -> Picture:
        """Draw what each part of the market and each book adds to expected shortfall, a panel a scenario.

        A notebook shows it; `.save("why.png")` writes it. Raises InputError without matplotlib, the extra `plot`.
        """
        check_matplotlib()
        table = self.table()
        es = table[table["measure"].eq(EXPECTED_SHORTFALL.key) & table["part"].ne("total")]
        scale, unit = scale_of(es["value"], self.found.currency)
        parts = {
            str(scenario): dict(zip(rows["name"], (rows["value"] / scale).tolist(), strict=True))
            for scenario, rows in es.groupby("scenario", sort=False)
        }
        return bars(parts, f"adds to {EXPECTED_SHORTFALL.label} {percent(self.found.confidence)}, {unit}")

    def to_json(self) -> str:
        """Return everything as one line of strict JSON, as `unwind explain --json` prints it."""
        told = {"schema": SCHEMA, "text": self.text, "replay": self.replay, **plain_json(self.found, "explanation")}
        return json.dumps(told, ensure_ascii=False, allow_nan=False)

    def _framed(self, rows: Iterable[Any], units: Mapping[str, str]) -> "pd.DataFrame":
        return frame_of(rows, units, self.found.currency, valuation_date=str(self.found.valuation_date))

    def __repr__(self) -> str:
        return f"<Explanation of {self.heading}>"

    def _repr_html_(self) -> str:
        frame = self.table().drop(columns=["confidence", "table_se"])
        return page(self.heading, frame, amounts=("value", "se"), currency=self.found.currency, text=self.text)


def _rows(each: ScenarioExplanation, confidence: float) -> Iterator[dict[str, Any]]:
    """Yield a row a part and measure: of the market, of the books, and the total."""
    groups: tuple[tuple[str, Sequence[Contribution]], ...] = (("factor", each.factors), ("book", each.books))
    for part, group in groups:
        for one in group:
            for measure, figure in one.figures.items():
                yield {
                    "scenario": each.scenario,
                    "part": part,
                    "name": one.name,
                    "measure": measure,
                    "confidence": confidence,
                    "value": figure.value,
                    "se": figure.se,
                    "table_se": float("nan") if figure.table_se is None else figure.table_se,
                }
    tail = next(tail for tail in each.total.measures if tail.confidence == confidence)
    for measure, estimate in tail.estimates.items():
        yield {
            "scenario": each.scenario,
            "part": "total",
            "name": "total",
            "measure": measure,
            "confidence": confidence,
            "value": estimate.value,
            "se": estimate.se,
            "table_se": tail.table_ses.get(measure, float("nan")),
        }


@overload
def explain(run: Run, *, name: str | None = None, progress: Asked = None) -> Explanation: ...
@overload
def explain(
    run: str | Path,
    later: str | Path,
    *,
    name: str | None = None,
    scenario: str | None = None,
    confidence: float | Sequence[float] | None = None,
    paths: int | None = None,
    realised: str | Path | None = None,
    progress: Asked = None,
) -> NightsExplanation: ...
@called_as(run="name")
def explain(
    run: Run,
    later: str | Path | None = None,
    *,
    name: str | None = None,
    scenario: str | None = None,
    confidence: float | Sequence[float] | None = None,
    paths: int | None = None,
    realised: str | Path | None = None,
    progress: Asked = None,
) -> Explanation | NightsExplanation:
    """Say why VaR and expected shortfall are what they are; of two recorded nights, why they moved.

    A result is not simulated again: the paths of its tail alone are walked once more. The figures are those of
    `unwind explain`.

    Parameters
    ----------
    run : a result of `run`; a RUN.toml; or the folder of a recorded run or night
    later : folder of a later night, and `run` that of an earlier one
    name : of a night's run, where it has several
    scenario, confidence, paths, realised : of two nights alone: what is compared, on how many paths of each run between
        them, and a file of realised P&L; None: the main scenario, all levels, as many as take a minute, the night's own
    progress : called with paths, or of two nights runs, done and in all; None: a bar in a notebook; False: nothing

    Raises
    ------
    InputError
        There is no such run, its inputs are not as they were, or its tail is too thin.
    RiskError
        The run failed.
    """
    notes, of_two = Notes(), (scenario, confidence, paths, realised)
    with shown(progress) as report:
        if later is not None:
            nights = _folders(run, later)
            return explain_nights(nights, name, scenario, confidence, paths, realised, progress=report, notes=notes)
        if any(each is not None for each in of_two):
            raise InputError("scenario, confidence, paths and realised are of two nights: give the later one too")
        return explain_run(run, name, progress=report, notes=notes)


def explain_run(run: Run, name: str | None, *, progress: Progress, notes: Notes) -> Explanation:
    """Explain one run; raises as `explain`. `name` is of a recorded night's run."""
    measured, replay = _measured(run, name, progress, notes)
    return Explanation(found=run_explanation(measured), replay=replay, notes=tuple(notes.lines))


def _measured(run: Run, name: str | None, progress: Progress, notes: Notes) -> tuple[MeasuredRun, str]:
    """Return a run with its figures, and the words that show a path of it."""
    if (folder := recorded_path(run)) is not None:
        return measured_as_recorded(folder, name, notes.say), recorded_words(folder, name)
    if name is not None:
        raise InputError("a name chooses among the runs of a recorded night; give the night's folder, or leave it out")
    if not isinstance(run, Result):
        config = config_of(run)
        return measured_by_settings(config, progress, notes.say), replay_words(config)
    prepared = run.finished.prepared
    words = replay_words(config_of(run)) if prepared.inputs.is_of_files else "uw.replay(result, PATH)"
    return measured_as_finished(run.finished), words


def _folders(first: Run, second: str | Path) -> tuple[Path, Path]:
    """Return the folders of two nights. Raises InputError where one is none."""
    if not isinstance(first, str | Path):
        raise InputError("a change is explained between two recorded nights: give the folder of the earlier one too")
    return Path(first), Path(second)
