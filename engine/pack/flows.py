"""Dated payments into segments: runs of flows that depend on the same two pillars."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.market.lookup import distinct, pillar_weights
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts, sums
from kernels.types import F64, I64, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DatedFlows:
    """Payments by leg. A leg's flows are looked at on one day and summed."""

    leg: I64  # (n_flows,)
    curve: Words  # (n_flows,) discounts the flow
    day: I64  # (n_flows,) calendar days from the valuation date, after the leg's `seen`
    amount: F64  # (n_flows,), or (n_scenarios, n_flows) where scenarios fix different amounts
    seen: I64  # (n_legs,) calendar day on which the leg is looked at


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segments:
    """Flows of one leg, curve and day in one, sorted by leg and pillars."""

    curve: Words  # (n_flows,)
    time: F64  # (n_flows,) years from the day on which the leg is looked at
    amount: F64  # (n_scenarios, n_flows); 1 scenario stands for all
    exponents: F64  # (n_flows, 2) -time * weight of the pillars below and above
    flow_range: I64  # (n_segments, 2) first and last + 1
    segment_factors: I64  # (n_segments, 2)
    leg_range: I64  # (n_legs, 2) first and last + 1


def join_flows(parts: Sequence[DatedFlows]) -> DatedFlows:
    """Return several tables in one; the legs of each are numbered after those of the one before."""
    n_scenarios = max(np.atleast_2d(part.amount).shape[0] for part in parts)
    firsts = np.cumsum([0, *(part.seen.size for part in parts)])
    return DatedFlows(
        leg=np.concatenate([part.leg + first for part, first in zip(parts, firsts, strict=False)]),
        curve=np.concatenate([part.curve for part in parts]),
        day=np.concatenate([part.day for part in parts]),
        amount=np.concatenate([np.broadcast_to(part.amount, (n_scenarios, part.day.size)) for part in parts], axis=1),
        seen=np.concatenate([part.seen for part in parts]),
    )


def cut(flows: DatedFlows, market: Market) -> Segments:
    """Merge flows of one leg, curve and day, and cut each leg where the pillars that move it lie.

    Every curve of `flows` must have factors; `is_moved` tells.
    """
    names, curve = distinct(flows.curve)
    n_days = int(flows.day.max(initial=0)) + 1
    merged, place = np.unique((flows.leg * len(names) + curve) * n_days + flows.day, return_inverse=True)
    amount = np.stack([sums(place, given, merged.size) for given in np.atleast_2d(flows.amount)])
    number, day = np.divmod(merged, n_days)
    leg, curve = number // len(names), np.array(names)[number % len(names)]
    time = (day - flows.seen[leg]) / DAYS_PER_TIME_YEAR
    factors, weight = pillar_weights(market, curve, time)
    order = np.lexsort((merged, factors[:, 1], factors[:, 0], leg))
    keys = np.column_stack([leg, factors])[order]
    _, first = np.unique(keys, axis=0, return_index=True)
    first = np.sort(first)
    legs = np.arange(flows.seen.size)
    return Segments(
        curve=curve[order],
        time=time[order],
        amount=amount[:, order],
        exponents=np.column_stack([-time * (1.0 - weight), -time * weight])[order],
        flow_range=np.column_stack([first, np.append(first, leg.size)[1:]]).astype(np.int64),
        segment_factors=factors[order][first],
        leg_range=np.column_stack(
            [np.searchsorted(keys[first, 0], legs), np.searchsorted(keys[first, 0], legs, side="right")]
        ).astype(np.int64),
    )


def flow_values(segments: Segments, markets: Sequence[Market]) -> F64:
    """Return each merged flow's value when its leg is looked at, unmoved: (n_scenarios, n_flows) [currency]."""
    return segments.amount * np.stack([discounts(segments.curve, segments.time, market) for market in markets])
