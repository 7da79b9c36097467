"""The mix of hedges whose tail is least: expected shortfall plus costs, over lots within limits, by cutting planes.

ES is the largest mean loss over all ways to pick the tail's mass among the paths (Rockafellar & Uryasev 2000,
"Optimization of conditional value-at-risk", J. Risk 2(3); 2002, "Conditional value-at-risk for general loss
distributions", J. Banking & Finance 26(7)). The tail of one mix is a plane below it that touches it there, so a linear
programme over few such planes bounds the least ES from below, and every mix that is tried bounds it from above
(Kunzi-Bay & Mayer 2006, "Computational aspects of minimizing conditional value-at-risk", Comput. Manag. Sci. 3(1)).
Constraints beside ES as in Krokhmal, Palmquist & Uryasev (2002), "Portfolio optimization with conditional
value-at-risk objective and constraints", J. Risk 4(2). Of several scenarios the largest ES is the largest of their
planes too (Zhu & Fukushima 2009, "Worst-case conditional value-at-risk with application to robust portfolio
management", Operations Research 57(5)), and a weighted sum of theirs is a plane below the weighted ES.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from engine.errors import RiskError
from engine.risk.ranks import tail_count, tail_mass
from kernels.types import F64

GAP = 1e-4  # between the best mix and the bound, as a part of ES without hedges
MOST_PLANES = 500  # of each of the two searches, for broken lots and for whole ones
_INFEASIBLE = 2  # scipy's status
_SOLVER_GAP = 1e-9  # of a programme of planes, far below GAP


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Constraint:
    """Least or most of a weighted sum of lots: a budget, a carry."""

    name: str  # in words, for who is told that nothing fits
    weights: F64  # (n_hedges,) [currency a lot]
    most: float  # [currency]
    is_floor: bool = False  # what a user gives is the least of minus the sum

    def way_out(self, needed: float) -> str:
        """Say what the constraint would have to be, `needed` [currency] being the least that its sum can come to."""
        if self.is_floor:
            return f"{self.name} can be {0.0 - needed:,.0f} at most"
        return f"{self.name} must be at least {needed:,.0f}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What is to be hedged with what. Losses and P&L in the run's currency, on the same paths."""

    losses: F64  # (n_scenarios, n_paths) of the books, positive
    hedges: F64  # (n_scenarios, n_hedges, n_paths) P&L of one lot each, gains positive
    names: tuple[str, ...]  # (n_hedges,)
    costs: F64  # (n_hedges,) of one lot
    least: F64  # (n_hedges,) lots
    most: F64  # (n_hedges,) lots
    confidence: float
    is_whole: bool  # lots are whole numbers
    constraints: tuple[Constraint, ...] = ()
    es_most: float | None = None  # [currency] costs included; None: as it comes
    weights: F64 | None = None  # (n_scenarios,) of each scenario's ES; None: the largest of them is made least

    def alone(self, k: int) -> "Problem":
        """Return the same with one hedge alone."""
        some = slice(k, k + 1)
        return replace(
            self,
            hedges=self.hedges[:, some],
            names=self.names[some],
            costs=self.costs[some],
            least=self.least[some],
            most=self.most[some],
            constraints=tuple(replace(each, weights=each.weights[some]) for each in self.constraints),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solution:
    """The best mix that was found, and how far from the least it may be."""

    lots: F64  # (n_hedges,)
    value: float  # [currency] ES of the hedged books plus costs, on the paths that it was solved on
    bound: float  # [currency] no mix is below
    scale: float  # [currency] ES without hedges, of which the gap is a part
    n_planes: int
    has_gap: bool  # the bound is further than GAP from the value

    @property
    def gap(self) -> float:
        """Return how much better a mix may be at most, as a part of ES without hedges."""
        return (self.value - self.bound) / self.scale


@dataclass(slots=True, kw_only=True, eq=False)
class _Planes:
    """Planes below the value, as parts of its scale: height (n,) and slope (n, n_hedges), per lot."""

    heights: list[float] = field(default_factory=list)
    slopes: list[F64] = field(default_factory=list)

    def add(self, tails: "_Tails", lots: F64, costs: F64, scale: float) -> None:
        """Add the planes that touch ES without costs where a mix of lots (n_hedges,) is; costs (n_hedges,) per lot."""
        for height, slope in zip(tails.heights.tolist(), tails.slopes, strict=True):
            self.heights.append((height - float(slope @ lots)) / scale)
            self.slopes.append((slope + costs) / scale)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tails:
    """ES without costs of a mix, as the largest of planes that touch it there."""

    heights: F64  # (n,) [currency]
    slopes: F64  # (n, n_hedges) minus what each lot pays in the tail [currency]

    @property
    def value(self) -> float:
        return float(self.heights.max())


class InfeasibleError(RiskError):
    """No mix fits the constraints. `exit_code` is that of bad input: another constraint is the way out."""

    exit_code = 2


class UnfinishedError(RiskError):
    """The search ended before it met a mix that fits, and without a proof that there is none."""


def solve(problem: Problem) -> Solution:
    """Find the mix of least ES plus costs, to a proven gap of 1e-4 of ES without hedges.

    Raises
    ------
    InfeasibleError
        No mix fits; names the constraints that stand in the way, and how far they are from one.
    UnfinishedError
        No mix that fits was met in 500 planes.
    """
    if problem.is_whole:
        problem = _whole(problem)
    scale = max(abs(_tails(problem, np.zeros(len(problem.names))).value), 1.0)
    planes = _Planes()
    if problem.is_whole:  # planes of broken lots hold for whole ones too, and cost a linear programme alone
        _closed(replace(problem, is_whole=False), planes, scale)
    found = _closed(problem, planes, scale)
    if found is None:
        raise InfeasibleError(_why(problem, planes, scale))
    if not np.isfinite(found.value):
        raise UnfinishedError(
            f"after {MOST_PLANES} steps of the search neither a mix that fits was met nor is it proven that there is"
            " none: give the expected shortfall more room, or allow parts of lots"
        )
    return found


def _whole(problem: Problem) -> Problem:
    """Return the problem with limits that are whole lots. Raises InfeasibleError where no whole number is within them.

    A solver takes a limit of 0.5 lots as it is, and may return it.
    """
    least, most = np.ceil(problem.least), np.floor(problem.most)
    for k in np.flatnonzero(least > most).tolist():
        raise InfeasibleError(
            f"no whole number of lots of {problem.names[k]} lies from {problem.least[k]:g} to {problem.most[k]:g}:"
            " allow parts of lots, or other limits"
        )
    return replace(problem, least=least, most=most)


def _closed(problem: Problem, planes: _Planes, scale: float) -> Solution | None:
    """Add planes until the best mix is within the gap of what they allow; None: nothing fits.

    Of a search that met no mix that fits, and no proof that there is none, the value is infinite.
    """
    best, value, bound, lots = problem.least, np.inf, -np.inf, problem.least
    for _ in range(MOST_PLANES):
        tails = _tails(problem, lots)
        planes.add(tails, lots, problem.costs, scale)
        tried = tails.value + float(problem.costs @ lots)
        if tried < value and _fits(problem, lots, tried):
            best, value = lots, tried
        lowest = _least_of(problem, planes, scale)
        if lowest is None:
            return None
        lots, bound = lowest[0], max(bound, lowest[1] * scale)
        if value - bound <= GAP * scale:
            break
    has_gap = value - bound > GAP * scale
    return Solution(lots=best, value=value, bound=bound, scale=scale, n_planes=len(planes.heights), has_gap=has_gap)


def _tails(problem: Problem, lots: F64) -> _Tails:
    """Return the planes of a mix: one a scenario, or their weighted sum."""
    each = zip(problem.losses, problem.hedges, strict=True)
    found = [_tail(losses, hedges, problem.confidence, lots) for losses, hedges in each]
    heights, slopes = np.array([height for height, _ in found]), np.stack([slope for _, slope in found])
    if problem.weights is None:
        return _Tails(heights=heights, slopes=slopes)
    weights = problem.weights[:, None]  # summed row by row: the same bits on any number of threads
    return _Tails(heights=(weights * heights[:, None]).sum(axis=0), slopes=(weights * slopes).sum(axis=0)[None])


def _tail(before: F64, hedges: F64, confidence: float, lots: F64) -> tuple[float, F64]:
    """Return one scenario's ES without costs of a mix, and its slope (n_hedges,) [currency].

    before   (n_paths,) losses of the books
    hedges   (n_hedges, n_paths) P&L of one lot each
    """
    losses = before.copy()
    for paid, n in zip(hedges, lots.tolist(), strict=True):  # row by row: the same bits on any number of threads
        if n:
            losses -= n * paid
    whole, part = tail_count(confidence, losses.size)
    mass = float(tail_mass(confidence, losses.size))
    worst = np.argpartition(losses, losses.size - whole - 1)[losses.size - whole - 1 :]
    worst = worst[np.argsort(losses[worst], kind="stable")]
    weights = np.ones(worst.size)
    weights[0] = part  # the mildest of them counts in part
    height = float((weights * losses[worst]).sum()) / mass
    return height, -(hedges[:, worst] * weights).sum(axis=1) / mass


def _fits(problem: Problem, lots: F64, value: float) -> bool:
    """Return whether a mix fits all constraints, to rounding."""
    is_held = all(float(each.weights @ lots) <= each.most + 1e-9 * abs(each.most) for each in problem.constraints)
    return is_held and (problem.es_most is None or value <= problem.es_most * (1.0 + GAP))


def _least_of(problem: Problem, planes: _Planes, scale: float) -> tuple[F64, float] | None:
    """Return the mix that is lowest over the planes, and its height as a part of the scale; None: nothing fits."""
    n, slopes = len(problem.names), np.array(planes.slopes)
    held, most = _rows_of_lots(problem, planes, scale)
    above = LinearConstraint(np.column_stack([slopes, -np.ones(len(slopes))]), -np.inf, -np.array(planes.heights))
    others = LinearConstraint(np.column_stack([held, np.zeros(len(held))]), -np.inf, most)
    found = milp(
        np.append(np.zeros(n), 1.0),
        constraints=[above, others],
        bounds=Bounds(np.append(problem.least, -np.inf), np.append(problem.most, np.inf)),
        integrality=np.append(np.full(n, int(problem.is_whole)), 0),
        options={"mip_rel_gap": _SOLVER_GAP},
    )
    if found.status == _INFEASIBLE:
        return None
    if found.x is None:
        raise RiskError(f"the programme of {len(slopes)} planes was not solved: {found.message}")
    lower = found.fun if found.mip_dual_bound is None else found.mip_dual_bound
    return _rounded(problem, found.x[:n]), float(lower)


def _why(problem: Problem, planes: _Planes, scale: float) -> str:
    """Name the constraints without one of which a mix would fit, each with the least that it would have to be."""
    ways, names = [], [each.name for each in problem.constraints]
    for k, each in enumerate(problem.constraints):
        others = problem.constraints[:k] + problem.constraints[k + 1 :]
        needed = _least_sum(replace(problem, constraints=others), planes, scale, each.weights)
        ways += [] if needed is None else [each.way_out(needed)]
    if problem.es_most is not None:
        names.append("expected shortfall")
        free = _closed(replace(problem, es_most=None), planes, scale)
        if free is not None and np.isfinite(free.value):
            ways.append(f"expected shortfall with costs must be allowed to be {free.value:,.0f}")
    if ways:
        return f"no mix of hedges fits. Binding, each by itself: {'; '.join(ways)}"
    least = "the least lots" if problem.least.any() else "the most lots"
    return f"no mix of hedges fits: {', '.join([*names, least])} stand against one another; give up more than one"


def _least_sum(problem: Problem, planes: _Planes, scale: float, weights: F64) -> float | None:
    """Return the least of a weighted sum of lots under all constraints [the weights' unit]; None: nothing fits.

    Where the search ends early it is a bound that no mix is below.
    """
    size, lowest = max(float(np.abs(weights * problem.most).sum()), 1.0), None
    for _ in range(MOST_PLANES):
        held, most = _rows_of_lots(problem, planes, scale)
        found = milp(
            weights / size,
            constraints=LinearConstraint(held, -np.inf, most),
            bounds=Bounds(problem.least, problem.most),
            integrality=np.full(len(problem.names), int(problem.is_whole)),
            options={"mip_rel_gap": _SOLVER_GAP},
        )
        if found.x is None:
            return None
        lots = _rounded(problem, found.x)
        tails = _tails(problem, lots)
        lowest = float(weights @ lots)
        if _fits(problem, lots, tails.value + float(problem.costs @ lots)):
            break
        planes.add(tails, lots, problem.costs, scale)
    return lowest


def _rows_of_lots(problem: Problem, planes: _Planes, scale: float) -> tuple[F64, F64]:
    """Return weights (n_rows, n_hedges) and most (n_rows,) of what holds for lots alone, ES by its planes among it."""
    weights, most = [np.zeros((0, len(problem.names)))], [np.zeros(0)]
    if problem.es_most is not None:
        weights.append(np.array(planes.slopes))
        most.append(problem.es_most / scale - np.array(planes.heights))
    for each in problem.constraints:
        size = max(float(np.abs(each.weights * problem.most).sum()), abs(each.most), 1.0)
        weights.append(each.weights[None] / size)
        most.append(np.array([each.most / size]))
    return np.concatenate(weights), np.concatenate(most)


def _rounded(problem: Problem, lots: F64) -> F64:
    """Return what the solver found as lots: within their bounds, and whole where they are to be."""
    found = np.clip(lots, problem.least, problem.most)
    return np.round(found) if problem.is_whole else found
