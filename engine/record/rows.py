"""A run's figures as rows of the long table, and back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.record.tables import sign_of
from engine.risk.components import Component, ComponentEstimate
from engine.risk.estimate import Estimate
from engine.risk.measures.measure import around_shock_key, component_key
from engine.risk.ranks import ROUGH_BELOW
from engine.risk.results import ScopeResult, TailResult

Row = dict[str, Any]  # by the columns of schema.RESULTS_SCHEMA
ComponentKey = tuple[str, str, float]  # scenario, scope "book:NAME", confidence

_COMPONENT = component_key("")  # what component rows begin with
_AROUND_SHOCK = around_shock_key("")  # what rows from the shocked state end with


def result_rows(results: Sequence[ScopeResult], unit: str) -> list[Row]:
    """Lay out every scenario and scope in rows, in the order of `results`."""
    return [row for result in results for row in _rows(result, unit)]


def exact_row(measure: str, scope: str, value: float, unit: str, **where: str) -> Row:
    """Lay out a figure without Monte Carlo error. `where`: its scenario or curve."""
    return _row(measure, scope, value, unit, **where)


def component_rows(found: Mapping[ComponentKey, Component], results: Sequence[ScopeResult], unit: str) -> list[Row]:
    """Lay out what every book contributes in rows, in the order of `found`; `results` of their run."""
    n_moves = {row.scenario: row.n_moves for row in results}
    return [
        _row(
            component_key(key),
            scope,
            estimate.value,
            unit,
            se=estimate.se,
            scenario=scenario,
            confidence=confidence,
            tail_paths=each.tail_paths,
            rough=each.tail_paths < ROUGH_BELOW and n_moves[scenario] is None,
            table_se=each.table_ses.get(key),
            n_moves=n_moves[scenario],
        )
        for (scenario, scope, confidence), each in found.items()
        for key, estimate in each.estimates.items()
    ]


def components_of(rows: Sequence[Row]) -> dict[ComponentKey, Component]:
    """Return what `component_rows` was given, bit for bit."""
    found: dict[ComponentKey, list[Row]] = {}
    for row in rows:
        if row["measure"].startswith(_COMPONENT):
            found.setdefault((row["scenario"], row["scope"], row["confidence"]), []).append(row)
    return {
        key: Component(
            estimates={
                row["measure"].removeprefix(_COMPONENT): ComponentEstimate(value=row["value"], se=row["se"])
                for row in mine
            },
            tail_paths=mine[0]["tail_paths"],
            table_ses={
                row["measure"].removeprefix(_COMPONENT): row["table_se"] for row in mine if row["table_se"] is not None
            },
        )
        for key, mine in found.items()
    }


def scope_results(rows: Sequence[Row]) -> tuple[ScopeResult, ...]:
    """Return what `result_rows` was given, bit for bit."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["pnl_sha256"] is not None:
            found.setdefault((row["scenario"], row["scope"]), []).append(row)
    return tuple(_result(scenario, scope, mine) for (scenario, scope), mine in found.items())


def _row(measure: str, scope: str, value: float, unit: str, **others: Any) -> Row:
    return {"scope": scope, "measure": measure, "value": value, "unit": unit, "sign": sign_of(measure), **others}


def _rows(result: ScopeResult, unit: str) -> Iterator[Row]:
    same = {"scenario": result.scenario, "pnl_sha256": result.pnl_sha256, "n_moves": result.n_moves}
    for name in ("base_value", "shock_pnl", "std", "pnl_bound"):
        yield _row(name, result.scope, getattr(result, name), unit, **same)
    yield _row("mean", result.scope, result.mean, unit, se=result.mean_se, **same)
    for tail in result.measures:
        here = {**same, "confidence": tail.confidence, "tail_paths": tail.tail_paths, "rough": tail.rough}
        for key, each in tail.estimates.items():
            errors = {"se": each.se, "table_se": tail.table_ses.get(key)}
            yield _row(key, result.scope, each.value, unit, **here, **errors, low=each.low, high=each.high)
            yield _row(around_shock_key(key), result.scope, tail.around_shock[key], unit, **here, **errors)


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
        measures=tuple(_tail([row for row in rows if row["confidence"] == level]) for level in levels),
        pnl_sha256=rows[0]["pnl_sha256"],
        n_moves=rows[0]["n_moves"],
    )


def _tail(rows: Sequence[Row]) -> TailResult:
    """Rows of one confidence; the measures are those that the record holds, also one that is registered no longer."""
    found = {row["measure"]: row for row in rows}
    keys = [name.removesuffix(_AROUND_SHOCK) for name in found if name.endswith(_AROUND_SHOCK)]
    return TailResult(
        confidence=rows[0]["confidence"],
        estimates={key: _estimate(found[key]) for key in keys},
        around_shock={key: found[around_shock_key(key)]["value"] for key in keys},
        tail_paths=rows[0]["tail_paths"],
        rough=rows[0]["rough"],
        table_ses={key: se for key in keys if (se := found[key]["table_se"]) is not None},
        is_exact=rows[0]["n_moves"] is not None,
    )


def _estimate(row: Row) -> Estimate:
    return Estimate(value=row["value"], se=row["se"], low=row["low"], high=row["high"])
