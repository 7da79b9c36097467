"""Hedge: the mix of hedges that makes tonight's tail least, scored on fresh paths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from engine.analysis.hedge.aim import AIMS, FIRST
from engine.analysis.hedge.hedge import hedge as best_mix
from engine.analysis.hedge.wishes import Wishes, next_seed
from engine.analysis.whatif.paired_changes import Change
from engine.errors import InputError
from engine.inputs.fields.numbers import PLAIN, number_hint, parse_number
from engine.inputs.hedge_file import BUNDLED_DATE
from engine.inputs.opened import Opened
from engine.inputs.run import MAX_SEED, RunConfig
from engine.report.numbers import Figure, Scale, confidence_text, scale_of
from engine.risk.measures.registry import HEADLINE
from unwind_risk.api.analysis.hedge import Hedge
from unwind_risk.api.notes import Notes
from unwind_risk.serve.command_lines import hedge_line
from unwind_risk.serve.pages import page_text
from unwind_risk.serve.record_state import ChosenRun
from unwind_risk.serve.state import Chosen, ServeState, State, here_of
from unwind_risk.serve.trade_rows import MOST_ROWS, opened_rows, table_text
from unwind_risk.serve.work import Job

ROUTER = APIRouter()
AMOUNTS = {  # fields of the form and of a question, and what they are called
    "budget": "bid-offer costs at most",
    "carry_least": "carry a day at least, below 0 a cost",
    "es_most": "ES with the mix at most",
}
SURE = 2.0  # errors by which a scenario's ES must rise before the mix is said to cost there


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeQuestion:
    """Which hedges may be used, and what their mix must keep to; amounts in the run's currency."""

    hedges: str | list[dict[str, str | float | int]] = ""  # CSV or its rows; "": those that come with the program
    names: tuple[str, ...] = ()  # of hedges that may be used; (): all
    budget: float | None = None
    carry_least: float | None = None
    es_most: float | None = None
    aim: Literal["first", "worst", "mean"] = "first"
    weights: dict[str, float] | None = None  # of a mean, by scenario
    fractional: bool = False
    confidence: float | None = None  # one of the run's; its highest where none is given
    score_seed: int | None = None
    night: str = ""  # its date; the last where none is given
    run: str = ""  # its name; the night's first where none is given


@dataclass(frozen=True, slots=True, kw_only=True)
class MixRow:
    """One hedge of the mix."""

    name: str
    lots: str
    lot: str
    cost: Figure
    carry: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One scenario with the mix."""

    name: str
    colour: int
    figures: tuple[Figure, ...]  # of each headline measure: after, and the change


@dataclass(frozen=True, slots=True, kw_only=True)
class MixAnswer:
    """What the page shows of a mix."""

    sentence: str
    rows: tuple[MixRow, ...]
    small_unit: str  # of costs and carry
    scores: tuple[ScoreRow, ...]
    level: str
    unit: str
    n_paths: int
    warnings: tuple[str, ...]


@ROUTER.get("/hedge", response_class=HTMLResponse, include_in_schema=False)
def ask(state: State, chosen: Chosen) -> str:
    """Show the form."""
    return _page(state, chosen, {}, HedgeQuestion(), None)


@ROUTER.post("/hedge", response_class=HTMLResponse, include_in_schema=False)
async def show(request: Request, state: State, chosen: Chosen) -> str:
    """Show the mix that a form asks for."""
    async with request.form(max_files=0, max_fields=20) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
    question = _question(fields)
    return _page(state, chosen, fields, question, _answer(await _found(state, chosen, question)))


@ROUTER.post("/api/hedge", tags=["questions"], response_class=Response)
async def hedge_json(question: HedgeQuestion, state: State) -> Response:
    """Return the mix of hedges that makes ES least, as `unwind hedge --json` prints it for the run's settings."""
    chosen = state.record.chosen(question.night, question.run)
    return Response((await _found(state, chosen, question)).to_json(), media_type="application/json")


async def _found(state: ServeState, chosen: ChosenRun, question: HedgeQuestion) -> Hedge:
    """Find a mix on a run's own settings. Raises InputError for what is asked wrongly, or cannot be kept to."""
    file = _file(question.hedges)
    night = await state.on_call(chosen)
    config = _config(night.config, question.confidence)
    wishes = _wishes(question, config)

    def make(job: Job) -> Hedge:
        notes = Notes()
        found = best_mix(file, config, night.inputs, wishes, job.progress, notes.say)
        return Hedge(found=found, notes=tuple(notes.lines))

    digest = sha256(repr((file and file.data, config.confidences, wishes)).encode()).hexdigest()
    return await state.work.answer(("hedge", chosen.key, state.books_stamp(), digest), make)


def _file(hedges: str | list[dict[str, str | float | int]]) -> Opened | None:
    """Return hedges as a file of them, None for none. Raises InputError for more than one mix is soon found of."""
    text = hedges if isinstance(hedges, str) else table_text(hedges)
    n_rows = sum(bool(line.strip()) for line in text.splitlines()) - 1  # less its headings
    if n_rows > MOST_ROWS:
        raise InputError(f"hedges: {MOST_ROWS} are taken at once, got {n_rows}; `unwind hedge` takes any number")
    return opened_rows(text, "hedges") if text.strip() else None


def _config(config: RunConfig, confidence: float | None) -> RunConfig:
    if confidence is not None and confidence not in config.confidences:
        levels = ", ".join(f"{each:g}" for each in config.confidences)
        raise InputError(f"confidence: the run has {levels}, got {confidence:g}")
    return config.model_copy(update={"confidences": (confidence or max(config.confidences),)})


def _wishes(question: HedgeQuestion, config: RunConfig) -> Wishes:
    seed = next_seed(config) if question.score_seed is None else question.score_seed
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"score_seed: must be a whole number from 0 to 2^64 - 1, got {seed!r}")
    weights = [(f"weight of {name}", value) for name, value in (question.weights or {}).items()]
    for name, value in [*((name, getattr(question, name)) for name in AMOUNTS), *weights]:
        if value is not None and not abs(value) < float("inf"):
            raise InputError(f"{name}: must be {PLAIN}, got {value!r}")
    return Wishes(
        score_seed=seed,
        names=question.names,
        budget=question.budget,
        carry_least=question.carry_least,
        es_most=question.es_most,
        is_whole=not question.fractional,
        aim=question.aim,
        weights=question.weights or {},
    )


def _question(fields: Mapping[str, str]) -> HedgeQuestion:
    """Return what a form asks. Raises InputError for a field that is no number, or an aim that there is not."""
    aim = fields.get("aim", FIRST)
    if aim not in AIMS:
        raise InputError(f"aim: there is none called {aim!r}; there are {', '.join(AIMS)}")
    return HedgeQuestion(
        hedges=fields.get("hedges", ""),
        aim=aim,  # type: ignore[arg-type]  # one of AIMS, which the type lists
        fractional=fields.get("lots") == "parts",
        budget=_amount("budget", fields),
        carry_least=_amount("carry_least", fields),
        es_most=_amount("es_most", fields),
    )


def _amount(name: str, fields: Mapping[str, str]) -> float | None:
    text = fields.get(name, "")
    if not text.strip():
        return None
    value = parse_number(text.strip())
    if value is None:
        raise InputError(f"{AMOUNTS[name]}: must be {PLAIN}, got {text!r}{number_hint(text)}")
    return value


def _page(
    state: ServeState, chosen: ChosenRun, fields: Mapping[str, str], question: HedgeQuestion, found: MixAnswer | None
) -> str:
    options = [f"--confidence={question.confidence or _highest(chosen):g}"]
    options += [f"--{name.replace('_', '-')}={value:.15g}" for name in AMOUNTS
               if (value := getattr(question, name)) is not None]  # fmt: skip
    options += [f"--aim={question.aim}"] if question.aim != FIRST else []
    options += ["--fractional"] if question.fractional else []
    return page_text(
        "hedge.html",
        view="whatif",
        here=here_of(state, chosen),
        fields=fields,
        amounts=AMOUNTS,
        aims=AIMS,
        currency=chosen.record.currency,
        bundled_date=BUNDLED_DATE,
        measures=HEADLINE,
        answer=found,
        command=hedge_line(state, chosen, options, has_file=bool(fields.get("hedges", "").strip())),
    )


def _highest(chosen: ChosenRun) -> float:
    return max(tail.confidence for row in chosen.record.results for tail in row.measures)


def _answer(hedge: Hedge) -> MixAnswer:
    found = hedge.found
    used = [each for each in found.lines if each.lots]
    small = scale_of(found.currency, [value for each in used for value in (each.cost, each.carry_a_day)])
    changes = [{each.measure: each for each in score.changes} for score in found.scenarios]
    scale = scale_of(found.currency, [each.before.value for mine in changes for each in mine.values()])
    return MixAnswer(
        sentence=_sentence(hedge, small),
        rows=tuple(
            MixRow(
                name=each.name,
                lots=f"{each.lots:,.{0 if found.is_whole else 2}f}",
                lot=each.lot,
                cost=small.amount(each.cost),
                carry=small.amount(each.carry_a_day, signed=True),
            )
            for each in used
        ),
        small_unit=small.unit,
        scores=tuple(
            ScoreRow(name=score.scenario, colour=1 + i % 4, figures=tuple(_figures(mine, scale)))
            for i, (score, mine) in enumerate(zip(found.scenarios, changes, strict=True))
        ),
        level=confidence_text(found.confidence),
        unit=scale.unit,
        n_paths=found.n_paths,
        warnings=hedge.warnings,
    )


def _figures(mine: Mapping[str, Change], scale: Scale) -> Sequence[Figure]:
    found: list[Figure] = []
    for measure in HEADLINE:
        change = mine[measure.key]
        found += [scale.amount(change.after.value), scale.change(change.value, change.se)]
    return found


def _sentence(hedge: Hedge, small: Scale) -> str:
    """Say which hedges to take and what they cost, then where the mix makes the tail worse."""
    found, key = hedge.found, HEADLINE[-1].key
    used = [each for each in found.lines if each.lots]
    if not used:
        return "No hedge pays: without any the tail is least."
    lots = ", ".join(f"{each.lots:,.{0 if found.is_whole else 2}f} {each.name}" for each in used)
    es = {score.scenario: change for score in found.scenarios for change in score.changes if change.measure == key}
    worse = [name for name, change in es.items() if change.value > SURE * change.se]
    said = f"{lots}: for {small.money(found.cost)} of bid-offer, {small.money(found.carry_a_day)} of carry a day."
    return f"{said} ES rises in {', '.join(worse) or 'no scenario'}."
