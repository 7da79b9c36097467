"""What a search for hedges found, as a reader gets it. Amounts in the run's currency; gains and P&L positive."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.analysis.hedge.aim import Aim
from engine.analysis.hedge.sign_changes import SignChange
from engine.analysis.whatif.paired_changes import Change
from engine.analysis.whatif.whatif import Mean, RegimeMean
from engine.risk.results import plain_json
from engine.risk.standing import Standing

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeLine:
    """One hedge in the mix."""

    name: str
    lot: str  # what a lot is, in words
    lots: float
    most: float  # lots
    is_at_most: bool  # no lot more, or no whole one, is allowed
    still_share: float  # of a lot's gross DV01, on one curve spread that no factor moves: that risk is in no figure
    cost: float  # half the bid-offer spread of all lots
    carry_a_day: float  # exact, of all lots: gain in a business day in which nothing moves; below 0 a cost
    lot_cost: float
    lot_carry_a_day: float
    lot_pnl: tuple[Mean, ...]  # one a scenario: of a lot on fresh paths, before its cost
    tried_lots: float  # the mix's, or one where it has none
    es_changes: tuple[Change, ...]  # one a scenario: of ES by these lots alone on fresh paths, their cost included


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """The best number of lots of one hedge by itself."""

    hedge: int  # its number
    name: str
    lots: float
    cost: float
    value: float  # ES plus costs on the paths that it was solved on


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimism:
    """How much the paths that a mix was solved on flatter it."""

    in_sample: float  # change of ES by the aim, costs included, on these
    in_sample_se: float
    out_of_sample: float  # the same on fresh paths
    out_of_sample_se: float
    value: float  # in sample less out of sample; below 0 the sample flatters
    se: float  # of independent streams

    @classmethod
    def of(cls, in_sample: Change, fresh: Change) -> "Optimism":
        """Compare the changes on two streams."""
        return cls(
            in_sample=in_sample.value,
            in_sample_se=in_sample.se,
            out_of_sample=fresh.value,
            out_of_sample_se=fresh.se,
            value=in_sample.value - fresh.value,
            se=math.hypot(in_sample.se, fresh.se),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioScore:
    """The mix in one scenario, on fresh paths, costs included."""

    scenario: str
    standing: Standing  # a stress or a forecast
    changes: tuple[Change, ...]  # of VaR and ES
    pnl: Mean  # of the mix
    regimes: tuple[RegimeMean, ...]  # by the regime in which a path ends; none where the law has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """Where the mix loses most on average."""

    scenario: str
    regime: str | None  # None: the scenario as a whole
    pnl: Mean


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeResult:
    """The mix, what it costs, and how it scores."""

    valuation_date: date
    currency: str
    horizon_days: int
    confidence: float
    n_paths: int  # of each stream
    seed: int  # of the paths that the mix was solved on
    score_seed: int  # of fresh paths
    device: str
    aim: Aim  # what the mix makes least
    is_whole: bool  # lots are whole
    gap: float  # that no mix is better by, at most, as a part of ES without hedges
    is_proven: bool  # False: the search ended before the gap was 1e-4
    n_planes: int
    lines: tuple[HedgeLine, ...]
    cost: float
    carry_a_day: float
    optimism: Optimism
    best_single: Single | None  # None: no hedge alone fits
    against_single: Change | None  # of ES by the aim from the best single hedge to the mix, on fresh paths
    scenarios: tuple[ScenarioScore, ...]  # those of the aim first
    worst: Worst
    sign_changes: tuple[SignChange, ...]
    left_out: tuple[str, ...]  # hedges of price factors that the market has not
    warnings: tuple[str, ...]


def as_json(found: HedgeResult) -> dict[str, Any]:
    """Return strict JSON's types; what the sample does not bound becomes None."""
    return {"schema": SCHEMA, **plain_json(found, "hedge")}
