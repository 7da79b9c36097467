"""The tail path by path: its worst paths, and one of them day by day."""

from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from engine.explain.run.path_replay import PathReplay
from engine.explain.run.run_source import measured_as_recorded
from engine.report.numbers import Figure, Scale, level, scale_of
from engine.report.parts import Entry, Table, columns, table
from engine.run.walk import UNITS
from unwind_risk.api.analysis.replay import Replay, replay_with
from unwind_risk.api.notes import Notes
from unwind_risk.serve.command_lines import explain_line, replay_line
from unwind_risk.serve.pages import page_text
from unwind_risk.serve.record_state import ChosenRun
from unwind_risk.serve.state import Chosen, ServeState, State, here_of
from unwind_risk.serve.worst_paths import WorstPaths, as_json, worst_paths

ROUTER = APIRouter()
SHOWN, USUAL = 20, 100  # paths of the page, and of an answer that is not told how many
MOST_FACTORS = 10  # of a page: those that books depend on most
MOST_POSITIONS = 20
LARGEST_PATH = 10**9  # number of a path: no run has more

PathNumber = Annotated[int, Query(ge=0, le=LARGEST_PATH, description="number of the path in its run, from 0")]
HowMany = Annotated[int | None, Query(ge=1, le=1000, description="how many of the worst paths")]


@ROUTER.get("/explain/tail", response_class=HTMLResponse, include_in_schema=False)
async def tail(state: State, chosen: Chosen, scenario: str = "") -> str:
    """Show the worst paths of a scenario, each a link to its days."""
    found = await _worst(state, chosen, scenario, None, SHOWN)
    scale = scale_of(found.currency, [each.pnl for each in found.paths])
    books = [*found.paths[0].books]
    return page_text(
        "tail.html",
        view="explain",
        here=here_of(state, chosen),
        found=found,
        books=books,
        rows=[_path_row(each.path, [each.pnl, *each.books.values()], scale) for each in found.paths],
        unit=scale.unit,
        scenarios=[each.scenario for each in chosen.record.results if not each.scope.startswith("book:")],
        command=explain_line(chosen),
    )


@ROUTER.get("/explain/path", response_class=HTMLResponse, include_in_schema=False)
async def path_page(state: State, chosen: Chosen, path: PathNumber, scenario: str) -> str:
    """Show one path day by day."""
    (each,) = (await _replayed(state, chosen, path, scenario)).found
    scale = scale_of(each.currency, each.pnl.tolist())
    return page_text(
        "path.html",
        view="explain",
        here=here_of(state, chosen),
        heading=f"Path {path:,} of {scenario}: {'loses' if each.pnl[0] < 0.0 else 'gains'}"
        f" {scale.money(abs(float(each.pnl[0])))}",
        about=_about(each),
        tables=[*_tables(each, scale)],
        scenario=scenario,
        command=replay_line(chosen, scenario, path),
    )


@ROUTER.get("/api/tail", tags=["questions"])
async def tail_json(state: State, chosen: Chosen, n: HowMany = None, scenario: str = "") -> dict[str, Any]:
    """Return the worst paths of a scenario, worst first: P&L, books, and every factor's level at the horizon.

    As many as are asked for; else 100, or all of a smaller tail.
    """
    return as_json(await _worst(state, chosen, scenario, n, USUAL))


@ROUTER.get("/api/replay", tags=["questions"], response_class=Response)
async def replay_json(state: State, chosen: Chosen, path: PathNumber, scenario: str) -> Response:
    """Return one path day by day, as `unwind replay PATH NIGHT --only SCENARIO --json` prints it."""
    return Response((await _replayed(state, chosen, path, scenario)).to_json(), media_type="application/json")


async def _worst(state: ServeState, chosen: ChosenRun, scenario: str, n: int | None, usual: int) -> WorstPaths:
    def make(_: Any) -> WorstPaths:
        measured = state.record.kept(
            ("measured", chosen.key), lambda: measured_as_recorded(chosen.folder, None, Notes().say)
        )
        return worst_paths(measured, scenario, n, usual)

    return await state.work.answer(("tail", chosen.key, scenario, n, usual), make)


async def _replayed(state: ServeState, chosen: ChosenRun, path: int, scenario: str) -> Replay:
    def make(_: Any) -> Replay:
        return replay_with(chosen.folder, path, (scenario,), None, notes=Notes())

    return await state.work.answer(("replay", chosen.key, scenario, path), make)


def _path_row(path: int, pnl: list[float], scale: Scale) -> tuple[int, str, list[Figure]]:
    """Return a path's number, the same as it is shown, and its figures."""
    return path, f"{path:,}", [scale.amount(each, signed=True) for each in pnl]


def _about(each: PathReplay) -> str:
    which = f"One of {each.n_paths:,} {'moves, none drawn' if each.is_exact else f'paths, seed {each.seed}'}"
    if not each.is_one_step:
        return f"{which}; rates are zero rates, continuously compounded."
    return f"{which}; the run takes its {each.horizon_days} days in one exact step: there is no day between."


def _tables(each: PathReplay, scale: Scale) -> Iterator[Table]:
    yield _market(each)
    heads = columns("market still from", "day", "total", *each.books)
    days = ["its start", *map(str, each.dates)]
    steps = np.diff(each.pnl_by_day[:, 0], prepend=each.pnl_by_day[0, 0]).tolist()
    rows: list[list[Entry]] = [
        [day, scale.amount(step, signed=True), *(scale.amount(value, signed=True) for value in row)]
        for day, step, row in zip(days, steps, each.pnl_by_day.tolist(), strict=True)
    ]
    yield table(f"P&L at the horizon if nothing moved after a day, {scale.unit}; gains positive", heads, rows)
    yield _positions(each, scale)


def _market(each: PathReplay) -> Table:
    """Return the levels that books depend on most, day by day, with the law's regime and events."""
    order = np.argsort(-each.shares, kind="stable")[:MOST_FACTORS]
    shown = sorted(int(f) for f in order if each.shares[f] > 0.0)
    factors = [each.factors[f] for f in shown]
    heads = [*columns("date", *(factor.name for factor in factors))]
    heads += columns("regime", "jumps and interventions", words=2) if each.regimes or each.events else ()
    start = [level(each.start.level(factor), UNITS[factor.kind]) for factor in factors]
    rows: list[list[Entry]] = [[str(each.base.valuation_date), *start]]
    for step, day in enumerate(each.dates):
        levels = [level(float(each.levels[step, f]), UNITS[each.factors[f].kind]) for f in shown]
        rows.append([str(day), *levels])
    if each.regimes or each.events:
        rows[0] += ["", ""]
        for step, row in enumerate(rows[1:]):
            regime = each.regimes[int(each.series[step, 0])] if each.regimes else ""
            row += [regime, ", ".join(name for at, name in each.events if at == step)]
    return table("The market, after each day; the first row is the scenario's start", heads, rows)


def _positions(each: PathReplay, scale: Scale) -> Table:
    order = np.argsort(-np.abs(each.position_pnl), kind="stable").tolist()
    rows: list[list[Entry]] = [
        [each.position_ids[i], each.position_books[i], scale.amount(float(each.position_pnl[i]), signed=True)]
        for i in order[:MOST_POSITIONS]
    ]
    if rest := order[MOST_POSITIONS:]:
        rows.append([f"{len(rest):,} others", "", scale.amount(float(each.position_pnl[rest].sum()), signed=True)])
    caption = f"Positions by what they gain or lose, {scale.unit}; full revaluation"
    return table(caption, columns("position", "book", "P&L", words=2), rows)
