"""A run's result made by hand, for tests of how it is shown."""

from datetime import date

from engine.record.read import BREACHED, WITHIN, LimitUse
from engine.risk.estimate import Estimate
from engine.risk.results import Revaluation, RunFacts, RunResult, ScopeResult, TailResult, Timing
from engine.risk.standing import Standing

FACTS = RunFacts(
    seed=1,
    n_paths=100_000,
    horizon_days=10,
    steps="one",
    backend="numba",
    device="2 cores",
    precision="float64",
    valuation_date=date(2025, 5, 28),
    currency="JPY",
    interval_confidence=0.95,
    versions={"numpy": "2.4.6"},
    revaluation=Revaluation(
        method="compressed",
        degree=10,
        flow_bound=3e-12,
        option_bound=0.0,
        future_bound=0.0,
        swaption_bound=0.0,
        instantaneous=False,
    ),
    inputs={"book": "00"},
    until_se=None,
    standings={
        "base": Standing(is_stress=False, law="filtered"),
        "april-2025": Standing(is_stress=True, law=None),
    },
)


def estimate(loss: float, se: float) -> Estimate:
    return Estimate(value=loss, se=se, low=loss - 2.0 * se, high=loss + 2.0 * se)


def tail(confidence: float, loss: float) -> TailResult:
    return TailResult(
        confidence=confidence,
        estimates={"value_at_risk": estimate(loss, 0.004e9), "expected_shortfall": estimate(1.2 * loss, 0.005e9)},
        around_shock={"value_at_risk": loss - 1e9, "expected_shortfall": 1.2 * loss - 1e9},
        tail_paths=1_000,
        rough=False,
    )


def scope(scenario: str, name: str) -> ScopeResult:
    return ScopeResult(
        scenario=scenario,
        scope=name,
        base_value=20e9,
        shock_pnl=-1e9,
        pnl_bound=0.5,
        mean=0.0,
        mean_se=0.0,
        std=1e9,
        measures=(tail(0.975, 2e9), tail(0.99, 3e9)),
        pnl_sha256="0" * 64,
    )


def made_result() -> RunResult:
    """A run of one book in two scenarios."""
    rows = tuple(scope(name, where) for name in ("base", "april-2025") for where in ("total", "book:fund"))
    timing = Timing(compile_s=1.0, simulate_s=2.0, total_s=3.5, paths_per_s=5e4)
    return RunResult(run=FACTS, results=rows, timing=timing, warnings=("one thing to know",))


def limit_use(
    measure: str,
    confidence: float | None,
    value: float | None,
    amount: float,
    *,
    scenario: str | None = "base",
    scope: str = "total",
    severity: str = "soft",
) -> LimitUse:
    """The use of one limit; without a value it is not evaluated."""
    state = "not evaluated" if value is None else BREACHED if value > amount else WITHIN
    return LimitUse(
        name=f"{measure} of {scope}",
        measure=measure,
        run="run",
        scope=scope,
        scenario=scenario,
        confidence=confidence,
        curve=None,
        severity=severity,
        amount=amount,
        currency="JPY",
        value=value,
        se=None if value is None else 0.0,
        probability_above=None,
        state=state,
        reason="the run has no such figure" if value is None else None,
    )
