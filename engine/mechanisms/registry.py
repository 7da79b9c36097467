"""The mechanisms, listed once: schema, checks, law, display and documents iterate over this list.

Its order is the one in which they change a step: a bridge leads the median of the diffusion, jumps come on top.

A mechanism from outside is added by `MECHANISMS.register`, and to the law by `engine.law.registry.LAWS.register`; its
part is a dataclass of parameters that a scenario file gives as `[key]`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.market.market import Market
from engine.mechanisms.bridge import Bridge, check_bridge_on_market
from engine.mechanisms.cap import Cap, check_cap, check_cap_on_market
from engine.mechanisms.carry import Carry, check_carry, check_carry_on_market
from engine.mechanisms.impact import Impact, check_impact, check_impact_on_market
from engine.mechanisms.intervention import Intervention, check_intervention
from engine.mechanisms.jumps import Jump, check_jumps
from engine.mechanisms.law import Way, check_law, check_law_on_market, takes_mechanisms, way_of
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.regimes import Hazard, Regime, check_hazards, check_regimes, check_regimes_on_market
from engine.mechanisms.repatriation import Repatriation, check_repatriation, check_repatriation_on_market
from engine.mechanisms.rows import (
    PastRow,
    RowFollower,
    check_past_rows,
    check_past_rows_on_market,
    check_row_followers,
    check_row_followers_on_market,
)
from engine.mechanisms.scheduled_sales import Sale, check_sales
from engine.mechanisms.unwind import Unwind
from kernels.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """One mechanism: its key in a scenario file and in `Unwind`, its parameters, and what they must satisfy."""

    key: str
    part: type | None  # the dataclass of its parameters; None: `Unwind` has its only parameter
    is_daily: bool = True  # whether paths must be walked day by day for it
    is_seller: bool = False  # whether it sells: what does nothing to prices without an `impact`
    goes_on_rows: bool = False  # whether it goes on top of a law whose steps are rows of past days
    check: Callable[[Unwind, Findings], None] | None = None  # what several parameters decide together
    check_on_market: Callable[[Unwind, Market, Findings], None] | None = None


MECHANISMS: Registry[Mechanism] = Registry(
    "mechanism",
    (
        Mechanism(
            key="law",
            part=None,
            check=lambda unwind, findings: check_law(unwind.law, refused_beside_law(unwind), findings),
            check_on_market=lambda unwind, market, findings: check_law_on_market(unwind.law, market, findings),
        ),
        Mechanism(
            key="rows",
            part=PastRow,
            is_daily=False,  # the law that draws them is
            goes_on_rows=True,
            check=lambda unwind, findings: check_past_rows(unwind.rows, unwind.law, findings),
            check_on_market=lambda unwind, market, findings: check_past_rows_on_market(unwind.rows, market, findings),
        ),
        Mechanism(
            key="row_followers",
            part=RowFollower,
            is_daily=False,  # as the rows
            goes_on_rows=True,
            check=lambda unwind, findings: check_row_followers(unwind.row_followers, unwind.rows, findings),
            check_on_market=lambda unwind, market, findings: check_row_followers_on_market(
                unwind.row_followers, unwind.rows, market, findings
            ),
        ),
        Mechanism(
            key="regimes",
            part=Regime,
            check=lambda unwind, findings: check_regimes(unwind.regimes, findings),
            check_on_market=lambda unwind, market, findings: check_regimes_on_market(unwind.regimes, market, findings),
        ),
        Mechanism(
            key="hazards",
            part=Hazard,
            is_daily=False,  # the regimes that they need are
            check=lambda unwind, findings: check_hazards(unwind.hazards, unwind.regimes, findings),
        ),
        Mechanism(key="nu", part=None, is_daily=False),
        Mechanism(key="drifts", part=None, is_daily=False, goes_on_rows=True),
        Mechanism(
            key="bridge",
            part=Bridge,
            is_daily=False,
            goes_on_rows=True,
            check_on_market=lambda unwind, market, findings: check_bridge_on_market(unwind.bridge, market, findings),
        ),
        Mechanism(
            key="jumps",
            part=Jump,
            goes_on_rows=True,
            check=lambda unwind, findings: check_jumps(unwind.jumps, unwind.regimes, findings),
        ),
        Mechanism(
            key="intervention",
            part=Intervention,
            goes_on_rows=True,
            check=lambda unwind, findings: check_intervention(unwind.intervention, findings),
        ),
        Mechanism(
            key="cap",
            part=Cap,
            goes_on_rows=True,
            check=lambda unwind, findings: check_cap(unwind.cap, findings),
            check_on_market=lambda unwind, market, findings: check_cap_on_market(unwind.cap, market, findings),
        ),
        Mechanism(
            key="carry",
            part=Carry,
            is_seller=True,
            goes_on_rows=True,
            check=lambda unwind, findings: check_carry(
                unwind.carry, unwind.law, has_rows=bool(unwind.rows), findings=findings
            ),
            check_on_market=lambda unwind, market, findings: check_carry_on_market(
                unwind.carry, unwind.law, market, findings
            ),
        ),
        Mechanism(
            key="repatriation",
            part=Repatriation,
            is_seller=True,
            goes_on_rows=True,
            check=lambda unwind, findings: check_repatriation(unwind.repatriation, findings),
            check_on_market=lambda unwind, market, findings: check_repatriation_on_market(
                unwind.repatriation,
                market,
                findings,
                officials_sell=unwind.intervention is not None or bool(unwind.scheduled_sales),
            ),
        ),
        Mechanism(
            key="impact",
            part=Impact,
            goes_on_rows=True,
            check=lambda unwind, findings: check_impact(unwind.impact, unwind.carry, unwind.repatriation, findings),
            check_on_market=lambda unwind, market, findings: check_impact_on_market(unwind.impact, market, findings),
        ),
        Mechanism(
            key="scheduled_sales",
            part=Sale,
            is_seller=True,
            goes_on_rows=True,
            check=lambda unwind, findings: check_sales(unwind.scheduled_sales, findings),
        ),
    ),
    name=lambda each: each.key,
)


def mechanisms_on(unwind: Unwind) -> Iterator[tuple[Mechanism, Any]]:
    """Yield each mechanism that an unwind has, and its part or parts."""
    for each in MECHANISMS.values():
        if (part := unwind.part(each.key)) not in (None, ()):
            yield each, part


def is_daily(unwind: Unwind) -> bool:
    """Return whether paths must be walked day by day for any mechanism that is on.

    A law by covariances is exact in one step.
    """
    by_covariance = way_of(unwind) is Way.COVARIANCE
    return any(each.is_daily and not (each.key == "law" and by_covariance) for each, _ in mechanisms_on(unwind))


def has_events(unwind: Unwind) -> bool:
    """Return whether anything beside the law itself happens on a path: jumps, interventions, sales, regimes."""
    return any(each.is_daily for each, _ in mechanisms_on(unwind) if each.key != "law")


def refused_beside_law(unwind: Unwind) -> tuple[str, ...]:
    """Return the keys of the mechanisms that are on and do not go with the unwind's law."""
    others = [each for each, _ in mechanisms_on(unwind) if each.key != "law"]
    return tuple(each.key for each in others if not (each.goes_on_rows and takes_mechanisms(unwind)))
