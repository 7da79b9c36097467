"""Scenarios: a text that is checked as it is written, and fans that are drawn again as its numbers move."""

import json
import time
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.errors import FileFaults, InputError
from unwind_risk.api.scenario import Scenario
from unwind_risk.serve.command_lines import command_line
from unwind_risk.serve.fan_pictures import DayFan, fan_json, fan_picture, level_text
from unwind_risk.serve.number_lines import moved, number_lines
from unwind_risk.serve.pages import file_text, page_text
from unwind_risk.serve.record_state import ChosenRun
from unwind_risk.serve.scenario_fans import ScenarioFans, parsed, scenario_fans
from unwind_risk.serve.state import Chosen, ServeState, State, here_of
from unwind_risk.serve.work_files import save

ROUTER = APIRouter()
OWN = "my-unwind"
Text = Annotated[str, Body(media_type="text/plain", description="The text of a scenario file (TOML).")]


@ROUTER.get("/scenarios", response_class=HTMLResponse, include_in_schema=False)
async def begin(state: State, chosen: Chosen) -> str:
    """Show a scenario to begin with."""
    return await _page(state, chosen, OWN, file_text("templates/my-unwind.toml"))


@ROUTER.get("/scenarios/{name:path}", response_class=HTMLResponse, include_in_schema=False)
async def bundled(state: State, chosen: Chosen, name: str) -> str:
    """Show a bundled scenario."""
    return await _page(state, chosen, OWN, _bundled(name).text)


@ROUTER.post("/scenarios", response_class=HTMLResponse, include_in_schema=False)
async def draw(request: Request, state: State, chosen: Chosen) -> Response:
    """Draw the fans of a text, or save it."""
    form = {key: str(value) for key, value in (await request.form(max_files=0, max_fields=200)).items()}
    name, text = form.get("name") or OWN, moved(form.get("text", "").replace("\r\n", "\n"), form)
    if form.get("action") == "save":
        parsed(text, name)  # an error is shown, not kept
        path = save(state.settings.work, name, ".toml", text)
        return RedirectResponse(f"/scenarios?{here_of(state, chosen).query}&saved={path.name}", status_code=303)
    return HTMLResponse(await _page(state, chosen, name, text))


@ROUTER.post("/api/scenario/check", tags=["scenarios"])
def check(text: Text) -> dict[str, Any]:
    """Say what is wrong with the text of a scenario file: every error with its line and key."""
    try:
        found = parsed(text, OWN)
    except FileFaults as error:
        told = [{"line": each.line, "key": each.where, "message": each.message} for each in error.faults]
        return {"ok": False, "errors": told}
    except InputError as error:
        return {"ok": False, "errors": [{"line": None, "key": None, "message": str(error)}]}
    return {"ok": True, "errors": [], "title": found.title}


@ROUTER.post("/api/fan", tags=["scenarios"])
async def fan(text: Text, state: State, chosen: Chosen) -> dict[str, Any]:
    """Return the quantiles by day of a scenario's yields and rates, and where tonight's books lose most."""
    began = time.perf_counter()
    found = await _fans(state, chosen, OWN, text)
    return {
        "schema": 1,
        "title": found.title,
        "n_paths": found.n_paths,
        "series": [fan_json(each) for each in found.fans],
        "regimes": [{"regime": each.regime, "of_all": each.of_all, "in_tail": each.in_tail} for each in found.regimes],
        "took_ms": round(1000.0 * (time.perf_counter() - began)),
    }


def _bundled(name: str) -> Scenario:
    """Return a bundled scenario by its name: never a path. Raises InputError where there is none."""
    if name not in Scenario.names():
        raise InputError(f"no bundled scenario is called {name!r}; there are {', '.join(Scenario.names())}")
    return Scenario.bundled(name)


async def _fans(state: ServeState, chosen: ChosenRun, name: str, text: str) -> ScenarioFans:
    scenario = parsed(text, name)
    config, inputs = state.inputs_of(chosen)
    digest = sha256(f"{name}\n{text}".encode()).hexdigest()
    return await state.work.answer(("fans", chosen.key, digest), lambda _: scenario_fans(scenario, config, inputs))


async def _page(state: ServeState, chosen: ChosenRun, name: str, text: str) -> str:
    """Return the page of a text: its fans, or what is wrong with it."""
    found: ScenarioFans | None = None
    errors: tuple[str, ...] = ()
    began = time.perf_counter()
    try:
        found = await _fans(state, chosen, name, text)
    except FileFaults as error:
        errors = tuple(str(each) for each in error.faults)
    except InputError as error:
        errors = (str(error),)
    return page_text(
        "scenarios.html",
        view="scenarios",
        here=here_of(state, chosen),
        name=name,
        text=text,
        numbers=number_lines(text),
        names=Scenario.names(),
        errors=errors,
        found=found,
        fans=[] if found is None else [_drawn(each) for each in found.fans],
        regimes="" if found is None else _regime_words(found),
        took_ms=round(1000.0 * (time.perf_counter() - began)),
        can_save=state.settings.work is not None,
        command=command_line(["scenario", "show", Path(f"{name}.toml"), "--plot", f"{name}.svg"]),
    )


def _drawn(each: DayFan) -> dict[str, object]:
    """Return what the template shows of a fan: a picture, the same for a script, and the last day as a table."""
    quantiles = each.quantiles[:, -1]
    return {
        "title": each.title,
        "unit": each.unit,
        "picture": fan_picture(each),
        "data": json.dumps(fan_json(each), allow_nan=False),
        "row": [level_text(level) for level in quantiles],
        "worst": "-" if each.tail is None else level_text(each.tail),
    }


def _regime_words(found: ScenarioFans) -> Markup:
    """Say in which regimes paths end, and in which the worst of them do."""
    shown = [each for each in found.regimes if each.of_all >= 0.005 or (each.in_tail or 0.0) >= 0.005]
    if not shown:
        return Markup("")
    of_all = ", ".join(f"{each.regime.lower()} {_percent(each.of_all)}" for each in shown)
    worst = max(shown, key=lambda each: each.in_tail or 0.0)
    tail = "" if worst.in_tail is None else f"; of the worst 1 % {worst.regime.lower()} {_percent(worst.in_tail)}"
    return Markup("{}").format(f"Regime on the last day: {of_all}{tail}.")


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"
