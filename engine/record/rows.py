"""A run's figures as rows of the long table, and back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.record.tables import MEASURES
from engine.risk.components import Component
from engine.risk.ranks import ROUGH_BELOW
from engine.risk.results import Measure, ScopeResult

Row = dict[str, Any]  # by the columns of schema.RESULTS_SCHEMA
ComponentKey = tuple[str, str, float]  # scenario, scope "book:NAME", confidence

_AROUND = {"value_at_risk": "value_at_risk_around_shock", "expected_shortfall": "expected_shortfall_around_shock"}


def result_rows(results: Sequence[ScopeResult], unit: str) -> list[Row]:
    """Rows of every scenario and scope, in the order of `results`."""
    return [row for result in results for row in _rows(result, unit)]


def exact_row(measure: str, scope: str, value: float, unit: str, **where: str) -> Row:
    """A row without Monte Carlo error. `where`: its scenario or curve."""
    return _row(measure, scope, value, unit, **where)


def component_rows(found: Mapping[ComponentKey, Component], unit: str) -> list[Row]:
    """Rows of what every book contributes, in the order of `found`."""
    return [
        _row(
            f"component_{name}",
            scope,
            getattr(each, name),
            unit,
            se=getattr(each, f"{name}_se"),
            scenario=scenario,
            confidence=confidence,
            tail_paths=each.tail_paths,
            rough=each.tail_paths < ROUGH_BELOW,
        )
        for (scenario, scope, confidence), each in found.items()
        for name in _AROUND
    ]


def components_of(rows: Sequence[Row]) -> dict[ComponentKey, Component]:
    """What `component_rows` was given, bit for bit."""
    found: dict[ComponentKey, Row] = {}
    for row in rows:
        if (name := row["measure"].removeprefix("component_")) != row["measure"]:
            part = found.setdefault((row["scenario"], row["scope"], row["confidence"]), {})
            part |= {name: row["value"], f"{name}_se": row["se"], "tail_paths": row["tail_paths"]}
    return {key: Component(**part) for key, part in found.items()}


def scope_results(rows: Sequence[Row]) -> tuple[ScopeResult, ...]:
    """What `result_rows` was given, bit for bit."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["pnl_sha256"] is not None:
            found.setdefault((row["scenario"], row["scope"]), []).append(row)
    return tuple(_result(scenario, scope, mine) for (scenario, scope), mine in found.items())


def _row(measure: str, scope: str, value: float, unit: str, **others: Any) -> Row:
    return {"scope": scope, "measure": measure, "value": value, "unit": unit, "sign": MEASURES[measure], **others}


def _rows(result: ScopeResult, unit: str) -> Iterator[Row]:
    same = {"scenario": result.scenario, "pnl_sha256": result.pnl_sha256}
    for name in ("base_value", "shock_pnl", "std", "pnl_bound"):
        yield _row(name, result.scope, getattr(result, name), unit, **same)
    yield _row("mean", result.scope, result.mean, unit, se=result.mean_se, **same)
    for measure in result.measures:
        here = {
            **same,
            "confidence": measure.confidence,
            "tail_paths": measure.tail_paths,
            "rough": measure.rough,
        }
        for name, around in _AROUND.items():
            ends = {end: getattr(measure, f"{name}_{end}") for end in ("se", "low", "high")}
            yield _row(name, result.scope, getattr(measure, name), unit, **here, **ends)
            yield _row(around, result.scope, getattr(measure, around), unit, **here, se=ends["se"])


def _result(scenario: str, scope: str, rows: Sequence[Row]) -> ScopeResult:
    alone = {row["measure"]: row for row in rows if row["confidence"] is None}
    levels = dict.fromkeys(row["confidence"] for row in rows if row["confidence"] is not None)
    return ScopeResult(
        scenario=scenario,
        scope=scope,
        base_value=alone["base_value"]["value"],
        shock_pnl=alone["shock_pnl"]["value"],
        mean=alone["mean"]["value"],
        mean_se=alone["mean"]["se"],
        std=alone["std"]["value"],
        pnl_bound=alone["pnl_bound"]["value"],
        measures=tuple(_measure([row for row in rows if row["confidence"] == level]) for level in levels),
        pnl_sha256=rows[0]["pnl_sha256"],
    )


def _measure(rows: Sequence[Row]) -> Measure:
    found = {row["measure"]: row for row in rows}
    ends = {
        f"{name}_{end}": found[name][end]
        for name in ("value_at_risk", "expected_shortfall")
        for end in ("se", "low", "high")
    }
    return Measure(
        confidence=rows[0]["confidence"],
        value_at_risk=found["value_at_risk"]["value"],
        expected_shortfall=found["expected_shortfall"]["value"],
        value_at_risk_around_shock=found["value_at_risk_around_shock"]["value"],
        expected_shortfall_around_shock=found["expected_shortfall_around_shock"]["value"],
        tail_paths=rows[0]["tail_paths"],
        rough=rows[0]["rough"],
        **ends,
    )
