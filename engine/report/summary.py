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
    PER_BASIS_POINT,
    confidence_text,
    correlation,
    percent,
    probability,
    scale_of,
)
from engine.report.parts import Badge, Code, Column, Entry, Shaded, Table, columns, shown, table
from engine.report.sheet import TABLE_ERROR, Sheet, book_name, labelled_name
from engine.words.language import Text, name_of, texts

_EXIT_CODES = {
    0: Badge(text=Text("complete"), kind="good"),
    3: Badge(text=Text("complete, a hard limit is breached"), kind="bad"),
    4: Badge(text=Text("incomplete"), kind="bad"),
}
_MOST_WORDS = 1500  # characters of one message
_MOST_ITEMS = 100  # of one list
_MOST_IN_MATRIX = 24  # factors
_MOST_PAIRS = 10
_AND_LESS = Text("{scope}, and {n} more use less")
_STATE, _FIGURE = texts("{state}, {severity}", "{measure}{level}{curve}, {unit}")
_EXIT_CODE = Text("exit code {code}")
_LIMITS = Text(
    "Losses positive; a value without ± is exact. P is the probability that the true value exceeds the limit, by its"
    " Monte Carlo error."
)
_LIMITS_WITH_TABLE = Text(
    "Losses positive; a value without ± is exact. P is the probability that the true value exceeds the limit, by its"
    " Monte Carlo error and its table's together; {meaning}."
)
_UNLOOKED = Text("{limit} ({measure} of {run}): {reason}")
_FAULT, _FAULT_OF_RUN = texts("{kind} {subject}: {message}", "{kind} {subject}, run {run}: {message}")
_ROUGH, _FIGURE_OF = texts("{run}: {n} figures have rough errors: {figures}", "{scenario}, {scope}, {level}")
_NOT_RUN = Text("Business days not run since {first}: {dates}.")
_FIRST_NIGHT = Text("This is the first night of the record.")
_CARRIED_OVER = Text("{run}: {n} of {n_all} inputs are byte for byte those of {night}: {inputs}.")
_USED = Text("Correlations of the factors: below the diagonal those used.")
_USED_AND_TRAILING = Text(
    "Correlations of the factors: below the diagonal those used, above it those of the year before."
)
_MARKET, _BOOK, _SCENARIO, _MARKET_FILE = texts("market", "book {name}", "scenario {name}", "market file")
_MANIFEST_OF, _IN_BLOCKS = texts("Manifest of {run}.", "{n:,} in {blocks:,} blocks")
_IS_EXACT, _OF_MOVES = texts("scenario {scenario} is exact", "{n:,} moves, each valued; none is drawn")
_HORIZON, _AT = texts("{days} business days, steps: {steps}", "at {level}")
_COMPUTED = Text("{backend}, {precision}, on {device}; {workers}")
_FULL = Text("full")
_REVALUATION = Text("{method}: flows within {flows:.0e} of their gross value, options {options:.0e}")
_TIMES, _CLOSED, _PNL_OF = texts("{started} to {finished}", "closed {time} UTC", "P&L of {name}")
_NOT_NUMBERS, _STRESS_LOSS = texts("{n} figures of {of} are not numbers", "stress loss")
_MORE = Text("{n:,} more are in the record.")
_LOOK_BACK = 20  # nights among which missing dates are looked for


def state(night: Night) -> Badge:
    """Say how the night ended."""
    code = night.summary["exit_code"]
    return _EXIT_CODES.get(code, Badge(text=_EXIT_CODE.format(code=code), kind="bad"))


def limits(night: Night) -> Table | None:
    """Show every limit, those that are breached or not evaluated first."""
    if not night.limits:
        return None
    heads = columns(
        *texts("limit", "state", "figure", "run", "scope", "scenario"),
        *texts("amount", "value", "use", "P(true value > limit)"),
        words=6,
    )
    order = {BREACHED: 0, NOT_EVALUATED: 1}
    uses = sorted(night.limits, key=lambda use: (order.get(use.state, 2), use.severity != "hard", -(use.use or 0.0)))
    has_table = any(use.table_se is not None for use in night.limits)
    caption = _LIMITS_WITH_TABLE.format(meaning=TABLE_ERROR) if has_table else str(_LIMITS)
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
    sentences = [
        _UNLOOKED.format(limit=use.name, measure=use.measure, run=use.run, reason=use.reason)
        for use in night.limits
        if use.reason
    ]
    return _cut(sentences)


def faults(night: Night) -> tuple[str, ...]:
    """Say what the night had to do without."""
    sentences = []
    for fault in night.faults:
        words = {"kind": name_of(fault.kind), "subject": fault.subject, "run": fault.run, "message": fault.message}
        sentences.append((_FAULT_OF_RUN if fault.run else _FAULT).format(**words))
    return _cut(sentences)


def warnings(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """Say what runs accepted or repaired, and which figures have rough errors."""
    sentences = [f"{sheet.run.name}: {each}" for sheet in sheets for each in sheet.run.manifest["warnings"]]
    for sheet in sheets:
        rough = [
            _FIGURE_OF.format(
                scenario=name_of(result.scenario),
                scope=name_of(book_name(result.scope)),
                level=confidence_text(each.confidence),
            )
            for result in sheet.run.results
            for each in result.measures
            if each.rough
        ]
        if rough:
            sentences.append(_ROUGH.format(run=sheet.run.name, n=len(rough), figures="; ".join(rough[:5])))
        sentences += [f"{sheet.run.name}: {each}" for each in _not_numbers(sheet.run)]
    return _cut(sentences)


def inputs(night: Night, sheets: Sequence[Sheet], past: EarlierNights) -> tuple[str, ...]:
    """Say which dates are missing, which inputs carried over, which files of the history cannot be read."""
    days = (*past.nights[-_LOOK_BACK:], night.valuation_date)
    absent = missing_dates(days)
    sentences = [_NOT_RUN.format(first=days[0], dates=", ".join(map(str, absent)))] if absent else []
    if past.last is None:
        sentences.append(str(_FIRST_NIGHT))
    for sheet in sheets:
        if sheet.before.run is None:
            continue
        same = carried_over(sheet.run, sheet.before.run)
        if same:
            n_all = 1 + len(sheet.run.manifest["books"])
            words = {"run": sheet.run.name, "night": past.last, "inputs": ", ".join(same)}
            sentences.append(_CARRIED_OVER.format(n=len(same), n_all=n_all, **words))
    return _cut([*sentences, *past.faults])


def correlation_tables(found: Correlations) -> tuple[Table, ...]:
    """Show the matrix, used below and trailing above the diagonal; and the pairs that differ most."""
    tables = []
    if len(found.names) <= _MOST_IN_MATRIX:
        caption = _USED if found.trailing is None else _USED_AND_TRAILING
        heads = columns(Text("factor"), *found.names)
        tables.append(table(caption, heads, list(_matrix_rows(found)), is_heat=True))
    if found.trailing is not None:
        tables.append(_pairs(found))
    return tuple(tables)


def manifest(run: RunRecord) -> Table:
    """Show what a run was made from: enough to run it again."""
    plain = run.manifest
    rows: list[list[Entry]] = [[_MARKET, Code(text=plain["market"]["sha256"])]]
    rows += [[_BOOK.format(name=book["name"]), Code(text=book["sha256"])] for book in plain["books"]]
    rows += [[_SCENARIO.format(name=each["name"]), Code(text=each["sha256"])] for each in plain["scenarios"]]
    rows += [
        [_MARKET_FILE, Code(text=plain["market"]["path"])],
        *_facts(run),
        [Text("program's sources"), Code(text=plain["code"]["sha256"])],
        [Text("question: configuration and inputs"), Code(text=plain["fingerprint"])],
        [Text("problem: arrays given to the kernels"), Code(text=plain["problem_sha256"])],
        [Text("chain of blocks, its last link"), Code(text=plain["blocks"][-1]["chain"]) if plain["blocks"] else NONE],
        *_digests(plain),
        [Text("manifest"), Code(text=plain["sha256"])],
    ]
    heads = (
        Column(heading=Text("what"), is_number=False),
        Column(heading=Text("value, or sha256 of it"), is_number=False),
    )
    return table(_MANIFEST_OF.format(run=run.name), heads, rows)


def _facts(run: RunRecord) -> Iterator[list[Entry]]:
    plain, facts, times = run.manifest, run.manifest["facts"], run.manifest["times"]
    revaluation = facts["revaluation"]
    yield [Text("seed"), str(facts["seed"])]
    if plain["blocks"]:
        yield [Text("paths"), _IN_BLOCKS.format(n=facts["n_paths"], blocks=len(plain["blocks"]))]
    for scenario, n in {result.scenario: result.n_moves for result in run.results}.items():
        if n is not None:
            yield [_IS_EXACT.format(scenario=name_of(scenario)), _OF_MOVES.format(n=n)]
    yield [Text("horizon"), _HORIZON.format(days=facts["horizon_days"], steps=facts["steps"])]
    yield [Text("intervals"), _AT.format(level=confidence_text(facts["interval_confidence"]))]
    words = {key: facts[key] for key in ("backend", "precision", "device")}
    yield [Text("computed by"), _COMPUTED.format(workers=plain["workers"], **words)]
    method = str(_FULL) if revaluation["method"] == "direct" else revaluation["method"]
    bounds = {"flows": revaluation["flow_bound"], "options": revaluation["option_bound"]}
    yield [Text("revaluation"), _REVALUATION.format(method=method, **bounds)]
    yield [Text("versions"), ", ".join(f"{name} {number}" for name, number in facts["versions"].items())]
    yield [Text("host"), str(plain["host"])]
    yield [Text("times"), _TIMES.format(**times)]
    yield [Text("blocks kept from before a stop"), str(times["resumed_blocks"])]
    yield [Text("exit code"), str(plain["exit_code"])]


def _digests(plain: Mapping[str, Any]) -> Iterator[list[Entry]]:
    for name, digest in plain["pnl_sha256"].items():
        if name.endswith(("/total", "/partial")):
            yield [_PNL_OF.format(name=name), Code(text=digest)]
    for name, digest in plain["files"].items():
        yield [name, Code(text=digest)]


def _limit_scenario(night: Night, use: LimitUse) -> str:
    run = next((each for each in night.runs if each.name == use.run), None)
    return use.scenario or "" if run is None else labelled_name(run, use.scenario or "")


def _limit_row(use: LimitUse, n_others: int, scenario: str) -> list[Entry]:
    scale = scale_of(use.currency, [use.amount, use.value], PER_BASIS_POINT if use.measure == "DV01" else "")
    level = f" {confidence_text(use.confidence)}" if use.confidence is not None else ""
    state = _STATE.format(state=name_of(use.state), severity=name_of(use.severity))
    kinds = {BREACHED: "bad" if use.severity == "hard" else "warn", NOT_EVALUATED: "bad"}
    return [
        use.name,
        Badge(text=state, kind=kinds.get(use.state, "good")),
        _FIGURE.format(measure=use.measure, level=level, curve=f" {use.curve}" if use.curve else "", unit=scale.unit),
        use.run,
        _AND_LESS.format(scope=name_of(use.scope), n=n_others) if n_others else name_of(use.scope),
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
    heads = columns(*texts("pair", "used", "trailing", "trailing less used", "sampling error of trailing"))
    return table(Text("Pairs that differ most."), heads, rows)


def _not_numbers(run: RunRecord) -> Iterator[str]:
    """Yield figures of the record that are no numbers; they are nowhere shown as one."""
    for result in run.results:
        values = [result.base_value, result.shock_pnl, result.mean, result.std]
        values += [each.value for tail in result.measures for each in tail.estimates.values()]
        if n := sum(not np.isfinite(value) for value in values):
            yield _NOT_NUMBERS.format(n=n, of=f"{name_of(result.scenario)}, {name_of(book_name(result.scope))}")
    for name, found in ((_STRESS_LOSS, run.stress_losses), ("DV01", run.dv01s)):
        if n := sum(not np.isfinite(each.value) for each in found):
            yield _NOT_NUMBERS.format(n=n, of=name)


def _cut(sentences: Sequence[str]) -> tuple[str, ...]:
    found = tuple(shown(each, _MOST_WORDS) for each in sentences[:_MOST_ITEMS])
    rest = len(sentences) - len(found)
    return (*found, _MORE.format(n=rest)) if rest > 0 else found


def sources(night: Night, histories: Sequence[RecordedFile]) -> Table:
    """List the files that the night as a whole, or this report alone, was made from."""
    batch = night.summary["batch"]
    rows: list[list[Entry]] = [[Text("batch file"), Code(text=batch["path"]), Code(text=batch["sha256"])]]
    rows += [[Text("history"), Code(text=Path(file["path"]).name), Code(text=file["sha256"])] for file in histories]
    rows.append([Text("night"), _CLOSED.format(time=night.summary["finished"]), Code(text=night.summary["sha256"])])
    heads = tuple(Column(heading=heading, is_number=False) for heading in texts("what", "file", "sha256"))
    return table(Text("Sources of the night."), heads, rows)
