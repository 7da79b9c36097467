"""Figures of the README's picture: what the sample books can lose in two scenarios, and where markets go."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from engine.inputs.history.recent_weeks import recent_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.levels.fans import Fan, fans
from engine.run.backend import choose_backend
from engine.run.walk import walk_of
from kernels.types import F64
from unwind_risk.api.result import Result
from unwind_risk.api.run import run

SCENARIOS = {"filtered": "today's markets", "repatriation-2025": "repatriation unwind"}
FAN_SCENARIO = "mixture"
FANS = {"JGB 40 years": "JGB 40 years, %", "USD/JPY": "USD/JPY"}  # title of the engine's fan -> of the picture
N_PATHS, N_FAN_PATHS, FAN_DAYS, SEED, CONFIDENCE = 200_000, 10_000, 60, 1, 0.99
N_DOTS = 100  # equally likely results
_BN = 1e9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Losses:
    """What the books lose in one scenario."""

    label: str
    var: float  # [JPY bn] at CONFIDENCE, a loss, positive
    dots: F64  # (N_DOTS,) [JPY bn] P&L, gains positive, equally likely


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hero:
    """The picture's figures."""

    valuation_date: date
    value: float  # of the books [JPY bn]
    losses: tuple[Losses, ...]  # of SCENARIOS, in their order
    fans: tuple[Fan, ...]  # of FANS


def simulated() -> Result:
    """Return the run of the sample books that the picture's right half shows."""
    return run(scenarios=[*SCENARIOS], paths=N_PATHS, seed=SEED, confidence=[CONFIDENCE], horizon_days=10)


def losses(result: Result) -> tuple[Losses, ...]:
    """Return VaR and a hundred equally likely results of each scenario's total."""
    ranks = (np.arange(N_DOTS) + 0.5) / N_DOTS
    found = {row.scenario: row for row in result.finished.result.results if row.scope == "total"}
    return tuple(
        Losses(
            label=label,
            var=found[name].measures[0].estimates["value_at_risk"].value / _BN,
            dots=np.quantile(result.pnl(name)["total"].to_numpy() / _BN, ranks),
        )
        for name, label in SCENARIOS.items()
    )


def figures() -> Hero:
    """Simulate what the picture shows."""
    result = simulated()
    market = load_market(bundled_market_path())
    backend = choose_backend("auto", lambda _: None)
    walk = walk_of(load_scenario(FAN_SCENARIO), market, n_days=FAN_DAYS, seed=SEED, backend=backend, whole=True)
    drawn = fans(walk, walk.paths(0, N_FAN_PATHS), recent_history(market.valuation_date), lambda *_: None)
    total = next(row for row in result.finished.result.results if row.scope == "total")
    return Hero(
        valuation_date=market.valuation_date,
        value=total.base_value / _BN,
        losses=losses(result),
        fans=tuple(each for each in drawn if each.title in FANS),
    )
