"""Limits against a night's figures, with the probability that the true figure lies above."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from scipy.special import ndtr

from engine.conventions.currencies import currency_of_curve
from engine.inputs.limits import ALL_CURVES, Limit
from engine.record.read import BREACHED, NOT_EVALUATED, WITHIN, Exact, LimitUse, RunRecord
from engine.risk.measures.registry import measures_by_label
from engine.risk.results import ScopeResult

NO_RUN = "there is no such run"


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailableFigures:
    """What a run has figures of, or will have."""

    currency: str
    scopes: tuple[str, ...]
    scenarios: tuple[str, ...]
    confidences: tuple[float, ...]
    stressed: tuple[str, ...] | None = None  # scenarios of stress losses; None: not known yet
    curves: tuple[str, ...] | None = None  # of DV01; None: not known yet


def use_limits(limits: Sequence[Limit], runs: Sequence[RunRecord], names: Sequence[str]) -> tuple[LimitUse, ...]:
    """Hold every limit against every figure that it means; one that names no run, against the first run that has it.

    names   of all runs, in the batch's order: a limit that means one without a record is not evaluated
    """
    return tuple(use for limit in limits for use in _uses(limit, runs, names))


def unusable(limits: Sequence[Limit], run: str, has: AvailableFigures) -> tuple[str, ...]:
    """Name the limits that name a run and will find no figure in it, and say why."""
    meant = [limit for limit in limits if limit.run is not None and fnmatchcase(run, limit.run)]
    return tuple(f"{_called(each)}: {message}" for each in meant if (message := missing_of(each, has)))


def of_no_figure(limits: Sequence[Limit], runs: Sequence[AvailableFigures]) -> tuple[str, ...]:
    """Name the limits that name no run and will find a figure in none of these, and say why the first has none."""
    free = [limit for limit in limits if limit.run is None and runs and all(missing_of(limit, has) for has in runs)]
    return tuple(f"{_called(each)}: {missing_of(each, runs[0])}" for each in free)


def of_no_run(limits: Sequence[Limit], runs: Sequence[str]) -> tuple[str, ...]:
    """Name the limits that mean none of these runs."""
    lost = [limit for limit in limits if limit.run and not any(fnmatchcase(run, limit.run) for run in runs)]
    return tuple(f"{_called(each)}: {NO_RUN}, {each.run!r}; there are {', '.join(runs)}" for each in lost)


def held_by_default(limits: Sequence[Limit]) -> tuple[str, ...]:
    """Name the limits that name no scenario and need one, and say which they are held to."""
    free = [limit for limit in limits if limit.scenario is None and limit.scenario_held is not None]
    return tuple(f"{_called(each)} names no scenario: it is held to {each.scenario_held}" for each in free)


def missing_of(limit: Limit, has: AvailableFigures) -> str | None:
    """Say why a run has no figure for a limit; None: it has one."""
    if has.currency != limit.currency:
        return f"the limit is in {limit.currency}, the run in {has.currency}"
    if reason := _reason_of_scope(limit, has):
        return reason
    if limit.measure == "DV01":
        absent = has.curves is not None and (limit.curve or ALL_CURVES) not in has.curves
        return f"there is no curve {limit.curve!r}; there are {', '.join(has.curves or ())}" if absent else None
    scenarios = has.stressed if limit.measure == "stress" else has.scenarios
    if scenarios is not None and limit.scenario_held not in scenarios:
        by_default = "" if limit.scenario else ", to which a limit that names none is held"
        return f"the run has no scenario {limit.scenario_held!r}{by_default}; it has {', '.join(scenarios)}"
    if limit.measure != "stress" and limit.confidence not in has.confidences:
        return f"the run has no confidence {limit.confidence}; it has {', '.join(map(str, has.confidences))}"
    return None


def probability_above(value: float, se: float, amount: float) -> float | None:
    """Return P(true value > amount) when the estimate's error is normal; None when the sample does not bound it.

    Without error it is 1 or 0.
    """
    if not math.isfinite(se):
        return None
    return float(value > amount) if se == 0.0 else float(ndtr((value - amount) / se))


def _uses(limit: Limit, runs: Sequence[RunRecord], names: Sequence[str]) -> Iterator[LimitUse]:
    recorded = {run.name: run for run in runs}
    if limit.run is None:
        meant = [_first_with(limit, recorded, names)]
    else:
        meant = [name for name in names if fnmatchcase(name, limit.run)]
    for name in meant:
        if name not in recorded:
            yield _not_evaluated(limit, name, "the run has no record")
            continue
        run = recorded[name]
        reason, found = missing_of(limit, _has(run)), list(_figures(limit, run))
        if reason or not found:
            yield _not_evaluated(limit, name, reason or "the run has no such figure")
        for scope, label, value, se in [] if reason else found:
            yield _use(limit, name, scope, label, value, se)
    if not meant:
        yield _not_evaluated(limit, limit.run or "", NO_RUN)


def _first_with(limit: Limit, recorded: Mapping[str, RunRecord], names: Sequence[str]) -> str:
    """Return the first run that has a limit's figure, or has no record and might; the first of all where none has."""
    for name in names:
        if name not in recorded or missing_of(limit, _has(recorded[name])) is None:
            return name
    return names[0]


def _figures(limit: Limit, run: RunRecord) -> Iterator[tuple[str, str | None, float, float]]:
    """Yield scope, curves, value and error of each figure of a run that a limit means."""
    match limit.measure:
        case "stress":
            yield from _exact(run.stress_losses, limit, limit.scenario)
        case "DV01" if limit.each_currency:
            yield from _by_currency(run.dv01s, limit)
        case "DV01":
            yield from _exact(run.dv01s, limit, limit.curve or ALL_CURVES)
        case _:
            yield from _simulated(run.results, limit)


def _by_currency(dv01s: Sequence[Exact], limit: Limit) -> Iterator[tuple[str, str, float, float]]:
    """Net the curves of each currency alone; a curve of no currency is one by itself."""
    sums: dict[tuple[str, str], float] = {}
    for each in dv01s:
        if each.label != ALL_CURVES and fnmatchcase(each.scope, limit.scope):
            key = (each.scope, currency_of_curve(each.label) or each.label)
            sums[key] = sums.get(key, 0.0) + each.value
    for (scope, currency), value in sums.items():
        yield scope, f"{ALL_CURVES} in {currency}", value, 0.0


def _simulated(results: Sequence[ScopeResult], limit: Limit) -> Iterator[tuple[str, str | None, float, float]]:
    key = measures_by_label()[limit.measure].key
    for result in results:
        if result.scenario == limit.scenario_held and fnmatchcase(result.scope, limit.scope):
            for tail in result.measures:
                if tail.confidence == limit.confidence and (found := tail.estimates.get(key)):
                    yield result.scope, None, found.value, found.se


def _exact(figures: Sequence[Exact], limit: Limit, label: str | None) -> Iterator[tuple[str, str | None, float, float]]:
    for each in figures:
        if each.label == label and fnmatchcase(each.scope, limit.scope):
            yield each.scope, label, each.value, 0.0


def _called(limit: Limit) -> str:
    """Return a limit's name as messages have it: one without a name of its own is "limit 3" already."""
    name = limit.name or "limit"
    return name if name.startswith("limit") else f"limit {name}"


def _has(run: RunRecord) -> AvailableFigures:
    return AvailableFigures(
        currency=run.currency,
        scopes=tuple(dict.fromkeys(result.scope for result in run.results)),
        scenarios=tuple(dict.fromkeys(result.scenario for result in run.results)),
        confidences=tuple(dict.fromkeys(each.confidence for result in run.results for each in result.measures)),
        stressed=tuple(dict.fromkeys(each.label for each in run.stress_losses)),
        curves=tuple(dict.fromkeys(each.label for each in run.dv01s)),
    )


def _reason_of_scope(limit: Limit, has: AvailableFigures) -> str | None:
    if any(fnmatchcase(scope, limit.scope) for scope in has.scopes):
        return None
    if "partial" in has.scopes and fnmatchcase("total", limit.scope):
        return "a book is missing, so there is no total"
    return f"the run has no scope {limit.scope!r}; it has {', '.join(has.scopes)}"


def _use(limit: Limit, run: str, scope: str, label: str | None, value: float, se: float) -> LimitUse:
    return _record(
        limit,
        run,
        curve=label if limit.measure == "DV01" else None,
        scope=scope,
        value=value,
        se=se if math.isfinite(se) else None,
        probability_above=probability_above(value, se, limit.amount),
        state=BREACHED if value > limit.amount else WITHIN,
        reason=None,
    )


def _not_evaluated(limit: Limit, run: str, reason: str) -> LimitUse:
    curve = None if limit.measure != "DV01" else limit.curve or ALL_CURVES
    nothing = {"curve": curve, "value": None, "se": None, "probability_above": None}
    return _record(limit, run, scope=limit.scope, state=NOT_EVALUATED, reason=reason, **nothing)


def _record(limit: Limit, run: str, **others: object) -> LimitUse:
    return LimitUse(
        name=limit.name or "limit",
        measure=limit.measure,
        run=run,
        scenario=limit.scenario_held,
        confidence=limit.confidence,
        severity=limit.kind,
        amount=limit.amount,
        currency=limit.currency,
        **others,  # type: ignore[arg-type]
    )
