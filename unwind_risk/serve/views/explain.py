"""Explain: what each book, position and part of the market adds, in every scenario, opened by clicking."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from engine.analysis.contributions.figures import Figure
from engine.errors import InputError
from engine.explain.run.scenario_explanation import ScenarioExplanation
from engine.record.contribution_rows import RecordedGroups, recorded_groups
from engine.record.read import RunRecord
from engine.report.heat import shade
from engine.report.numbers import NONE, Scale, percent, scale_of
from engine.report.numbers import Figure as Shown
from engine.report.pictures.part_bars import PartBar, part_bars
from engine.risk.measures.registry import HEADLINE, MEASURES
from unwind_risk.api.analysis.explain import Explanation, explain_run
from unwind_risk.api.notes import Notes
from unwind_risk.serve.command_lines import explain_line
from unwind_risk.serve.pages import page_text
from unwind_risk.serve.record_state import ChosenRun
from unwind_risk.serve.state import Chosen, ServeState, State, here_of
from unwind_risk.serve.work import Job

ROUTER = APIRouter()
BOOK, POSITION, FACTOR = "book", "position", "factor"
TOTAL = ("total", "partial")
MOST_ROWS = 40  # of one level; the others are added up


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """A figure, and how it is shaded."""

    figure: Shown
    kind: str  # class of the entry: "loss3", "gain1" or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRow:
    """One row of the tree."""

    name: str
    level: int  # 1: a book or a part by itself, 2: a position in a book
    cells: tuple[HeatCell, ...]  # one a scenario
    opens: str  # the book that a click opens, "" where there is nothing inside
    is_open: bool = False
    is_sum: bool = False


Parts = dict[str, dict[str, Figure]]  # name -> scenario -> what it adds


@ROUTER.get("/explain", response_class=HTMLResponse, include_in_schema=False)
def explain(
    state: State, chosen: Chosen, by: str = BOOK, at: str = "", measure: str = HEADLINE[0].key, scenario: str = ""
) -> str:
    """Show what the parts of the loss add."""
    record = chosen.record
    if measure not in {each.key for each in HEADLINE}:
        raise InputError(f"measure: {measure!r} is not shown; choose {' or '.join(each.key for each in HEADLINE)}")
    confidence = max(tail.confidence for result in record.results for tail in result.measures)
    groupings = _groupings(record, confidence)
    if by != BOOK and by not in groupings:
        raise InputError(f"by: the record has no parts by {by!r}; it has {', '.join((BOOK, *groupings))}")
    scenarios = [each.scenario for each in record.results if each.scope in TOTAL]
    shown = scenario if scenario in scenarios else scenarios[-1]
    totals = _totals(record, confidence, measure)
    parts = _books(record, confidence, measure) if by == BOOK else _groups(groupings[by], measure)
    inside = _positions(state, chosen, groupings, at, measure) if by == BOOK and at else {}
    scale = scale_of(record.currency, [each.value for each in totals.values()])
    rows = _tree(parts, inside, at, scenarios, totals, scale, opens=by == BOOK and POSITION in groupings)
    return page_text(
        "explain.html",
        view="explain",
        here=here_of(state, chosen),
        by=by,
        at=at,
        measure=measure,
        measures=HEADLINE,
        groupings=(BOOK, *groupings),
        scenarios=scenarios,
        shown=shown,
        rows=rows,
        unit=scale.unit,
        label=f"{MEASURES[measure].label} {100 * confidence:.10g} %",
        picture=_picture(groupings, parts, shown, measure, totals, scale),
        command=explain_line(chosen),
        words=None,
    )


@ROUTER.get("/explain/words", response_class=HTMLResponse, include_in_schema=False)
async def words(state: State, chosen: Chosen) -> str:
    """Show the paragraph that says why."""
    found = await _explained(state, chosen)
    return page_text(
        "words.html",
        view="explain",
        here=here_of(state, chosen),
        heading=found.heading,
        words=found.text,
        causes=[_causes(each, found.found.currency) for each in found.found.scenarios],
        command=explain_line(chosen),
    )


@ROUTER.get("/api/explain", tags=["questions"], response_class=Response)
async def explain_json(state: State, chosen: Chosen) -> Response:
    """Return why a recorded run loses what it loses, as `unwind explain NIGHT --json` prints it."""
    return Response((await _explained(state, chosen)).to_json(), media_type="application/json")


def _causes(each: ScenarioExplanation, currency: str) -> tuple[str, list[tuple[object, ...]], str]:
    """Return a scenario, its causes with links to typical paths, and the unit of their losses."""
    scale = scale_of(currency, [cause.mean_loss for cause in each.causes])
    rows: list[tuple[object, ...]] = [
        (cause.name, percent(cause.share), scale.amount(cause.mean_loss), [(n, f"{n:,}") for n in cause.typical])
        for cause in each.causes
    ]
    return each.scenario, rows, scale.unit


async def _explained(state: ServeState, chosen: ChosenRun) -> Explanation:
    def make(job: Job) -> Explanation:
        return explain_run(chosen.folder, None, progress=job.progress, notes=Notes())

    return await state.work.answer(("explain", chosen.key), make)


def _totals(record: RunRecord, confidence: float, measure: str) -> dict[str, Figure]:
    return {
        each.scenario: Figure(value=tail.estimates[measure].value, se=tail.estimates[measure].se)
        for each in record.results
        if each.scope in TOTAL
        for tail in each.measures
        if tail.confidence == confidence
    }


def _books(record: RunRecord, confidence: float, measure: str) -> Parts:
    found: Parts = {}
    for (scenario, scope, level), part in record.components.items():
        if level == confidence and measure in part.estimates:
            one = part.estimates[measure]
            found.setdefault(scope.removeprefix("book:"), {})[scenario] = Figure(value=one.value, se=one.se)
    return found


def _groupings(record: RunRecord, confidence: float) -> dict[str, list[RecordedGroups]]:
    """Return what the record was asked to take apart beside books, by grouping."""
    found: dict[str, list[RecordedGroups]] = {}
    for each in recorded_groups(record.files):
        if each.confidence == confidence and each.grouping != BOOK:
            found.setdefault(each.grouping, []).append(each)
    return found


def _groups(tables: Sequence[RecordedGroups], measure: str) -> Parts:
    found: Parts = {}
    for table in tables:
        for group in table.groups:
            if measure in group.contributions:
                found.setdefault(group.group, {})[table.scenario] = group.contributions[measure]
    return found


def _positions(
    state: ServeState, chosen: ChosenRun, groupings: dict[str, list[RecordedGroups]], book: str, measure: str
) -> Parts:
    """Return the positions of a book. Raises InputError where the record has no such book."""
    _, inputs = state.inputs_of(chosen)
    books = dict(zip(inputs.book.position_ids, inputs.book.books, strict=True))
    if book not in books.values():
        raise InputError(f"at: there is no book {book!r}; there are {', '.join(dict.fromkeys(inputs.book.books))}")
    found = _groups(groupings.get(POSITION, ()), measure)
    return {name: each for name, each in found.items() if books.get(name) == book}


def _tree(
    parts: Parts,
    inside: Parts,
    at: str,
    scenarios: Sequence[str],
    totals: dict[str, Figure],
    scale: Scale,
    *,
    opens: bool,
) -> list[TreeRow]:
    largest = max((abs(each.value) for part in parts.values() for each in part.values()), default=0.0)

    def row(name: str, part: dict[str, Figure], level: int, **more: object) -> TreeRow:
        cells = tuple(_cell(part.get(each), largest, scale) for each in scenarios)
        return TreeRow(name=name, level=level, cells=cells, **more)  # type: ignore[arg-type]

    rows: list[TreeRow] = []
    for name, part in _ordered(parts)[:MOST_ROWS]:
        rows.append(row(name, part, 1, opens=name if opens else "", is_open=name == at))
        if name == at:
            rows += [row(each, mine, 2, opens="") for each, mine in _ordered(inside)]
    if rest := _ordered(parts)[MOST_ROWS:]:
        added = {
            each: Figure(value=sum(part[each].value for _, part in rest if each in part), se=0.0) for each in scenarios
        }
        rows.append(row(f"{len(rest)} others", added, 1, opens=""))
    rows.append(row("total", totals, 1, opens="", is_sum=True))
    return rows


def _ordered(parts: Parts) -> list[tuple[str, dict[str, Figure]]]:
    return sorted(parts.items(), key=lambda each: -max(abs(one.value) for one in each[1].values()))


def _cell(figure: Figure | None, largest: float, scale: Scale) -> HeatCell:
    if figure is None:
        return HeatCell(figure=NONE, kind="")
    k = shade(figure.value, largest)
    kind = "" if k == 0 else f"loss{k}" if k > 0 else f"gain{-k}"
    return HeatCell(figure=scale.change(figure.value, figure.se), kind=kind)


def _picture(
    groupings: dict[str, list[RecordedGroups]],
    parts: Parts,
    scenario: str,
    measure: str,
    totals: dict[str, Figure],
    scale: Scale,
) -> Markup:
    """Draw one scenario by factor, or by what is shown where the record has no factors."""
    drawn = _groups(groupings[FACTOR], measure) if FACTOR in groupings else parts
    named = [(name, part[scenario]) for name, part in _ordered(drawn) if scenario in part][:12]
    bars = [_bar(name, each.value, each.error, scale) for name, each in named]
    rest = totals[scenario].value - sum(each.value for _, each in named)
    bars.append(_bar("all others", rest, 0.0, scale))
    bars.append(_bar("total", totals[scenario].value, totals[scenario].error, scale, is_sum=True))
    alt = f"What each part adds in {scenario}, as in the table"
    return part_bars(alt, bars)


def _bar(label: str, value: float, error: float, scale: Scale, *, is_sum: bool = False) -> PartBar:
    figure = scale.plain(value, signed=not is_sum)
    return PartBar(label=label, value=value / scale.divisor, error=error / scale.divisor, figure=figure, is_sum=is_sum)
