"""Tonight: the answer in words, every scenario with its limit, what is wrong."""

import asyncio
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from engine.errors import InputError
from engine.record.read import Night
from engine.report.answer import answer
from engine.report.earlier_nights import read_earlier_nights
from engine.report.sheet import Sheet, sheet
from engine.risk.measures.registry import HEADLINE
from engine.risk.results import plain_json
from unwind_risk.serve.command_lines import command_line
from unwind_risk.serve.pages import page_text
from unwind_risk.serve.record_state import ChosenRun
from unwind_risk.serve.security import REPORT_POLICY
from unwind_risk.serve.state import Chosen, ServeState, State, here_of

SCHEMA = 1
ROUTER = APIRouter()


@ROUTER.get("/", response_class=HTMLResponse, include_in_schema=False)
def tonight(state: State, chosen: Chosen) -> str:
    """Show a night."""
    night = chosen.night
    line = command_line(["report", state.settings.record, "--date", night.valuation_date, "--out", "report.html"])
    return page_text(
        "tonight.html",
        view="tonight",
        here=here_of(state, chosen),
        answer=answer(night, _sheets(state, chosen)),
        faults=night.faults,
        warnings=_warnings(night),
        command=line,
        is_last=night.valuation_date == state.record.days[-1],
    )


@ROUTER.get("/report", response_class=HTMLResponse, include_in_schema=False)
async def report(state: State, chosen: Chosen) -> Response:
    """Show the nightly report of a night, the same page that `unwind report` writes."""
    day = chosen.night.valuation_date

    def make(_: Any) -> str:
        try:
            from engine.report.page import render
        except ImportError as error:
            raise InputError(f"the report needs the extra `report`: {error}") from None
        return render(state.settings.record, day)

    text = await state.work.answer(("report", day, chosen.stamp), make)
    return HTMLResponse(text, headers={"Content-Security-Policy": REPORT_POLICY})


@ROUTER.get("/api/night/{day}", tags=["record"])
async def night(state: State, day: str) -> dict[str, Any]:
    """Return a night: its runs' scenarios with VaR, ES and changes, limits, what is wrong. `day`: a date, or last."""
    return await asyncio.to_thread(_night_json, state, day)


def _night_json(state: ServeState, day: str) -> dict[str, Any]:
    chosen = state.record.chosen(day)
    found = chosen.night
    return {
        "schema": SCHEMA,
        "valuation_date": found.valuation_date.isoformat(),
        "exit_code": found.summary["exit_code"],
        "headline": "".join(text for text, _ in answer(found, _sheets(state, chosen)).sentence),
        "runs": [_run_json(each) for each in _sheets(state, chosen)],
        "limits": [plain_json({**asdict(each), "use": each.use}, "limit") for each in found.limits],
        "errors": [asdict(each) for each in found.faults],
    }


def _run_json(of: Sheet) -> dict[str, Any]:
    return {
        "run": of.run.name,
        "currency": of.run.currency,
        "confidence": of.confidence,
        "scenarios": [
            {
                "scenario": each.scenario,
                **{
                    measure.key: plain_json(tail.of(measure), measure.key)
                    for tail in each.measures
                    if tail.confidence == of.confidence
                    for measure in HEADLINE
                },
            }
            for each in of.sums
        ],
    }


def _sheets(state: ServeState, chosen: ChosenRun) -> list[Sheet]:
    """Return the night's runs as the report reads them."""

    def make() -> list[Sheet]:
        night = chosen.night
        past = read_earlier_nights(state.settings.record, night)
        return [sheet(i, run, night.valuation_date, past) for i, run in enumerate(night.runs, start=1)]

    before = [day for day in state.record.days if day < chosen.night.valuation_date]
    return state.record.kept(("sheets", chosen.night.valuation_date, chosen.stamp, *before[-1:]), make)


def _warnings(night: Night) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each) for run in night.runs for each in run.manifest.get("warnings", ())))
