"""What-if: what trades would change tonight, on the paths of tonight's run."""

import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.analysis.whatif.paired_changes import Change
from engine.errors import InputError
from engine.explain.whatif.limit_changes import LimitChange
from engine.explain.whatif.tried import on_call
from engine.record.read import BREACHED
from engine.report.numbers import Figure, Scale, percent, scale_of
from engine.report.parts import Badge
from engine.risk.measures.registry import HEADLINE
from unwind_risk.api.analysis.whatif import WhatIf
from unwind_risk.api.notes import Notes
from unwind_risk.serve.command_lines import whatif_line
from unwind_risk.serve.pages import page_text
from unwind_risk.serve.record_state import ChosenRun
from unwind_risk.serve.state import Chosen, ServeState, State, here_of
from unwind_risk.serve.trade_rows import example_trades, names_of, opened_rows, sized, table_text
from unwind_risk.serve.work_files import save

ROUTER = APIRouter()
SLIDER = (-200, 200)  # percent of a row's notional
SIZE = "size:"  # before a trade's name in a form
LEAST_WORSE = 2.0  # errors by which a scenario's VaR must rise before it is said to get worse


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Trades to try."""

    trades: str | list[dict[str, str | float | int]]  # CSV as of a book file, or its rows
    sizes: dict[str, int] | None = None  # percent of the notional by position_id; 100 where none is given
    night: str = ""  # its date; the last where none is given
    run: str = ""  # its name; the night's first where none is given


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One scenario."""

    name: str
    colour: int
    figures: tuple[Figure, ...]  # of each headline measure: after, and the change


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """The use of one limit."""

    name: str
    before: Figure
    after: Figure
    state: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfAnswer:
    """What the page shows of trades that were tried."""

    sentence: str
    level: str
    unit: str
    rows: tuple[ChangeRow, ...]
    limits: tuple[LimitRow, ...]
    carry: str
    n_paths: int
    took_ms: int
    warnings: tuple[str, ...]


@ROUTER.get("/whatif", response_class=HTMLResponse, include_in_schema=False)
async def ask(state: State, chosen: Chosen) -> str:
    """Show trades to begin with."""
    _, inputs = state.inputs_of(chosen)
    return _page(state, chosen, example_trades(inputs.market), {}, None)


@ROUTER.post("/whatif", response_class=HTMLResponse, include_in_schema=False)
async def show(request: Request, state: State, chosen: Chosen) -> Response:
    """Show what trades would change, or save them."""
    async with request.form(max_files=1, max_fields=200) as form:  # which closes what was uploaded
        text = await _text_of(form.get("file")) or str(form.get("trades", ""))
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
    sizes = {name.removeprefix(SIZE): _size(name, value) for name, value in fields.items() if name.startswith(SIZE)}
    sizes = {name: size for name, size in sizes.items() if name in names_of(text)}
    if fields.get("action") == "save":
        path = save(state.settings.work, "trades", ".csv", sized(text, sizes))
        return RedirectResponse(f"/whatif?{here_of(state, chosen).query}&saved={path.name}", status_code=303)
    began = time.perf_counter()
    found = await tried(state, chosen, sized(text, sizes))
    return HTMLResponse(_page(state, chosen, text, sizes, _answer(found, round(1000 * (time.perf_counter() - began)))))


@ROUTER.post("/api/whatif", tags=["questions"], response_class=Response)
async def whatif_json(question: Question, state: State) -> Response:
    """Return what trades would change, as `unwind whatif TRADES.csv --night NIGHT --json` prints it."""
    chosen = state.record.chosen(question.night, question.run)
    text = question.trades if isinstance(question.trades, str) else table_text(question.trades)
    found = await tried(state, chosen, sized(text, question.sizes or {}))
    return Response(found.to_json(), media_type="application/json")


async def tried(state: ServeState, chosen: ChosenRun, text: str) -> WhatIf:
    """Try trades, CSV as of a book file, on a run. Raises InputError with every error of theirs."""
    trades = opened_rows(text, "trades")
    night = await state.on_call(chosen)

    def make(_: Any) -> WhatIf:
        notes = Notes()
        found, uses = on_call(trades, night, notes.say)
        return WhatIf(found=found, uses=uses, notes=tuple(notes.lines))

    digest = sha256(trades.data).hexdigest()
    return await state.work.answer(("whatif", chosen.key, state.books_stamp(), digest), make)


async def _text_of(file: Any) -> str:
    """Return the text of an uploaded table; "" where none was."""
    if file is None or isinstance(file, str) or not file.filename:
        return ""
    data = await file.read()
    try:
        return str(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError("trades: a CSV of UTF-8 text is taken here; `unwind whatif` reads other encodings and"
                         " spreadsheets") from None  # fmt: skip


def _size(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InputError(
            f"size of {name.removeprefix(SIZE)!r}: must be a whole number of percent, got {text!r}"
        ) from None


def _page(state: ServeState, chosen: ChosenRun, text: str, sizes: dict[str, int], found: WhatIfAnswer | None) -> str:
    names = names_of(text)
    return page_text(
        "whatif.html",
        view="whatif",
        here=here_of(state, chosen),
        trades=text,
        sliders=[(name, sizes.get(name, 100)) for name in names],
        slider=SLIDER,
        answer=found,
        can_save=state.settings.work is not None,
        books=state.settings.books,
        measures=HEADLINE,
        command=whatif_line(state, chosen),
    )


def _answer(found: WhatIf, took_ms: int) -> WhatIfAnswer:
    confidence = max(change.confidence for each in found.found.scenarios for change in each.changes)
    by_scenario = {
        each.scenario: {change.measure: change for change in each.changes if change.confidence == confidence}
        for each in found.found.scenarios
    }
    changes = [change for mine in by_scenario.values() for change in mine.values()]
    scale = scale_of(
        found.found.currency, [value for each in changes for value in (each.before.value, each.after.value)]
    )
    rows = tuple(
        ChangeRow(name=name, colour=1 + i % 4, figures=tuple(_figures(mine, scale)))
        for i, (name, mine) in enumerate(by_scenario.items())
    )
    carry = scale_of(found.found.currency, [found.found.carry_a_day])
    return WhatIfAnswer(
        sentence=_sentence(found, by_scenario),
        level=f"{100 * confidence:.10g} %",
        unit=scale.unit,
        rows=rows,
        limits=tuple(map(_limit, found.uses)),
        carry=carry.money(found.found.carry_a_day),
        n_paths=max(each.n_paths for each in found.found.scenarios),
        took_ms=took_ms,
        warnings=found.warnings,
    )


def _figures(mine: dict[str, Change], scale: Scale) -> list[Figure]:
    found: list[Figure] = []
    for measure in HEADLINE:
        change = mine[measure.key]
        found += [scale.amount(change.after.value), scale.change(change.value, change.se)]
    return found


def _sentence(found: WhatIf, by_scenario: dict[str, dict[str, Change]]) -> str:
    """Say what matters first: limits that are mended or broken, then scenarios that get worse."""
    moved = [each for each in found.uses if each.before is not None and each.before.state != each.after.state]
    words = {each.after.name: "breached" if each.after.state == BREACHED else "back within its limit" for each in moved}
    said = [f"{name}: {word}." for name, word in words.items()]
    still = [each.after.name for each in found.uses if each.after.state == BREACHED and each not in moved]
    said += [f"{', '.join(still)}: still breached."] if still else []
    var = HEADLINE[0].key
    worse = [name for name, mine in by_scenario.items() if mine[var].value > LEAST_WORSE * mine[var].se]
    if not worse:
        return " ".join([*said, "No scenario gets worse."])
    return " ".join([*said, f"VaR rises in {', '.join(worse)}."])


def _limit(each: LimitChange) -> LimitRow:
    kind = "good" if each.after.state != BREACHED else "bad" if each.after.severity == "hard" else "warn"
    return LimitRow(
        name=each.after.name,
        before=percent(None if each.before is None else each.before.use),
        after=percent(each.after.use),
        state=Badge(text=each.after.state, kind=kind),
    )
