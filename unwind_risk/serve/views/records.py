"""Records: every night and run, whether a byte of them was changed, what moved from one to another."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from engine.batch.reproduce import Reproduced, reproduce
from engine.errors import InputError, counted
from engine.record.read import BREACHED, nights
from engine.record.verify import changed_files
from engine.report.numbers import NONE, Figure, scale_of
from engine.report.parts import Badge
from engine.report.sheet import ALL_BOOKS
from engine.risk.measures.registry import HEADLINE
from engine.risk.results import plain_json
from unwind_risk.api.analysis.nights import NightsExplanation, explain_nights
from unwind_risk.api.notes import Notes
from unwind_risk.serve.command_lines import command_line, reproduce_line
from unwind_risk.serve.pages import page_text
from unwind_risk.serve.record_state import ChosenRun
from unwind_risk.serve.state import Chosen, ServeState, State, here_of
from unwind_risk.serve.work import Job

ROUTER = APIRouter()
MOST_NIGHTS = 60  # shown; the API has all
SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run of one night."""

    night: date
    run: str
    state: Badge
    figures: tuple[Figure, ...]  # VaR of each scenario, in the order of the headings
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One part of a change."""

    label: str
    figure: Figure
    is_sum: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a button of the page was pressed for."""

    title: str
    said: str
    badge: Badge | None = None
    lines: tuple[str, ...] = ()
    rows: tuple[ChangeRow, ...] = ()
    unit: str = ""
    command: str = ""


@ROUTER.get("/records", response_class=HTMLResponse, include_in_schema=False)
def show(state: State, chosen: Chosen) -> str:
    """Show every night."""
    return _page(state, chosen, None)


@ROUTER.post("/records/verify", response_class=HTMLResponse, include_in_schema=False)
async def verify(state: State, chosen: Chosen) -> str:
    """Look at every byte of the record."""
    changed = await _verified(state)
    line = command_line(["batch", "verify", state.settings.record])
    if not changed:
        badge = Badge(text="intact", kind="good")
        said = f"Every byte of {counted(len(state.record.days), 'night')} is as it was written."
        return _page(state, chosen, Answered(title="Verification", said=said, badge=badge, command=line))
    badge = Badge(text="changed", kind="bad")
    said = f"{counted(len(changed), 'thing')} in the record differ from what was written."
    return _page(state, chosen, Answered(title="Verification", said=said, badge=badge, lines=changed, command=line))


@ROUTER.post("/records/reproduce", response_class=HTMLResponse, include_in_schema=False)
async def make_again(state: State, chosen: Chosen) -> str:
    """Run a recorded run again."""
    found = await _reproduced(state, chosen)
    badge = Badge(text="bit-identical", kind="good") if found.is_identical else Badge(text="differs", kind="bad")
    said = f"Run {found.run} of {found.valuation_date}, made again from its inputs."
    lines = (*(f"other than then: {each}" for each in found.causes), *found.numbers)
    return _page(
        state,
        chosen,
        Answered(title="Reproduction", said=said, badge=badge, lines=lines, command=reproduce_line(chosen)),
    )


@ROUTER.get("/records/change", response_class=HTMLResponse, include_in_schema=False)
async def change(state: State, chosen: Chosen, before: str = "", scenario: str = "") -> str:
    """Show what moved VaR from an earlier night to the chosen one."""
    earlier = state.record.chosen(before or _before(state, chosen), chosen.record.name)
    found = await _changed(state, earlier, chosen, scenario or None)
    return _page(state, chosen, _change_words(found, earlier, chosen))


@ROUTER.get("/api/runs", tags=["record"])
def runs(state: State) -> dict[str, Any]:
    """Return every run of every closed night: its state, its manifest's digest, VaR and ES by scenario."""
    return {"schema": SCHEMA, "runs": [each for day in state.record.days for each in _runs_of(state, day)]}


@ROUTER.get("/api/verify", tags=["record"])
async def verify_json(state: State) -> dict[str, Any]:
    """Say whether every byte of the record is as it was written."""
    changed = await _verified(state)
    return {"schema": SCHEMA, "intact": not changed, "changed": list(changed)}


@ROUTER.get("/api/diff", tags=["questions"], response_class=Response)
async def diff(state: State, chosen: Chosen, before: str, scenario: str = "") -> Response:
    """Return what a change of VaR and ES is made of, as `unwind explain NIGHT NIGHT2 --json` prints it."""
    earlier = state.record.chosen(before, chosen.record.name)
    found = await _changed(state, earlier, chosen, scenario or None)
    return Response(found.to_json(), media_type="application/json")


@ROUTER.post("/api/reproduce", tags=["record"])
async def reproduce_json(state: State, chosen: Chosen) -> dict[str, Any]:
    """Run a recorded run again, and say whether every bit is the same."""
    found = await _reproduced(state, chosen)
    return {"schema": SCHEMA, **plain_json(found, "reproduced"), "is_identical": found.is_identical}


async def _verified(state: ServeState) -> tuple[str, ...]:
    return await state.work.answer(("verify", object()), lambda _: changed_files(state.settings.record))


async def _reproduced(state: ServeState, chosen: ChosenRun) -> Reproduced:
    def make(job: Job) -> Reproduced:
        return reproduce(chosen.folder, job.progress, Notes().say)

    return await state.work.answer(("reproduce", chosen.key), make)


async def _changed(state: ServeState, earlier: ChosenRun, later: ChosenRun, scenario: str | None) -> NightsExplanation:
    def make(job: Job) -> NightsExplanation:
        folders = (earlier.folder, later.folder)
        return explain_nights(folders, None, scenario, None, None, None, progress=job.progress, notes=Notes())

    return await state.work.answer(("change", earlier.key, later.key, scenario), make)


def _before(state: ServeState, chosen: ChosenRun) -> str:
    earlier = [day for day in state.record.days if day < chosen.night.valuation_date]
    if not earlier:
        raise InputError(f"the record has no night before {chosen.night.valuation_date}")
    return earlier[-1].isoformat()


def _page(state: ServeState, chosen: ChosenRun, answered: Answered | None) -> str:
    days = nights(state.settings.record)[-MOST_NIGHTS:][::-1]
    found = [(day, each) for day in days for each in _runs_of(state, day)]
    scenarios = tuple(dict.fromkeys(one["scenario"] for _, each in found for one in each["scenarios"]))
    key = HEADLINE[0].key
    scale = scale_of(chosen.record.currency, [one[key] for _, each in found for one in each["scenarios"]])
    rows = []
    for day, each in found:
        values = {one["scenario"]: one[key] for one in each["scenarios"]}
        figures = tuple(scale.amount(values[name]) if name in values else NONE for name in scenarios)
        rows.append(RunRow(night=day, run=each["run"], state=_badge(each), figures=figures, digest=each["sha256"][:8]))
    return page_text(
        "records.html",
        view="records",
        here=here_of(state, chosen),
        rows=rows,
        scenarios=scenarios,
        unit=scale.unit,
        level=f"{HEADLINE[0].label} at each run's highest confidence",
        answered=answered,
        command=command_line(["runs", "list", state.settings.record]),
    )


def _runs_of(state: ServeState, day: date) -> list[dict[str, Any]]:
    """Return the runs of a night, or that it cannot be read."""
    try:
        night, _ = state.record.night(day)
    except InputError as error:
        return [_unread(day, str(error))]
    breached = {run.name: 0 for run in night.runs}
    for use in night.limits:
        if use.state == BREACHED and use.run in breached:
            breached[use.run] += 1
    return [
        {
            "valuation_date": day.isoformat(),
            "run": run.name,
            "state": "recorded",
            "breached": breached[run.name],
            "sha256": str(run.manifest.get("sha256", "")),
            "currency": run.currency,
            "scenarios": [
                {"scenario": each.scenario, "confidence": tail.confidence}
                | {measure.key: tail.of(measure).value for measure in HEADLINE}
                for each in run.results
                if each.scope in ALL_BOOKS
                for tail in [max(each.measures, key=lambda tail: tail.confidence)]
            ],
        }
        for run in night.runs
    ]


def _unread(day: date, why: str) -> dict[str, Any]:
    return {
        "valuation_date": day.isoformat(), "run": "-", "state": why, "breached": 0, "sha256": "", "currency": "",
        "scenarios": [],
    }  # fmt: skip


def _badge(run: dict[str, Any]) -> Badge:
    if run["state"] != "recorded":
        return Badge(text="cannot be read", kind="bad")
    if run["breached"]:
        return Badge(text=f"{counted(run['breached'], 'limit')} breached", kind="bad")
    return Badge(text="recorded", kind="good")


def _change_words(found: NightsExplanation, earlier: ChosenRun, later: ChosenRun) -> Answered:
    """Return the parts of the change of the total's VaR at the highest confidence."""
    key = HEADLINE[0].key
    mine = [each for each in found.found.changes if each.measure == key and not each.scope.startswith("book:")]
    change = max(mine, key=lambda each: each.confidence)
    labels = {each.key: each.label for each in found.found.movers}
    scale = scale_of(found.found.currency, [change.before.value, change.after.value])
    parts = [part for part in change.parts if part.value]
    rows = [ChangeRow(label=labels[p.key], figure=scale.change(p.value, p.se), is_sum=False) for p in parts]
    rows.append(ChangeRow(label="change", figure=scale.change(change.change, change.change_se), is_sum=True))
    first, second = found.found.nights
    return Answered(
        title=f"{first} to {second}, {found.found.scenario}",
        said=found.text,
        rows=tuple(rows),
        unit=scale.unit,
        command=command_line(["explain", earlier.folder, later.folder]),
    )
