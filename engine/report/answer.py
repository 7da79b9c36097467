"""The first screen: what may be lost, in a sentence; every scenario with its limit; changes and breaches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

from engine.explain.nights.change import NightsChange
from engine.explain.nights.tail_change import TailChange
from engine.record.read import BREACHED, NOT_EVALUATED, LimitUse, Night
from engine.report.numbers import NOT_A_NUMBER, Estimate, Figure, Number, Scale, confidence_text
from engine.report.parts import Badge
from engine.report.sheet import PAIRED, TABLE_ERROR, Sheet, change, finite, horizon
from engine.risk.measures.registry import HEADLINE
from engine.risk.results import ScopeResult
from engine.risk.standing import STRESS_LABEL, recorded_standings
from engine.words.language import Text, listed, month_and_day, name_of

_MOST_BADGES = 3  # limits that are named beside a badge
_VAR, _ES = HEADLINE
_MOST_CAUSES = 3  # of a change, in its sentence
_ROOM = 1.04  # of a bullet chart beyond its longest mark
Piece = tuple[str, str]  # text, and its class: "", "amount", "loss", "name" or "strong"

_DAYS, _OTHER_DAYS = {1: Text("One-day"), 10: Text("Ten-day")}, Text("{n}-day")
_LOSS = Text("{horizon} loss, {often}: {amount}.")
_GAIN = Text("{horizon} gain, all but {often}: {amount}.")
_WORST = Text(" In {scenario}: {loss}.")
_IN_A_HUNDRED, _ONE_IN, _AT = Text("one time in a hundred"), Text("one time in {n:,}"), Text("at {level}")
_NOT_A_NUMBER = Text("{measure} of {scenario} is not a number.")
_NO_RUN = Text("No run of this night is recorded.")
_NO_CHANGE = Text("No change is given: {reason}.")
_NOT_RUN = Text("No change is given: {scenario} was not run on {night}.")
_CHANGED = Text("{amount} {unit} since {night}")
_SINCE = Text("{change} in {scenario}.")
_ASK = Text("{change} in {scenario}. `unwind report --explain` says what moved it.")
_CANNOT = Text("{change} in {scenario}. What moved it cannot be said: {reason}.")
_MOVED = Text("{change} in {scenario}: {causes}.")
_SINCE_HEAD, _CHANGE_HEAD = Text("since {day}"), Text("change")
_INCOMPLETE, _ERRORS = Text("incomplete"), {True: Text("{n} error"), False: Text("{n} errors")}
_BREACHED_ONE, _BREACHED_SEVERAL, _MORE = Text("{n} limit breached"), Text("{n} limits breached"), Text("{n} more")
_UNLOOKED_ONE, _UNLOOKED_SEVERAL, _SEE = (
    Text("{n} limit not evaluated"),
    Text("{n} limits not evaluated"),
    Text("see Limits"),
)
_NOT_EVALUATED = Text("not evaluated")
_WITHIN, _ALL_HOLD = Text("within limits"), Text("all {n} hold")
_NO_LIMITS, _HAS_NONE = Text("no limits"), Text("the batch has none")
_LIMIT, _LIMIT_BREACHED = Text("{measure} {use} of {amount}"), Text("{measure} {use} of {amount}, {severity}")
_CAPTION = Text("{measure} and {other} at {level} over {horizon}, {books}, {unit}{worth}.")
_WORTH, _ALL, _LOADED = Text("; book value {value}"), Text("all books"), Text("books that loaded")
_MOST_ERROR = Text(" Simulation error at most ±{error}.")
_TABLE_ERROR = Text(" {meaning}.")
_LEGEND = Text(" Bar: {measure}; diamond: {other}; line: limit.")
_AND = Text(", ")
_MOVES = Text("exact: {n:,} moves")
_TABLE = Text("{measure} ±{error} table")


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
    sentence: tuple[Piece, ...]
    change: tuple[Piece, ...]
    runs: tuple[RunAnswer, ...]
    failed: tuple[tuple[str, str], ...]  # runs that are not recorded, and their states


def answer(night: Night, sheets: Sequence[Sheet]) -> Answer:
    """Return what the first screen says of a night."""
    recorded = {sheet.run.name for sheet in sheets}
    return Answer(
        badges=tuple(_badges(night)),
        sentence=tuple(_sentence(sheets[0])) if sheets else ((str(_NO_RUN), ""),),
        change=tuple(_change_words(sheets[0])) if sheets else (),
        runs=tuple(_run_answer(night, sheet) for sheet in sheets),
        failed=tuple(
            (run["name"], name_of(run["state"])) for run in night.summary["runs"] if run["name"] not in recorded
        ),
    )


def _badges(night: Night) -> Iterator[tuple[Badge, str]]:
    """Yield what must be seen first: errors of the night, limits that are breached, limits that nobody looked at."""
    if n := len(night.faults):
        yield Badge(text=_INCOMPLETE, kind="bad"), _ERRORS[n == 1].format(n=n)
    breached = [use for use in night.limits if use.state == BREACHED]
    if n := len(breached):
        is_hard = any(use.severity == "hard" for use in breached)
        words = [f"{use.name} {_whole_percent(use.use)}" for use in breached[:_MOST_BADGES]]
        rest = [_MORE.format(n=n - _MOST_BADGES)] if n > _MOST_BADGES else []
        said = _BREACHED_ONE if n == 1 else _BREACHED_SEVERAL
        yield Badge(text=said.format(n=n), kind="bad" if is_hard else "warn"), " · ".join([*words, *rest])
    if n := sum(use.state == NOT_EVALUATED for use in night.limits):
        yield Badge(text=(_UNLOOKED_ONE if n == 1 else _UNLOOKED_SEVERAL).format(n=n), kind="bad"), str(_SEE)
    elif night.limits and not breached:
        yield Badge(text=_WITHIN, kind="good"), _ALL_HOLD.format(n=len(night.limits))
    if not night.limits:
        yield Badge(text=_NO_LIMITS, kind="none"), str(_HAS_NONE)


def _sentence(sheet: Sheet) -> Iterator[Piece]:
    """Yield the answer in words: the main scenario's VaR, and that of the worst."""
    main, scale = sheet.value_at_risk(sheet.main), sheet.scale
    if not finite(main):
        yield _NOT_A_NUMBER.format(measure=_VAR.label, scenario=name_of(sheet.main.scenario)), ""
        return
    days = sheet.run.manifest["facts"]["horizon_days"]
    said = {
        "horizon": (_DAYS.get(days, _OTHER_DAYS).format(n=days), ""),
        "often": (_how_often(sheet.confidence), ""),
        "amount": (scale.money(abs(main)), "amount"),
    }
    yield from _pieces(_LOSS if main > 0.0 else _GAIN, said)
    if (loss := sheet.value_at_risk(sheet.worst)) > main:
        yield from _pieces(
            _WORST, {"scenario": (name_of(sheet.worst.scenario), "name"), "loss": (scale.money(loss), "loss")}
        )


def _pieces(template: Text, said: Mapping[str, Piece]) -> Iterator[Piece]:
    """Yield the text of a template and what stands in its places, each with its class."""
    for text, place, _, _ in Formatter().parse(str(template)):
        if text:
            yield text, ""
        if place:
            yield said[place]


def _how_often(confidence: float) -> str:
    """Say a confidence as a frequency where that is a round one."""
    times = 1.0 / (1.0 - confidence)
    if abs(times - round(times)) > 1e-6 * times:
        return _AT.format(level=confidence_text(confidence))
    return str(_IN_A_HUNDRED) if round(times) == 100 else _ONE_IN.format(n=round(times))


def _change_words(sheet: Sheet) -> Iterator[Piece]:
    """Say by how much VaR moved since the night before, and what moved it where that was taken apart."""
    if sheet.before.run is None:
        yield _NO_CHANGE.format(reason=sheet.before.reason), ""
        return
    night, moved = sheet.before.run.night, change(sheet, sheet.main, sheet.tail, _VAR)
    if not isinstance(moved, Estimate):
        yield _NOT_RUN.format(scenario=name_of(sheet.main.scenario), night=night), ""
        return
    causes = "" if sheet.change is None or isinstance(sheet.change, str) else _causes(sheet, sheet.change)
    why = _ASK if sheet.change is None else _CANNOT if isinstance(sheet.change, str) else _MOVED if causes else _SINCE
    said = _CHANGED.format(amount=moved.value.text, unit=sheet.scale.unit, night=night)
    yield from _pieces(
        why,
        {
            "change": (said, "strong"),
            "scenario": (name_of(sheet.main.scenario), ""),
            "causes": (causes, ""),
            "reason": (str(sheet.change), ""),
        },
    )


def _causes(sheet: Sheet, apart: NightsChange) -> str:
    """Name the largest parts of the change of VaR."""
    found = next((each for each in apart.changes if _is_headline(sheet, each)), None)
    if found is None or apart.scenario != sheet.main.scenario:
        return ""
    labels = {mover.key: name_of(mover.label) for mover in apart.movers}
    labels |= {part.key: name_of(mover.label) for part, mover in zip(found.parts, apart.movers, strict=True)}
    parts = sorted((part for part in found.parts if part.value), key=lambda part: -abs(part.value))
    words = [(labels[part.key], sheet.scale.change(part.value, None)) for part in parts[:_MOST_CAUSES]]
    return listed([f"{label} {figure.value.text}" for label, figure in words if isinstance(figure, Estimate)])


def _is_headline(sheet: Sheet, each: TailChange) -> bool:
    return (each.scope, each.measure, each.confidence) == (sheet.main.scope, _VAR.key, sheet.confidence)


def _run_answer(night: Night, sheet: Sheet) -> RunAnswer:
    most = _longest(night, sheet)
    rows = tuple(_row(night, sheet, result, most) for result in sheet.sums)
    return RunAnswer(
        name=sheet.run.name,
        since=_SINCE_HEAD.format(day=month_and_day(sheet.before.run.night)) if sheet.before.run else str(_CHANGE_HEAD),
        rows=rows,
        caption=_caption(sheet),
    )


def _row(night: Night, sheet: Sheet, result: ScopeResult, most: float) -> AnswerRow:
    tail, use = sheet.tail_of(result), _most_used(night, sheet, result)
    values = [tail.of(measure).value for measure in HEADLINE]
    is_drawn = finite(*values) and min(values) > 0.0
    line = use.amount if use is not None else None
    return AnswerRow(
        name=name_of(result.scenario),
        label=_label(sheet, result),
        colour=sheet.colour_of(result.scenario),
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
    words = [name_of(STRESS_LABEL)] if standing is not None and standing.is_stress else []
    words += [_MOVES.format(n=result.n_moves)] if result.n_moves is not None else []
    tail = sheet.tail_of(result)
    shown = sheet.scale.estimate(tail.of(_VAR).value, None, tail.table_ses.get(_VAR.key))
    if isinstance(shown, Estimate) and shown.table is not None:
        size = shown.table.text if isinstance(shown.table, Number) else str(shown.table.reason)
        words.append(_TABLE.format(measure=_VAR.label, error=size))
    return str(_AND).join(words)


def _longest(night: Night, sheet: Sheet) -> float:
    """Return what one percent of the bullet charts' width is: all scenarios are on one scale."""
    found = [sheet.tail_of(result).of(_ES).value for result in sheet.sums]
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
    words = {"measure": use.measure, "use": _whole_percent(use.use), "amount": scale.plain(use.amount)}
    if use.state == BREACHED:
        said = _LIMIT_BREACHED.format(severity=name_of(use.severity), **words)
        return Badge(text=said, kind="bad" if use.severity == "hard" else "warn")
    return Badge(text=_LIMIT.format(**words), kind="good")


def _whole_percent(use: float | None) -> str:
    return str(_NOT_EVALUATED) if use is None else f"{100.0 * use:.0f} %" if finite(use) else str(NOT_A_NUMBER.reason)


def _caption(sheet: Sheet) -> str:
    """Say what the columns are, the books' value, and how far off the simulation may be at most."""
    base = sheet.main.base_value
    said = _CAPTION.format(
        measure=_VAR.label,
        other=name_of(_ES.name),
        level=sheet.level,
        horizon=horizon(sheet),
        books=_LOADED if sheet.main.scope == "partial" else _ALL,
        unit=sheet.scale.unit,
        worth=_WORTH.format(value=sheet.scale.plain(base)) if finite(base) else "",
    )
    tails = [sheet.tail_of(result) for result in sheet.sums]
    shown = [sheet.scale.change(tail.of(measure).value, tail.of(measure).se) for tail in tails for measure in HEADLINE]
    errors = [each.error for each in shown if isinstance(each, Estimate) and isinstance(each.error, Number)]
    if errors:
        said += _MOST_ERROR.format(error=max(errors, key=lambda each: each.value).text)
    if sheet.number > 1:
        return said  # the table before has said the rest
    if any(tail.table_ses for tail in tails):
        said += _TABLE_ERROR.format(meaning=TABLE_ERROR)
    paired = str(PAIRED) if sheet.before.run else ""
    return f"{said}{paired}{_LEGEND.format(measure=_VAR.label, other=_ES.label)}"
