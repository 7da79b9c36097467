"""What holds for a whole night: headline, limits, what went wrong, correlations, and what everything was made from."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.record.correlations import Correlations
from engine.record.manifest import RecordedFile
from engine.record.read import BREACHED, NOT_EVALUATED, LimitUse, Night, RunRecord
from engine.report.earlier_nights import EarlierNights, carried_over, missing_dates
from engine.report.heat import shade
from engine.report.numbers import (
    NONE,
    confidence_text,
    correlation,
    percent,
    probability,
    scale_of,
)
from engine.report.parts import Badge, Code, Column, Entry, Shaded, Table, columns, shown, table
from engine.report.sheet import TABLE_ERROR, Sheet, book_name, labelled_name

_EXIT_CODES = {
    0: Badge(text="complete", kind="good"),
    3: Badge(text="complete, a hard limit is breached", kind="bad"),
    4: Badge(text="incomplete", kind="bad"),
}
_MOST_WORDS = 1500  # characters of one message
_MOST_ITEMS = 100  # of one list
_MOST_IN_MATRIX = 24  # factors
_MOST_PAIRS = 10
_AND_LESS = "{scope}, and {n} more use less"
_STATE = "{state}, {severity}"
_FIGURE = "{measure}{level}{curve}, {unit}"
_LOOK_BACK = 20  # nights among which missing dates are looked for


def state(night: Night) -> Badge:
    """Say how the night ended."""
    code = night.summary["exit_code"]
    return _EXIT_CODES.get(code, Badge(text=f"exit code {code}", kind="bad"))


def limits(night: Night) -> Table | None:
    """Show every limit, those that are breached or not evaluated first."""
    if not night.limits:
        return None
    heads = columns(
        "limit", "state", "figure", "run", "scope", "scenario", "amount", "value", "use", "P(true value > limit)",
        words=6,
    )  # fmt: skip
    order = {BREACHED: 0, NOT_EVALUATED: 1}
    uses = sorted(night.limits, key=lambda use: (order.get(use.state, 2), use.severity != "hard", -(use.use or 0.0)))
    caption = "Losses positive; a value without ± is exact. "
    caption += "P is the probability that the true value exceeds the limit, by its Monte Carlo error"
    has_table = any(use.table_se is not None for use in night.limits)
    caption += f" and its table's together; {TABLE_ERROR}." if has_table else "."
    return table(caption, heads, [_limit_row(use, n, _limit_scenario(night, use)) for use, n in _once(uses)])


def _once(uses: Sequence[LimitUse]) -> Iterator[tuple[LimitUse, int]]:
    """Yield the uses, and of one limit that holds in several places the most used alone, with how many others hold."""
    held: dict[tuple[str, str], list[LimitUse]] = {}
    for use in uses:
        if use.state in (BREACHED, NOT_EVALUATED):
            yield use, 0
        else:
            held.setdefault((use.name, use.run), []).append(use)
    for mine in held.values():
        yield mine[0], len(mine) - 1


def not_evaluated(night: Night) -> tuple[str, ...]:
    """Say why limits are not evaluated."""
    sentences = [f"{use.name} ({use.measure} of {use.run}): {use.reason}" for use in night.limits if use.reason]
    return _cut(sentences)


def faults(night: Night) -> tuple[str, ...]:
    """Say what the night had to do without."""
    sentences = []
    for fault in night.faults:
        run = f", run {fault.run}" if fault.run else ""
        sentences.append(f"{fault.kind} {fault.subject}{run}: {fault.message}")
    return _cut(sentences)


def warnings(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """Say what runs accepted or repaired, and which figures have rough errors."""
    sentences = [f"{sheet.run.name}: {each}" for sheet in sheets for each in sheet.run.manifest["warnings"]]
    for sheet in sheets:
        rough = [
            f"{result.scenario}, {book_name(result.scope)}, {confidence_text(each.confidence)}"
            for result in sheet.run.results
            for each in result.measures
            if each.rough
        ]
        if rough:
            sentences.append(f"{sheet.run.name}: {len(rough)} figures have rough errors: {'; '.join(rough[:5])}")
        sentences += [f"{sheet.run.name}: {each}" for each in _not_numbers(sheet.run)]
    return _cut(sentences)


def inputs(night: Night, sheets: Sequence[Sheet], past: EarlierNights) -> tuple[str, ...]:
    """Say which dates are missing, which inputs carried over, which files of the history cannot be read."""
    days = (*past.nights[-_LOOK_BACK:], night.valuation_date)
    absent = missing_dates(days)
    sentences = [f"Business days not run since {days[0]}: {', '.join(map(str, absent))}."] if absent else []
    if past.last is None:
        sentences.append("This is the first night of the record.")
    for sheet in sheets:
        if sheet.before.run is None:
            continue
        same = carried_over(sheet.run, sheet.before.run)
        if same:
            of = f"{len(same)} of {1 + len(sheet.run.manifest['books'])} inputs"
            sentences.append(f"{sheet.run.name}: {of} are byte for byte those of {past.last}: {', '.join(same)}.")
    return _cut([*sentences, *past.faults])


def correlation_tables(found: Correlations) -> tuple[Table, ...]:
    """Show the matrix, used below and trailing above the diagonal; and the pairs that differ most."""
    tables = []
    if len(found.names) <= _MOST_IN_MATRIX:
        above = ", above it those of the year before" if found.trailing is not None else ""
        heads = columns("factor", *found.names)
        caption = f"Correlations of the factors: below the diagonal those used{above}."
        tables.append(table(caption, heads, list(_matrix_rows(found)), is_heat=True))
    if found.trailing is not None:
        tables.append(_pairs(found))
    return tuple(tables)


def manifest(run: RunRecord) -> Table:
    """Show what a run was made from: enough to run it again."""
    plain = run.manifest
    rows: list[list[Entry]] = [["market", Code(text=plain["market"]["sha256"])]]
    rows += [[f"book {book['name']}", Code(text=book["sha256"])] for book in plain["books"]]
    rows += [[f"scenario {each['name']}", Code(text=each["sha256"])] for each in plain["scenarios"]]
    rows += [
        ["market file", Code(text=plain["market"]["path"])],
        *_facts(run),
        ["program's sources", Code(text=plain["code"]["sha256"])],
        ["question: configuration and inputs", Code(text=plain["fingerprint"])],
        ["problem: arrays given to the kernels", Code(text=plain["problem_sha256"])],
        ["chain of blocks, its last link", Code(text=plain["blocks"][-1]["chain"] if plain["blocks"] else "none")],
        *_digests(plain),
        ["manifest", Code(text=plain["sha256"])],
    ]
    heads = (Column(heading="what", is_number=False), Column(heading="value, or sha256 of it", is_number=False))
    return table(f"Manifest of {run.name}.", heads, rows)


def _facts(run: RunRecord) -> Iterator[list[Entry]]:
    plain, facts, times = run.manifest, run.manifest["facts"], run.manifest["times"]
    revaluation = facts["revaluation"]
    yield ["seed", str(facts["seed"])]
    if plain["blocks"]:
        yield ["paths", f"{facts['n_paths']:,} in {len(plain['blocks']):,} blocks"]
    for scenario, n in {result.scenario: result.n_moves for result in run.results}.items():
        if n is not None:
            yield [f"scenario {scenario} is exact", f"{n:,} moves, each valued; none is drawn"]
    yield ["horizon", f"{facts['horizon_days']} business days, steps: {facts['steps']}"]
    yield ["intervals", f"at {confidence_text(facts['interval_confidence'])}"]
    yield ["computed by", f"{facts['backend']}, {facts['precision']}, on {facts['device']}; {plain['workers']}"]
    bounds = (
        f"flows within {revaluation['flow_bound']:.0e} of their gross value, options {revaluation['option_bound']:.0e}"
    )
    method = "full" if revaluation["method"] == "direct" else revaluation["method"]
    yield ["revaluation", f"{method}: {bounds}"]
    yield ["versions", ", ".join(f"{name} {number}" for name, number in facts["versions"].items())]
    yield ["host", str(plain["host"])]
    yield ["times", f"{times['started']} to {times['finished']}"]
    yield ["blocks kept from before a stop", str(times["resumed_blocks"])]
    yield ["exit code", str(plain["exit_code"])]


def _digests(plain: Mapping[str, Any]) -> Iterator[list[Entry]]:
    for name, digest in plain["pnl_sha256"].items():
        if name.endswith(("/total", "/partial")):
            yield [f"P&L of {name}", Code(text=digest)]
    for name, digest in plain["files"].items():
        yield [name, Code(text=digest)]


def _limit_scenario(night: Night, use: LimitUse) -> str:
    run = next((each for each in night.runs if each.name == use.run), None)
    return use.scenario or "" if run is None else labelled_name(run, use.scenario or "")


def _limit_row(use: LimitUse, n_others: int, scenario: str) -> list[Entry]:
    scale = scale_of(use.currency, [use.amount, use.value], " a bp" if use.measure == "DV01" else "")
    level = f" {confidence_text(use.confidence)}" if use.confidence is not None else ""
    kinds = {BREACHED: "bad" if use.severity == "hard" else "warn", NOT_EVALUATED: "bad"}
    return [
        use.name,
        Badge(text=_STATE.format(state=use.state, severity=use.severity), kind=kinds.get(use.state, "good")),
        _FIGURE.format(measure=use.measure, level=level, curve=f" {use.curve}" if use.curve else "", unit=scale.unit),
        use.run,
        _AND_LESS.format(scope=use.scope, n=n_others) if n_others else use.scope,
        scenario,
        scale.amount(use.amount),
        scale.estimate(use.value, use.se, use.table_se),
        percent(use.use),
        _probability(use),
    ]


def _probability(use: LimitUse) -> Entry:
    if use.value is None:
        return NONE
    return probability(use.probability_above, exact=use.se == 0.0 and not use.table_se)


def _matrix_rows(found: Correlations) -> Iterator[list[Entry]]:
    for i, name in enumerate(found.names):
        yield [name, *(_correlation_entry(found, i, j) for j in range(len(found.names)))]


def _correlation_entry(found: Correlations, i: int, j: int) -> Entry:
    if i == j:
        return "1"
    if j < i:
        value = float(found.used[i, j])
    elif found.trailing is None:
        return ""
    elif np.isnan(value := float(found.trailing[i, j])):
        return NONE
    return Shaded(figure=correlation(value), shade=-shade(value, 1.0))


def _pairs(found: Correlations) -> Table:
    assert found.trailing is not None
    assert found.trailing_se is not None
    gap = found.trailing - found.used
    low = [(i, j) for i in range(len(found.names)) for j in range(i) if np.isfinite(gap[i, j])]
    low.sort(key=lambda pair: -abs(gap[pair]))
    rows: list[list[Entry]] = [
        [
            f"{found.names[j]}, {found.names[i]}",
            correlation(float(found.used[i, j])),
            correlation(float(found.trailing[i, j])),
            correlation(float(gap[i, j])),
            correlation(float(found.trailing_se[i, j])),
        ]
        for i, j in low[:_MOST_PAIRS]
    ]
    heads = columns("pair", "used", "trailing", "trailing less used", "sampling error of trailing")
    return table("Pairs that differ most.", heads, rows)


def _not_numbers(run: RunRecord) -> Iterator[str]:
    """Yield figures of the record that are no numbers; they are nowhere shown as one."""
    for result in run.results:
        values = [result.base_value, result.shock_pnl, result.mean, result.std]
        values += [each.value for tail in result.measures for each in tail.estimates.values()]
        if n := sum(not np.isfinite(value) for value in values):
            yield f"{n} figures of {result.scenario}, {book_name(result.scope)} are not numbers"
    for name, found in (("stress loss", run.stress_losses), ("DV01", run.dv01s)):
        if n := sum(not np.isfinite(each.value) for each in found):
            yield f"{n} figures of {name} are not numbers"


def _cut(sentences: Sequence[str]) -> tuple[str, ...]:
    found = tuple(shown(each, _MOST_WORDS) for each in sentences[:_MOST_ITEMS])
    rest = len(sentences) - len(found)
    return (*found, f"{rest:,} more are in the record.") if rest > 0 else found


def sources(night: Night, histories: Sequence[RecordedFile]) -> Table:
    """List the files that the night as a whole, or this report alone, was made from."""
    batch = night.summary["batch"]
    rows: list[list[Entry]] = [["batch file", Code(text=batch["path"]), Code(text=batch["sha256"])]]
    rows += [["history", Code(text=Path(file["path"]).name), Code(text=file["sha256"])] for file in histories]
    rows.append(["night", f"closed {night.summary['finished']} UTC", Code(text=night.summary["sha256"])])
    heads = tuple(Column(heading=heading, is_number=False) for heading in ("what", "file", "sha256"))
    return table("Sources of the night.", heads, rows)
