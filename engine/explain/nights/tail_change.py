"""The change of VaR and ES between two nights, in parts that add up to the last bit, one a mover."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.sectioning import N_SECTIONS
from engine.explain.nights.corners import MEASURES, CommonRuns, Stream, TailFigures
from engine.explain.nights.movers import Mover
from engine.explain.nights.orders import order_variance
from engine.explain.nights.recorded_night import RecordedNight
from engine.explain.nights.shares import adding_up
from engine.risk.measures.measure import TailMeasure
from engine.risk.results import ScopeResult
from kernels.types import F64

QUOTES = Mover(
    keys=("quotes",),
    label="market prices of positions",
    meaning="what prices, yields and vols stated in rows of the books add to the figures of their night",
)
SIMULATION = Mover(
    keys=("simulation",),
    label="paths and settings",
    meaning="recorded figures less those of the common draws: numbers of paths, seeds, ways of revaluation",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePart:
    """What one mover makes of a change, in the run's currency."""

    key: str
    value: float
    se: float  # of simulation, paired, and of the orders in which movers moved, where not all are taken


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFigure:
    """A figure of one night, as it was recorded."""

    value: float
    se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TailChange:
    """One measure of one scope on both nights: the values of `parts` add up to `change` to the last bit."""

    scope: str  # "total" or "book:NAME"
    measure: str  # its key, such as "value_at_risk"
    confidence: float
    before: RecordedFigure
    after: RecordedFigure
    change: float  # after less before
    change_se: float
    parts: tuple[ChangePart, ...]  # of every mover, in their order


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Shares:
    """What movers and market prices of positions make of the change on the common draws."""

    values: F64  # (n + 1, n_scopes, n_confidences, n_measures), market prices last
    ses: F64
    change: F64  # (n_scopes, n_confidences, n_measures) on the common draws
    errors: F64  # (2, 2, n_scopes, n_confidences, n_measures) covariance of that change and of the recorded one's draws
    rough: F64  # (3, ...) roughness of that change, of the recorded one on these draws, and of what they differ by


def tail_changes(
    nights: Sequence[RecordedNight],
    stream: Stream,
    movers: Sequence[Mover],
    moved: Sequence[Mover],
    runs: CommonRuns,
) -> tuple[TailChange, ...]:
    """Take the changes of all scopes, confidences and measures apart.

    Parameters
    ----------
    movers : of all parts, in their order: `QUOTES` and `SIMULATION` come after them
    moved : those that `runs` has sets of, in the order of their bits
    """
    shares = _shares(runs)
    keys = [mover.key for mover in (*moved, QUOTES)]
    return tuple(
        _change(nights, (scope, confidence, measure), movers, keys, _at(shares, (i, j, k)), stream)
        for i, scope in enumerate(stream.scopes)
        for j, confidence in enumerate(stream.confidences)
        for k, measure in enumerate(MEASURES)
    )


def _shares(runs: CommonRuns) -> _Shares:
    bare, parts = runs.sets, runs.sets.sections
    by_order = runs.orders.shares(bare.values)
    sections, near = (  # (n, n_each, ...)
        runs.orders.shares(np.moveaxis(each, 1, 0)).mean(axis=0) for each in (parts, runs.sets.near)
    )
    ends = TailFigures(values=bare.values[[0, -1]], sections=parts[:, [0, -1]], near=bare.near[:, [0, -1]])
    quoted, as_run = _step(runs.quoted), _step(runs.as_run)
    bare_step = _step(ends)
    own = TailFigures(
        values=quoted.values - bare_step.values,
        sections=quoted.sections - bare_step.sections,
        near=quoted.near - bare_step.near,
    )
    rough = (_roughness(quoted.near), _roughness(as_run.near), _roughness(quoted.near - as_run.near))
    return _Shares(
        values=np.concatenate([by_order.mean(axis=0), own.values[None]]),
        ses=np.concatenate([
            np.sqrt(_variance(sections, 1) + _roughness(np.moveaxis(near, 1, 0)) + order_variance(by_order)),
            np.sqrt(_variance(own.sections, 0) + _roughness(own.near))[None],
        ]),
        change=quoted.values,
        errors=_covariance(quoted.sections, as_run.sections),
        rough=np.stack(rough),
    )  # fmt: skip


def _step(two: TailFigures) -> TailFigures:
    """Return the later of two runs less the earlier."""
    return TailFigures(
        values=two.values[1] - two.values[0],
        sections=two.sections[:, 1] - two.sections[:, 0],
        near=two.near[:, 1] - two.near[:, 0],
    )


def _variance(sections: F64, axis: int) -> F64:
    """Return the variance of an estimate by that of the same on sections: see `engine.analysis.sectioning`."""
    around = sections - sections.take([0], axis=axis)  # of an exact law all are alike: rounding is no error
    return np.asarray(around.var(axis=axis, ddof=1) / N_SECTIONS)


def _roughness(near: F64) -> F64:
    """Return the variance of a difference of single ranks about that of the mean of ranks near them: (...).

    A quantile is one path. Where a mover takes P&L less far than from one rank to the next, the difference of two
    quantiles is what it does to that one path, whose variance no number of paths makes smaller: sections would say too
    little. It is seen in the differences of the ranks beside it, (N_NEAR, ...), about their line.
    """
    place = np.linspace(-1.0, 1.0, len(near)).reshape(-1, *[1] * (near.ndim - 1))
    around = near - near.mean(axis=0)
    slope = (place * around).sum(axis=0) / (place**2).sum()
    return np.asarray(((around - slope * place) ** 2).sum(axis=0) / (len(near) - 2))


def _covariance(one: F64, other: F64) -> F64:
    """Return the covariance of two estimates by their sections (N_SECTIONS, ...): (2, 2, ...)."""
    moved = [each - each[:1] for each in (one, other)]
    around = np.stack([each - each.mean(axis=0) for each in moved])
    return np.asarray(np.einsum("is...,js...->ij...", around, around) / (N_SECTIONS - 1) / N_SECTIONS)


def _at(shares: _Shares, place: tuple[int, int, int]) -> _Shares:
    """Return the shares of one scope, confidence and measure."""
    own = (slice(None), *place)
    return _Shares(
        values=shares.values[own],
        ses=shares.ses[own],
        change=shares.change[place],
        errors=shares.errors[(slice(None), *own)],
        rough=shares.rough[own],
    )


def _change(
    nights: Sequence[RecordedNight],
    which: tuple[str, float, TailMeasure],
    movers: Sequence[Mover],
    keys: Sequence[str],
    shares: _Shares,
    stream: Stream,
) -> TailChange:
    scope, confidence, measure = which
    before, after = (_recorded(night.scopes.get(scope), confidence, measure) for night in nights)
    change = after.value - before.value
    values = dict(zip(keys, shares.values.tolist(), strict=True))
    ses = dict(zip(keys, shares.ses.tolist(), strict=True))
    rest = change - float(shares.change)
    own_se, rest_se = _recorded_ses(nights, (before, after), shares, stream)
    values[SIMULATION.key], ses[SIMULATION.key] = rest, rest_se
    exact = dict(zip(values, adding_up([*values.values()], change, (before.value, after.value)), strict=True))
    return TailChange(
        scope=scope,
        measure=measure.key,
        confidence=confidence,
        before=before,
        after=after,
        change=change,
        change_se=own_se,
        parts=tuple(
            ChangePart(key=mover.key, value=exact.get(mover.key, 0.0), se=ses.get(mover.key, 0.0))
            for mover in (*movers, QUOTES, SIMULATION)
        ),
    )


def _recorded(row: ScopeResult | None, confidence: float, measure: TailMeasure) -> RecordedFigure:
    """Return a recorded figure; a book that a night does not have loses nothing."""
    if row is None:
        return RecordedFigure(value=0.0, se=0.0)
    found = next(tail for tail in row.measures if tail.confidence == confidence).of(measure)
    return RecordedFigure(value=found.value, se=found.se)


def _recorded_ses(
    nights: Sequence[RecordedNight], figures: Sequence[RecordedFigure], shares: _Shares, stream: Stream
) -> tuple[float, float]:
    """Return the errors of the recorded change, and of what it differs from that of the common draws.

    Nights of one seed and number of paths are paired, and the common draws are the first of theirs. Of N paths the
    recorded change R has n / N of its variance on the n common ones, and n / N of its covariance with the common change
    C there: var(R - C) = var(C) + n / N (var(R) - 2 cov(R, C)). Otherwise the figures are taken for independent.
    """
    before, after = (each.se for each in figures)
    (common, both), (_, recorded) = shares.errors.tolist()
    rough, rough_recorded, rough_between = shares.rough.tolist()
    if before == after == 0.0:
        return 0.0, math.sqrt(common + rough)
    if _draws(nights[0]) == _draws(nights[1]):
        part = min(1.0, stream.config.n_paths / nights[0].n_paths)
        between = common + part * (recorded - 2.0 * both) + (rough_between if part == 1.0 else rough)
        return math.sqrt(part * recorded + rough_recorded), math.sqrt(max(0.0, between))
    own = math.hypot(before, after)
    return own, math.hypot(own, math.sqrt(common + rough))


def _draws(night: RecordedNight) -> tuple[object, ...]:
    facts = night.record.manifest["facts"]
    return tuple(facts[key] for key in ("seed", "n_paths", "steps", "precision"))
