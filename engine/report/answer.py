"""The first screen: what may be lost, in a sentence; every scenario with its limit; changes and breaches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from engine.errors import counted
from engine.explain.nights.change import NightsChange
from engine.explain.nights.tail_change import TailChange
from engine.record.read import BREACHED, NOT_EVALUATED, LimitUse, Night
from engine.report.numbers import Estimate, Figure, Number, Scale, confidence_text
from engine.report.parts import Badge, listed
from engine.report.sheet import PAIRED, TABLE_ERROR, Sheet, change, finite, horizon
from engine.risk.measures.registry import HEADLINE
from engine.risk.results import ScopeResult, TailResult
from engine.risk.standing import STRESS_LABEL, recorded_standings

N_COLOURS = 4  # of scenarios
_VAR, _ES = HEADLINE
_DAYS = {1: "one business day", 10: "ten business days"}
_MOST_CAUSES = 3  # of a change, in its sentence
_ROOM = 1.04  # of a bullet chart beyond its longest mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullet:
    """Where a row's marks lie, in percent of the chart's width."""

    bar: float  # VaR
    diamond: float  # ES
    line: float | None  # the limit; None: there is none

    @property
    def style(self) -> str:
        """Return the places as the style's variables."""
        line = "" if self.line is None else f";--line:{self.line:.1f}%"
        return f"--bar:{self.bar:.1f}%;--diamond:{self.diamond:.1f}%{line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """One scenario of one run."""

    name: str
    label: str  # that it is a stress, what it rests on, and the error of its law's table; "": none of these
    colour: int  # 1 to 4
    value_at_risk: Figure  # without its error, which the caption gives for all rows
    shortfall: Figure
    change: Figure
    limit: Badge | None  # None: there is no limit on it
    bullet: Bullet | None  # None: a figure is no number, or a gain


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAnswer:
    """One run's rows."""

    name: str
    since: str  # heading of the changes
    rows: tuple[AnswerRow, ...]
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the first screen says."""

    badges: tuple[tuple[Badge, str], ...]  # a verdict, and what it is about
    sentence: tuple[tuple[str, str], ...]  # text, and its class: "", "amount" or "loss"
    change: tuple[str, str]  # what stands out, and the rest
    runs: tuple[RunAnswer, ...]
    failed: tuple[tuple[str, str], ...]  # runs that are not recorded, and their states


def answer(night: Night, sheets: Sequence[Sheet]) -> Answer:
    """Return what the first screen says of a night."""
    recorded = {sheet.run.name for sheet in sheets}
    return Answer(
        badges=tuple(_badges(night)),
        sentence=tuple(_sentence(sheets[0])) if sheets else (("No run of this night is recorded.", ""),),
        change=_change_words(sheets[0]) if sheets else ("", ""),
        runs=tuple(_run_answer(night, sheet) for sheet in sheets),
        failed=tuple((run["name"], run["state"]) for run in night.summary["runs"] if run["name"] not in recorded),
    )


def _badges(night: Night) -> Iterator[tuple[Badge, str]]:
    """Yield what must be seen first: errors of the night, limits that are breached, limits that nobody looked at."""
    if night.faults:
        yield Badge(text="incomplete", kind="bad"), counted(len(night.faults), "error")
    breached = [use for use in night.limits if use.state == BREACHED]
    if breached:
        is_hard = any(use.severity == "hard" for use in breached)
        words = [f"{use.name} {_whole_percent(use.use)}" for use in breached[:3]]
        rest = [f"{len(breached) - 3} more"] if len(breached) > 3 else []
        badge = Badge(text=f"{counted(len(breached), 'limit')} breached", kind="bad" if is_hard else "warn")
        yield badge, " · ".join([*words, *rest])
    if missing := sum(use.state == NOT_EVALUATED for use in night.limits):
        yield Badge(text=f"{counted(missing, 'limit')} not evaluated", kind="bad"), "see Limits"
    if night.limits and not breached and not missing:
        yield Badge(text="within limits", kind="good"), f"all {len(night.limits)} hold"
    if not night.limits:
        yield Badge(text="no limits", kind="none"), "the batch has none"


def _sentence(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield the answer in words: the main scenario's VaR, and that of the worst."""
    main = sheet.tail.of(_VAR).value
    if not finite(main):
        yield f"{_VAR.label} of {sheet.main.scenario} is not a number.", ""
        return
    days = sheet.run.manifest["facts"]["horizon_days"]
    verb, ending = "lose" if main > 0.0 else "gain", "s" if days == 1 else ""
    than = "more than" if main > 0.0 else "less than"
    yield f"{_how_often(sheet.confidence)}, {_DAYS.get(days, f'{days} business days')} {verb}{ending} {than} ", ""
    yield sheet.scale.money(abs(main)), "amount"
    worst = _worst(sheet)
    if worst is not None and (loss := _tail(worst, sheet.confidence).of(_VAR).value) > main:
        yield f"; in {worst.scenario}, ", ""
        yield sheet.scale.money(loss), "loss"
    yield ".", ""


def _how_often(confidence: float) -> str:
    """Say a confidence as a frequency where that is a round one."""
    times = 1.0 / (1.0 - confidence)
    if abs(times - round(times)) > 1e-6 * times:
        return f"At {confidence_text(confidence)}"
    return "One time in a hundred" if round(times) == 100 else f"One time in {round(times):,}"


def _worst(sheet: Sheet) -> ScopeResult | None:
    """Return the scenario with the largest VaR; None where none is a number."""
    found = [each for each in sheet.sums if finite(_tail(each, sheet.confidence).of(_VAR).value)]
    return max(found, key=lambda each: _tail(each, sheet.confidence).of(_VAR).value, default=None)


def _tail(result: ScopeResult, confidence: float) -> TailResult:
    return next(each for each in result.measures if each.confidence == confidence)


def _change_words(sheet: Sheet) -> tuple[str, str]:
    """Say by how much VaR moved since the night before, and what moved it where that was taken apart."""
    if sheet.before.run is None:
        return "", f"No change is given: {sheet.before.reason}."
    moved = change(sheet, sheet.main, sheet.tail, _VAR)
    if not isinstance(moved, Estimate):
        return "", f"No change is given: {sheet.main.scenario} was not run on {sheet.before.run.night}."
    said = f"{moved.value.text} {sheet.scale.unit} since {sheet.before.run.night}"
    if sheet.change is None:
        return said, f" in {sheet.main.scenario}. `unwind report --explain` says what moved it."
    if isinstance(sheet.change, str):
        return said, f" in {sheet.main.scenario}. What moved it cannot be said: {sheet.change}."
    causes = _causes(sheet, sheet.change)
    return said, f" in {sheet.main.scenario}: {causes}." if causes else f" in {sheet.main.scenario}."


def _causes(sheet: Sheet, apart: NightsChange) -> str:
    """Name the largest parts of the change of VaR."""
    found = next((each for each in apart.changes if _is_headline(sheet, each)), None)
    if found is None or apart.scenario != sheet.main.scenario:
        return ""
    labels = {mover.key: mover.label for mover in apart.movers}
    labels |= {part.key: mover.label for part, mover in zip(found.parts, apart.movers, strict=True)}
    parts = sorted((part for part in found.parts if part.value), key=lambda part: -abs(part.value))
    words = [(labels[part.key], sheet.scale.change(part.value, None)) for part in parts[:_MOST_CAUSES]]
    return listed([f"{label} {figure.value.text}" for label, figure in words if isinstance(figure, Estimate)])


def _is_headline(sheet: Sheet, each: TailChange) -> bool:
    return (each.scope, each.measure, each.confidence) == (sheet.main.scope, _VAR.key, sheet.confidence)


def _run_answer(night: Night, sheet: Sheet) -> RunAnswer:
    most = _longest(night, sheet)
    rows = tuple(_row(night, sheet, result, i, most) for i, result in enumerate(sheet.sums))
    return RunAnswer(
        name=sheet.run.name,
        since=f"since {_day(sheet.before.run.night)}" if sheet.before.run else "change",
        rows=rows,
        caption=_caption(sheet),
    )


def _day(day: date) -> str:
    """Return a day as a heading has it: "27 May"."""
    return f"{day.day} {day:%b}"


def _row(night: Night, sheet: Sheet, result: ScopeResult, place: int, most: float) -> AnswerRow:
    tail, use = _tail(result, sheet.confidence), _most_used(night, sheet, result)
    values = [tail.of(measure).value for measure in HEADLINE]
    is_drawn = finite(*values) and min(values) > 0.0
    line = use.amount if use is not None else None
    return AnswerRow(
        name=result.scenario,
        label=_label(sheet, result),
        colour=1 + place % N_COLOURS,
        value_at_risk=sheet.scale.amount(values[0]),
        shortfall=sheet.scale.amount(values[1]),
        change=change(sheet, result, tail, _VAR),
        limit=_limit_badge(use, sheet.scale) if use else None,
        bullet=Bullet(bar=values[0] / most, diamond=values[1] / most, line=line / most if line else None)
        if is_drawn
        else None,
    )


def _label(sheet: Sheet, result: ScopeResult) -> str:
    standing = recorded_standings(sheet.run.manifest["facts"]).get(result.scenario)
    words = [STRESS_LABEL] if standing is not None and standing.is_stress else []
    words += [f"exact: {result.n_moves:,} moves"] if result.n_moves is not None else []
    tail = _tail(result, sheet.confidence)
    shown = sheet.scale.estimate(tail.of(_VAR).value, None, tail.table_ses.get(_VAR.key))
    if isinstance(shown, Estimate) and shown.table is not None:
        size = shown.table.text if isinstance(shown.table, Number) else shown.table.reason
        words.append(f"{_VAR.label} ±{size} table")
    return ", ".join(words)


def _longest(night: Night, sheet: Sheet) -> float:
    """Return what one percent of the bullet charts' width is: all scenarios are on one scale."""
    found = [_tail(result, sheet.confidence).of(_ES).value for result in sheet.sums]
    found += [use.amount for result in sheet.sums if (use := _most_used(night, sheet, result)) is not None]
    largest = max((each for each in found if finite(each)), default=0.0)
    return max(largest, 0.0) * _ROOM / 100.0 or 1.0


def _most_used(night: Night, sheet: Sheet, result: ScopeResult) -> LimitUse | None:
    """Return the limit on a scenario's VaR or ES over all books that is used most."""
    labels = {measure.label for measure in HEADLINE}
    found = [
        use
        for use in night.limits
        if (use.run, use.scope, use.scenario) == (sheet.run.name, result.scope, result.scenario)
        and use.measure in labels
        and use.confidence == sheet.confidence
        and use.use is not None
        and use.currency == sheet.run.currency
    ]
    return max(found, key=lambda use: use.use or 0.0, default=None)


def _limit_badge(use: LimitUse, scale: Scale) -> Badge:
    words = f"{use.measure} {_whole_percent(use.use)} of {scale.plain(use.amount)}"
    if use.state == BREACHED:
        return Badge(text=f"{words}, {use.severity}", kind="bad" if use.severity == "hard" else "warn")
    return Badge(text=words, kind="good")


def _whole_percent(use: float | None) -> str:
    return "not evaluated" if use is None else f"{100.0 * use:.0f} %" if finite(use) else "not a number"


def _caption(sheet: Sheet) -> str:
    """Say what the columns are, the books' value, and how far off the simulation may be at most."""
    base = sheet.main.base_value
    worth = f"; book value {sheet.scale.plain(base)}" if finite(base) else ""
    books = "books that loaded" if sheet.main.scope == "partial" else "all books"
    said = f"{_VAR.label} and {_ES.name} at {sheet.level} over {horizon(sheet)}, {books}, {sheet.scale.unit}{worth}."
    tails = [_tail(result, sheet.confidence) for result in sheet.sums]
    shown = [sheet.scale.change(tail.of(measure).value, tail.of(measure).se) for tail in tails for measure in HEADLINE]
    errors = [each.error for each in shown if isinstance(each, Estimate) and isinstance(each.error, Number)]
    if errors:
        said += f" Simulation error at most ±{max(errors, key=lambda each: each.value).text}."
    if any(tail.table_ses for tail in tails):
        said += f" {TABLE_ERROR}."
    paired = PAIRED if sheet.before.run else ""
    return f"{said}{paired} Bar: {_VAR.label}; diamond: {_ES.label}; line: limit."
