"""What a run reports, with units, and its JSON shape. P&L gains positive; measures losses positive."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import Any

from engine.errors import RiskError
from engine.risk.estimate import Estimate, named_figures
from engine.risk.far_paths import FarPaths
from engine.risk.measures.measure import TailMeasure, around_shock_key
from engine.risk.measures.registry import MEASURES
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.moments import Moments
from engine.risk.standing import Standing
from engine.risk.tail import TailEstimate
from engine.risk.uncertainty.study import ParameterStudy

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Revaluation:
    """How books were valued on each path."""

    method: str  # "compressed": polynomials and tables; "direct": flow by flow, option by option
    degree: int  # of the polynomials; 0: direct
    flow_bound: float  # error of compressed flows at most, as a fraction of their gross value; 0: direct
    option_bound: float  # error of tabulated options at most, as a fraction of their gross premium; 0: none
    future_bound: float  # error of a bond future at most, as a fraction of its contracts' value; 0: none
    swaption_bound: float  # error of a swaption at most, as a fraction of its notional; 0: none
    instantaneous: bool  # True: at the valuation date; False: aged to the horizon


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What was run: enough to run it again. Field names are the JSON's keys."""

    seed: int  # 64 bits
    n_paths: int
    horizon_days: int  # business days
    steps: str  # "one" or "daily"
    backend: str
    device: str  # in words
    precision: str  # "float64" or "float32"
    valuation_date: date
    currency: str  # of all amounts
    interval_confidence: float  # of every low and high
    versions: Mapping[str, str]  # package -> version
    revaluation: Revaluation
    inputs: Mapping[str, str]  # "market", "book", "scenario:NAME" -> sha256
    until_se: float | None  # relative error of every scenario's total VaR that was asked for
    laws: tuple[Mapping[str, str], ...] = ()  # scenarios that differ by their law alone: law -> scenario
    sampler: str = "plain"  # how paths were drawn: "plain" or "is_sobol"
    standings: Mapping[str, Standing] = field(default_factory=dict)  # by scenario: a forecast or a stress, by what law


@dataclass(frozen=True, slots=True, kw_only=True)
class TailResult:
    """The tail measures at one confidence, in the run's currency; losses positive.

    An infinite error or end, null in JSON, means that too few paths lie that far out to bound it.
    """

    confidence: float
    estimates: Mapping[str, Estimate]  # by the measure's key; from the unshocked base
    around_shock: Mapping[str, float]  # by the measure's key; from the shocked state: a loss there plus shock_pnl
    tail_paths: int  # in the worst 1 - confidence, the last perhaps in part; weighted ones: as many as they are worth
    rough: bool  # fewer than 500 tail paths: read the errors as orders of magnitude
    table_ses: Mapping[str, float] = field(default_factory=dict)  # by the measure's key: of a law's table of past days
    is_exact: bool = False  # every move of the law was valued: nothing was drawn
    plain_paths: Mapping[str, float] = field(default_factory=dict)  # by the measure's key: plain ones of the same error

    def of(self, measure: TailMeasure) -> Estimate:
        """Return one measure's estimate."""
        return self.estimates[measure.key]

    def warning(self) -> str | None:
        """Say why the errors are rough, if they are."""
        if not self.rough:
            return None
        paths = f"only {self.tail_paths} paths lie" if self.tail_paths > 1 else "only one path lies"
        is_open = not math.isfinite(self.of(VALUE_AT_RISK).se)
        open_ends = ", and the sample does not bound VaR on both sides" if is_open else ""
        return f"{paths} in the {self.confidence} tail, 500 are wanted: its errors are rough{open_ends}"

    def flat(self) -> dict[str, float | int | bool]:
        """Return the figures under the names that JSON has for them, in its order."""
        around = {around_shock_key(key): value for key, value in self.around_shock.items()}
        last = {"tail_paths": self.tail_paths, "rough": self.rough}
        table = {f"{key}_table_se": se for key, se in self.table_ses.items()}
        exact = {"exact": True} if self.is_exact else {}
        plain = {f"{key}_plain_paths": n for key, n in self.plain_paths.items()}
        return {
            "confidence": self.confidence,
            **named_figures(self.estimates),
            **around,
            **table,
            **exact,
            **plain,
            **last,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeResult:
    """One scope in one scenario, in the run's currency."""

    scenario: str
    scope: str  # "total" or "book:NAME"
    base_value: float  # in the unshocked market
    shock_pnl: float  # of the scenario's instantaneous shock alone
    mean: float  # P&L, from the unshocked base
    mean_se: float
    std: float
    measures: tuple[TailResult, ...]  # one a confidence
    pnl_sha256: str
    pnl_bound: float  # any path's P&L by compressed revaluation is at most so far from the direct one; 0: direct
    n_moves: int | None = None  # of an exact law, each valued; None: simulated


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Wall time of a run."""

    compile_s: float  # making kernels, before the first path
    simulate_s: float
    total_s: float
    paths_per_s: float  # n_paths / simulate_s


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """Everything a run reports."""

    run: RunFacts
    results: tuple[ScopeResult, ...]
    timing: Timing
    warnings: tuple[str, ...]  # what was accepted or repaired, and a reader should know
    parameters: tuple[ParameterStudy, ...] = ()  # of the scenarios with priors, where sets of them were asked for
    far_paths: tuple[FarPaths, ...] = ()  # of each scenario that was drawn and has any


def tail_result(estimate: TailEstimate, shock_pnl: float) -> TailResult:
    """Add to an estimate the same measures from the shocked state; `shock_pnl` [currency], gains positive."""
    return TailResult(
        confidence=estimate.confidence,
        estimates=estimate.estimates,
        around_shock={
            key: MEASURES[key].around_shock(each.value, shock_pnl) for key, each in estimate.estimates.items()
        },
        tail_paths=estimate.tail_paths,
        rough=estimate.rough,
    )


def scope_result(
    *,
    scenario: str,
    scope: str,
    base_value: float,
    shock_pnl: float,
    pnl_bound: float,
    moments: Moments,
    estimates: tuple[TailEstimate, ...],
    pnl_sha256: str,
) -> ScopeResult:
    """Put one row's figures together; amounts in the run's currency."""
    return ScopeResult(
        scenario=scenario,
        scope=scope,
        base_value=base_value,
        shock_pnl=shock_pnl,
        pnl_bound=pnl_bound,
        mean=moments.mean,
        mean_se=moments.mean_se,
        std=moments.std,
        measures=tuple(tail_result(estimate, shock_pnl) for estimate in estimates),
        pnl_sha256=pnl_sha256,
    )


def as_json(result: RunResult) -> dict[str, Any]:
    """Return the result as strict JSON's types, keys in the documented order; an infinite figure becomes None.

    Raises
    ------
    RiskError
        A figure is not a number: nothing of it may be reported.
    """
    return {
        "schema": SCHEMA,
        **{field.name: plain_json(getattr(result, field.name), field.name) for field in fields(result)},
    }


def plain_json(value: Any, where: str) -> Any:
    """Return a value of a result as JSON's types; `where` names it in an error. Raises RiskError as `as_json`."""
    match value:
        case float() if math.isnan(value):
            raise RiskError(f"{where} is not a number; nothing is reported")
        case float():
            return float(value) if math.isfinite(value) else None
        case TailResult():
            return plain_json(value.flat(), where)
        case _ if is_dataclass(value):
            shown = {each.name: getattr(value, each.name) for each in fields(value)}
            return {name: plain_json(item, f"{where}.{name}") for name, item in shown.items()}
        case date():
            return value.isoformat()
        case Mapping():
            return {key: plain_json(item, f"{where}.{key}") for key, item in value.items()}
        case tuple():
            return [plain_json(item, f"{where}[{i}]") for i, item in enumerate(value)]
        case _:
            return value
