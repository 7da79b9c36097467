"""One run as the sections of a page read it, and what they share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from engine.backtest.bundled_verdicts import bundled_verdicts
from engine.explain.nights.change import NightsChange
from engine.record.contribution_rows import RecordedGroups, recorded_groups
from engine.record.later_tables import Row, recorded_levels_by_scenario
from engine.record.manifest import main_scenario
from engine.record.read import RunRecord
from engine.report.earlier_nights import EarlierNights, NightBefore, night_before
from engine.report.numbers import NONE, Figure, Scale, confidence_text, difference_se, scale_of
from engine.report.parts import Chart
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.registry import HEADLINE, measures_among
from engine.risk.results import ScopeResult, TailResult
from engine.risk.standing import STRESS_LABEL, recorded_standings
from engine.words.language import Text, Wording, name_of, texts
from kernels.types import F64

ALL_BOOKS = ("total", "partial")
N_COLOURS = 4  # of scenarios
_SAME_DRAWS = ("seed", "n_paths", "steps", "precision", "backend")  # facts that two runs on common draws share
_SIMULATION = Text("± is one Monte Carlo standard error, shown where it reaches the last digit")
_BOTH_ERRORS = Text("{simulation}; {table}")
_EXACT, _LABELLED = texts("{name}, exact: {n:,} moves", "{name} ({label})")
_ONE_DAY, _DAYS = texts("1 business day", "{n} business days")
PAIRED = Text(" Changes are on common draws; their ± is paired, and stands where the change was taken apart.")
TABLE_ERROR = Text(
    "± table: how far off the figure may be because it rests on so few past days, and others might have come"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """One run as the sections read it."""

    number: int  # of the run in the night, from 1: prefix of the charts' keys
    run: RunRecord
    night: date
    past: EarlierNights
    before: NightBefore
    main: ScopeResult  # the sum over books in the run's main scenario
    confidence: float  # the highest
    scale: Scale
    change: NightsChange | str | None = None  # since the night before, taken apart; a sentence: why it is not
    groups: tuple[RecordedGroups, ...] = ()  # what makes the loss; none where nobody asked, or the record is older
    levels: Mapping[str, Sequence[Row]] = field(default_factory=dict)  # of factors by day, by scenario
    most_pictured: int = 6  # scenarios that have pictures of their own

    @property
    def sums(self) -> tuple[ScopeResult, ...]:
        """Return the sum over books in every scenario."""
        return tuple(result for result in self.run.results if result.scope in ALL_BOOKS)

    @property
    def tail(self) -> TailResult:
        """Return the run's headline."""
        return next(each for each in self.main.measures if each.confidence == self.confidence)

    @property
    def main_name(self) -> str:
        """Return the name of the run's main scenario, with the label of a stress."""
        return labelled_name(self.run, self.main.scenario)

    @property
    def measures(self) -> tuple[TailMeasure, ...]:
        """Return the measures that the record holds, in the order in which they are shown."""
        return measures_among(self.tail.estimates)

    @property
    def level(self) -> str:
        """Return the confidence in words."""
        return confidence_text(self.confidence)

    @property
    def worst(self) -> ScopeResult:
        """Return the sum over books in the scenario with the largest VaR; the main one where none is a number."""
        found = [each for each in self.sums if finite(self.value_at_risk(each))]
        return max(found, key=self.value_at_risk, default=self.main)

    @property
    def first_scenarios(self) -> tuple[ScopeResult, ...]:
        """Return the scenarios that have pictures of their own: the main one, the worst, then the others in order."""
        order = {each.scenario: each for each in (self.main, self.worst, *self.sums)}
        kept = list(order)[: self.most_pictured]
        return tuple(each for each in self.sums if each.scenario in kept)

    @property
    def place(self) -> int:
        """Return the number of the main scenario among all, from 1."""
        return 1 + [each.scenario for each in self.sums].index(self.main.scenario)

    def of(self, result: ScopeResult) -> "Sheet":
        """Return the same run with another scenario in the main one's place."""
        return replace(self, main=result)

    def tail_of(self, result: ScopeResult) -> TailResult:
        """Return a result's tail at the highest confidence."""
        return next(each for each in result.measures if each.confidence == self.confidence)

    def value_at_risk(self, result: ScopeResult) -> float:
        """Return a result's VaR at the highest confidence."""
        return self.tail_of(result).of(HEADLINE[0]).value

    def colour_of(self, scenario: str) -> int:
        """Return a scenario's colour: 1 to 4, the same throughout the run."""
        return 1 + [each.scenario for each in self.sums].index(scenario) % N_COLOURS

    def key(self, name: str) -> str:
        """Return a chart's key, unique in the page."""
        return f"r{self.number}s{self.place}-{name}"


def sheet(
    number: int, run: RunRecord, night: date, earlier: EarlierNights, change: NightsChange | str | None = None
) -> Sheet:
    """Find a run's headline, what it is compared with, and the unit of its amounts."""
    sums = [result for result in run.results if result.scope in ALL_BOOKS]
    main = next(result for result in sums if result.scenario == main_scenario(run.manifest))
    tails = [tail for result in sums for tail in result.measures]
    return Sheet(
        number=number,
        run=run,
        night=night,
        past=earlier,
        before=night_before(earlier, run),
        main=main,
        confidence=max(tail.confidence for tail in main.measures),
        scale=scale_of(run.currency, [tail.of(HEADLINE[-1]).value for tail in tails]),
        change=change,
        groups=recorded_groups(run.files),
        levels=recorded_levels_by_scenario(run.files),
    )


def change(
    sheet: Sheet, result: ScopeResult, tail: TailResult, measure: TailMeasure, scale: Scale | None = None
) -> Figure:
    """Show a measure's change since the night before; none where that night has no such measure.

    Its error is the paired one where the change was taken apart, and none where it was not: on common draws that of
    independent runs is many times too wide. Runs on other draws are independent.
    """
    old = sheet.before.tail(result, tail.confidence)
    before, now = old.estimates.get(measure.key) if old else None, tail.of(measure)
    if before is None:
        return NONE
    se = _paired_se(sheet, result, tail.confidence, measure)
    if se is None and not _has_common_draws(sheet):
        se = difference_se(now.se, before.se)
    return (scale or sheet.scale).change(now.value - before.value, se)


def _paired_se(sheet: Sheet, result: ScopeResult, confidence: float, measure: TailMeasure) -> float | None:
    """Return the paired error of a change that was taken apart; None of one that was not."""
    apart = sheet.change
    if apart is None or isinstance(apart, str) or apart.scenario != result.scenario:
        return None
    wanted = (result.scope, measure.key, confidence)
    return next((each.change_se for each in apart.changes if (each.scope, each.measure, each.confidence) == wanted),
                None)  # fmt: skip


def _has_common_draws(sheet: Sheet) -> bool:
    """Return whether the run and the one before drew alike."""
    assert sheet.before.run is not None
    facts = (sheet.run.manifest["facts"], sheet.before.run.manifest["facts"])
    return all(facts[0].get(key) == facts[1].get(key) for key in _SAME_DRAWS)


def tail_entry(scale: Scale, tail: TailResult, measure: TailMeasure) -> Figure:
    """Show a measure with its standard errors: the simulation's and, where its law has a table, the table's."""
    found = tail.of(measure)
    return scale.estimate(found.value, found.se, tail.table_ses.get(measure.key))


def errors_in_words(sheet: Sheet) -> str:
    """Say what each ± of a run's tables is."""
    has_table = any(tail.table_ses for result in sheet.run.results for tail in result.measures)
    return _BOTH_ERRORS.format(simulation=_SIMULATION, table=TABLE_ERROR) if has_table else str(_SIMULATION)


def scenario_text(sheet: Sheet, result: ScopeResult) -> str:
    """Return a scenario's name and label, with what it rests on where it is exact."""
    name = labelled_name(sheet.run, result.scenario)
    return name if result.n_moves is None else _EXACT.format(name=name, n=result.n_moves)


def labelled_name(run: RunRecord, scenario: str) -> str:
    """Return a scenario's name, with the label of a stress where the record says that it is one."""
    standing = recorded_standings(run.manifest["facts"]).get(scenario)
    name = name_of(scenario)
    if standing is None or not standing.is_stress:
        return name
    return _LABELLED.format(name=name, label=name_of(STRESS_LABEL))


def backtest_text(sheet: Sheet, scenario: str) -> str:
    """Return what a backtest says of a scenario; nothing in records that do not say by what law it moves."""
    standing = recorded_standings(sheet.run.manifest["facts"]).get(scenario)
    return "" if standing is None else bundled_verdicts().words_for(scenario, standing)


def measured_entries(
    sheet: Sheet, result: ScopeResult, tail: TailResult, measures: Sequence[TailMeasure]
) -> Iterator[Figure]:
    """Show each measure and its change."""
    for measure in measures:
        yield tail_entry(sheet.scale, tail, measure)
        yield change(sheet, result, tail, measure)


def nothing(sheet: Sheet, name: str, title: Wording, why: Wording) -> Chart:
    """Say of a chart why it cannot be drawn."""
    return Chart(key=sheet.key(name), title=title, alt="", svg="", table=None, note=why)


def book_name(scope: str) -> str:
    """Return a book's name without the word before it."""
    return scope.removeprefix("book:")


def horizon(sheet: Sheet) -> str:
    """Say the run's horizon in words."""
    days = sheet.run.manifest["facts"]["horizon_days"]
    return str(_ONE_DAY) if days == 1 else _DAYS.format(n=days)


def finite(*values: F64 | float) -> bool:
    """Return whether all of the values are numbers."""
    return all(bool(np.isfinite(value).all()) for value in values)
