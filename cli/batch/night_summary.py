"""What a batch says to people at its end, on stderr: VaR and ES of each run, their change, limits, files.

Stdout keeps its one JSON line. As `--log json` breaches are objects of their own, at the level of warnings.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cli import render
from cli.limit_words import breach_word, is_breached
from cli.machine import log
from cli.render import Column, Scale, Table
from engine.conventions.amounts import NOT_APPLICABLE
from engine.errors import RiskError
from engine.record.read import BREACHED, WITHIN
from engine.words.language import Text, name_of, texts, whole_date

if TYPE_CHECKING:
    from engine.batch.night import NightOutcome, Outcome
    from engine.explain.nights.changes_since import Changes
    from engine.explain.nights.tail_change import TailChange
    from engine.record.read import LimitUse, Night, RunRecord
    from engine.risk.measures.measure import TailMeasure
    from engine.risk.results import ScopeResult

TOTALS = ("total", "partial")
# What the lines say.
OF_LIMIT, OF_BREACHED = texts("{measure} {use} of {amount}", "{measure} {use} of {amount}  {breach}")
BREACH = Text("BREACH {severity}: {place}: {value} of {amount} {unit}, {use}")
NOT_EVALUATED = Text("NOT EVALUATED: {place}: {reason}")
ENDED = Text(
    "{runs} done, {failed} failed, {hard} hard and {soft} soft breached, in {seconds:.1f} s. Exit code {code}."
)
_ONE_RUN, _RUNS = texts("1 run", "{n:,} runs")
SINCE, _CHANGE, _LIMIT = texts("since {day}", "change", "limit")


def show_batch(outcome: "Outcome", changes: "Mapping[date, Changes]") -> None:
    """Say on stderr what each night found, and how the batch ended."""
    from engine.record.read import read_night
    from engine.report.write import report_path

    files = list[str]()
    for night in outcome.nights:
        try:
            record = read_night(outcome.batch.out, night.valuation_date) if night.runs and night.sha256 else None
        except RiskError:  # what is wrong with it was said as a fault of the night
            record = None
        show_night(night, record, changes.get(night.valuation_date, {}))
        report = report_path(outcome.batch.out, night.valuation_date)
        files += [str(report)] if outcome.batch.report and report.exists() else []
        files += [str(outcome.batch.out / f"valuation_date={night.valuation_date}")] if night.sha256 else []
    show_end(outcome, files)


def show_night(night: "NightOutcome", record: "Night | None", changes: "Changes") -> None:
    """Print a night's table and breaches on stderr."""
    if log.is_json():
        _log_breaches(night)
        return
    if record is not None and record.runs:
        render.show_on_stderr(night_table(record, night.limits, changes))
    render.say_lines(breaches(night.limits))


def show_end(outcome: "Outcome", files: Sequence[str]) -> None:
    """Print how the batch ended, and where its files are: the last lines on stderr."""
    if not log.is_json():
        render.say_lines([" ".join(files)] if files else [])
    log.write("info", "summary", end_line(outcome), exit_code=outcome.exit_code)


def night_table(record: "Night", limits: Sequence["LimitUse"], changes: "Changes") -> Table:
    """Lay out every run and scenario: VaR, its paired change, ES, its paired change, and the limit on either."""
    totals = [(run, row) for run in record.runs for row in run.results if row.scope in TOTALS]
    figures = [row.measures[-1].of(measure).value for _, row in totals for measure in _headline()]
    unit = render.scale(record.runs[0].currency, figures)
    level = render.percent(totals[0][1].measures[-1].confidence) if totals else ""
    days = {str(each.nights[0]) for each in changes.values() if not isinstance(each, str)}
    since = SINCE.format(day=max(days)) if days else str(_CHANGE)
    var, es = _headline()
    columns = (
        Column(heading="", is_number=False),
        Column(heading=f"{var.label} {level}"),
        Column(heading=since, leaves=2),
        Column(heading=f"{es.label} {level}", leaves=1),
        Column(heading=since, leaves=2),
        Column(heading=str(_LIMIT), is_number=False),
    )
    return Table(
        title=whole_date(record.valuation_date),
        unit=unit.unit,
        columns=columns,
        rows=list(_rows(totals, unit, limits, changes)),
    )


def _headline() -> tuple["TailMeasure", "TailMeasure"]:
    from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
    from engine.risk.measures.value_at_risk import VALUE_AT_RISK

    return VALUE_AT_RISK, EXPECTED_SHORTFALL


def _rows(
    totals: Sequence[tuple["RunRecord", "ScopeResult"]],
    unit: Scale,
    limits: Sequence["LimitUse"],
    changes: "Changes",
) -> Iterator[list[str]]:
    before = None
    for run, row in totals:
        if run.name != before:
            yield [run.name]
        before = run.name
        tail = row.measures[-1]
        cells = [f"  {name_of(row.scenario)}"]
        for measure in _headline():
            each = tail.of(measure)
            moved = _change(changes, run.name, row, measure.key)
            cells.append(unit.amount(each.value) if moved else unit.estimate(each.value, each.se))
            cells.append(unit.finer.estimate(moved.change, moved.change_se, signed=True) if moved else NOT_APPLICABLE)
        yield [*cells, _use(limits, run.name, row, unit)]


def _change(changes: "Changes", run: str, row: "ScopeResult", key: str) -> "TailChange | None":
    """Return the change that was taken apart, on common draws; None: of this run or scenario there is none."""
    found = changes.get(run)
    if found is None or isinstance(found, str) or found.scenario != row.scenario:
        return None
    place = (row.scope, key, row.measures[-1].confidence)
    return next((each for each in found.changes if (each.scope, each.measure, each.confidence) == place), None)


def _use(limits: Sequence["LimitUse"], run: str, row: "ScopeResult", unit: Scale) -> str:
    """Return the use of the limit on this row that is nearest to its breach, with the word where it is one."""
    mine = [
        each
        for each in limits
        if (each.run, each.scenario, each.scope) == (run, row.scenario, row.scope) and each.use is not None
    ]
    if not mine:
        return NOT_APPLICABLE
    worst = max(mine, key=lambda each: each.use or 0.0)
    words = {
        "measure": worst.measure,
        "use": render.percent(worst.use or 0.0, 0),
        "amount": unit.amount(worst.amount),
    }
    return OF_BREACHED.format(**words, breach=breach_word(worst)) if is_breached(worst) else OF_LIMIT.format(**words)


def breaches(limits: Sequence["LimitUse"]) -> Iterator[str]:
    """Yield a line for each limit that is breached, hard ones first, and for each that could not be evaluated."""
    for use in sorted(limits, key=lambda each: each.severity != "hard"):
        scenario, scope = name_of(use.scenario or ""), name_of(use.scope)
        place = " ".join(filter(None, (use.name, use.measure, use.curve, use.run, scenario, scope)))
        if use.state == BREACHED and use.value is not None:
            unit = render.scale(use.currency, [use.value, use.amount])
            share = render.percent(use.use or 0.0, 0)
            amounts = {"value": unit.amount(use.value), "amount": unit.amount(use.amount), "unit": unit.unit}
            yield BREACH.format(severity=name_of(use.severity), place=place, use=share, **amounts)
        elif use.state != WITHIN:
            yield NOT_EVALUATED.format(place=place, reason=use.reason or use.state)


def end_line(outcome: "Outcome") -> str:
    """Return how many runs and limits ended how."""
    states = [state.value for night in outcome.nights for _, state in night.runs]
    found = [use.severity for night in outcome.nights for use in night.limits if use.state == BREACHED]
    failed = states.count("failed")
    return ENDED.format(
        runs=_ONE_RUN if len(states) - failed == 1 else _RUNS.format(n=len(states) - failed),
        failed=failed,
        hard=found.count("hard"),
        soft=found.count("soft"),
        seconds=outcome.elapsed_s,
        code=outcome.exit_code,
    )


def _log_breaches(night: "NightOutcome") -> None:
    for use in night.limits:
        fields: dict[str, Any] = {
            "date": str(night.valuation_date),
            "run": use.run,
            "limit": use.name,
            "scope": use.scope,
            "value": use.value,
            "amount": use.amount,
            "use": use.use,
            "severity": use.severity,
        }
        for line in breaches([use]):
            log.write("warning", "limit", line, **fields)
