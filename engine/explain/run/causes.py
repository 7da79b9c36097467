"""What made a path of the tail lose: one cause a path, by a rule that is the same for every run.

1. What a path lost is counted from the P&L where nothing moves after the scenario's shock: its *depth*.
2. Each mechanism of the law that acted on the path (a jump by name, an intervention, stops of yen carry trades, sales
   of Treasuries, the drift of a regime) costs what the path would have lost less without its own move. The one that
   cost most is the cause if that is a third of the depth or more.
3. Otherwise the cause is the strand of market moves, by direction, that cost most, if that is a third or more.
4. Otherwise several moves together.

So each path has one cause. Of equal costs the first in the order of the law, then of the market, counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.contributions.tail_parts import TailParts
from engine.explain.run.attribution import Attribution, values_of
from engine.explain.run.mechanism_moves import MechanismMoves
from engine.explain.run.strands import Strand
from engine.run.prepared import Prepared
from kernels.types import F64, I64, U64

LEAST_SHARE = 1.0 / 3.0  # of a path's depth
SEVERAL = "several moves together"
N_TYPICAL = 3  # paths named of each cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The paths of the tail that one cause made."""

    name: str
    is_mechanism: bool  # of the law, else of the market's moves
    n_paths: int
    share: float  # of the tail's paths, by their weights
    share_se: float  # of the paths looked at and of VaR; 0 where nothing is drawn
    mean_loss: float  # [currency] of these paths
    cost: float  # [currency] of the cause on average, part of that loss
    typical: tuple[int, ...]  # of paths whose P&L by strands lies nearest to its mean, each of another day


@dataclass(frozen=True, slots=True, kw_only=True)
class MechanismCost:
    """What one mechanism of the law did in the tail, whether or not it was the cause."""

    name: str
    acted: float  # share of the tail's paths that it made better or worse
    acted_se: float
    cost: float  # [currency] on average over all paths of the tail; below 0 it made them better
    cost_se: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LosingPaths:
    """The paths of a tail, with what their causes are told from."""

    numbers: U64  # (n_paths,) of the run
    pnl: F64  # (n_paths,) [currency] of the total, gains positive
    tail: TailParts  # with their weights, and errors of means over them
    last: F64  # (n_factors, n_paths) deviations at the horizon
    strands: tuple[Strand, ...]  # by direction
    attribution: Attribution  # to these
    mechanisms: tuple[str, ...]  # names, in the order of the law
    costs: F64  # (n_mechanisms, n_paths) [currency] as `costs_of` has them


def costs_of(part: Prepared, scenario: int, moves: F64, acted: Sequence[MechanismMoves], pnl: F64) -> F64:
    """Return what each mechanism cost each path: (n_mechanisms, n_paths) [currency], above 0 where it cost.

    moves   (n_observations, n_factors, n_paths) deviations of the paths
    pnl     (n_paths,) [currency] of these moves, as `values_of` has it
    """
    rows = [values_of(part, scenario, moves - each.moves)[0] - pnl for each in acted]
    return np.array(rows).reshape(len(acted), pnl.size)


def causes(paths: LosingPaths) -> tuple[Cause, ...]:
    """Group the paths of a tail by what made them lose, the most frequent cause first."""
    labels, costs = _labels(paths)
    grouped = []
    for name in dict.fromkeys(labels):
        mine = np.array([label == name for label in labels])
        (share,), weights = paths.tail.shares([mine]), paths.tail.weights[mine]
        grouped.append(
            Cause(
                name=name,
                is_mechanism=name in paths.mechanisms,
                n_paths=int(mine.sum()),
                share=share.value,
                share_se=share.se,
                mean_loss=-float(np.average(paths.pnl[mine], weights=weights)),
                cost=float(np.average(costs[mine], weights=weights)),
                typical=_typical(paths.attribution.strands[:, mine], paths.numbers[mine], paths.tail.origins[mine]),
            )
        )
    return tuple(sorted(grouped, key=lambda each: (-each.share, each.name)))


def mechanism_costs(paths: LosingPaths) -> tuple[MechanismCost, ...]:
    """Return what each mechanism cost in the tail, in the order of the law; those that never acted are left out."""
    found = []
    for name, costs in zip(paths.mechanisms, paths.costs, strict=True):
        acted = costs != 0.0
        if acted.any():
            (share,) = paths.tail.shares([acted])
            found.append(
                MechanismCost(
                    name=name,
                    acted=share.value,
                    acted_se=share.se,
                    cost=float(np.average(costs, weights=paths.tail.weights)),
                    cost_se=paths.tail.mean_se(costs),
                )
            )
    return tuple(found)


def _labels(paths: LosingPaths) -> tuple[list[str], F64]:
    """Return the cause of each path, and what it cost [currency]."""
    depth, by_strand = paths.attribution.still - paths.pnl, -paths.attribution.strands
    ups = np.array([strand.direction(paths.last) > 0.0 for strand in paths.strands])
    labels, costs = [], depth.copy()
    for i, least in enumerate(np.maximum(LEAST_SHARE * depth, 0.0).tolist()):
        label = SEVERAL
        b = int(by_strand[:, i].argmax())
        if by_strand[b, i] >= least and by_strand[b, i] > 0.0:
            strand = paths.strands[b]
            label, costs[i] = (strand.up if ups[b, i] else strand.down), by_strand[b, i]
        if paths.mechanisms:
            m = int(paths.costs[:, i].argmax())
            if paths.costs[m, i] >= least and paths.costs[m, i] > 0.0:
                label, costs[i] = paths.mechanisms[m], paths.costs[m, i]
        labels.append(label)
    return labels, costs


def _typical(by_strand: F64, paths: U64, origins: I64) -> tuple[int, ...]:
    """Return the paths nearest to the group's mean P&L by strand, nearest first, and one of an origin at most."""
    distance = ((by_strand - by_strand.mean(axis=1, keepdims=True)) ** 2).sum(axis=0)
    nearest: dict[int, int] = {}
    for i in np.lexsort((paths, distance)).tolist():
        nearest.setdefault(int(origins[i]), int(paths[i]))
    return tuple(nearest.values())[:N_TYPICAL]
