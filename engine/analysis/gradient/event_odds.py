"""How likely the events of a path are under one law, and under others that differ in nothing but their odds.

Which regime a path starts in, when one gives way to another and how many jumps come in a step are decided by draws of
their own, against probabilities that depend on the path so far alone. So what a path would be worth elsewhere need not
be known: the same paths, each weighted by how much likelier its events are, are paths of the other law.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kernels.lanes import JUMP_ARRIVALS
from kernels.law_layout import ModelArrays
from kernels.numpy.draws.parameters import uniform_of_word
from kernels.numpy.draws.philox import draw_words
from kernels.numpy.steps.rows import Carried
from kernels.numpy.steps.walk import start_walk, walk_one_step
from kernels.types import F64, I64, U64, Bools

ODDS = ("initial", "transitions", "jump_tails")  # of ModelArrays: what events are drawn by
_LEAST_SHARE = 0.01  # of an event's own probability: an input that changes less of it is not what brings it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Events:
    """What came on some paths of one law, step by step."""

    start: I64  # (n_paths,) regime at the start
    before: I64  # (n_steps, n_paths) regime before each step
    after: I64  # (n_steps, n_paths) regime of it
    fall: F64  # (n_steps, n_paths) of ln USD/JPY over the five closes before it, 0 where it rose
    jumps: I64  # (n_steps, n_jumps, n_paths) how many of each kind came; 0 in steps at which none may


def events_of(model: ModelArrays, seed: int, paths: U64, n_steps: int) -> Events:
    """Walk paths (n_paths,) again and return their events; `model` holds one law, in the precision of the run."""
    state = np.zeros((1, model.decay.shape[1], paths.size), model.chol.dtype)
    beside = start_walk(model, seed, paths)
    carried = beside[0].unwind
    if carried is None:
        raise ValueError("a law without an unwind has no events")
    start, fx, steps = carried.regime.copy(), int(model.laws[0].fx), []
    for step in range(n_steps):
        fall = np.maximum(0.0, carried.closes[-1] - state[0, fx].astype(np.float64))
        before = carried.regime
        walk_one_step(model, seed, paths, step, state, beside)
        steps.append((before, carried.regime, fall, _jumps(model, seed, paths, step, carried)))
    before_, after, falls, jumps = (np.array(each) for each in zip(*steps, strict=True))
    return Events(start=start, before=before_, after=after, fall=falls, jumps=jumps)


def _jumps(model: ModelArrays, seed: int, paths: U64, step: int, carried: Carried) -> I64:
    """Return how many jumps of each kind come in a step, as `kernels.numpy.steps.jumps` draws them: (n_jumps, n)."""
    came = np.zeros((model.jump_step.size, paths.size), np.int64)
    for kind, at in enumerate(model.jump_step.tolist()):
        if at in (-1, step):
            u = uniform_of_word(draw_words(seed, paths, step, JUMP_ARRIVALS + kind // 4)[kind % 4])
            came[kind] = (u[:, None] < model.jump_tails[kind][carried.regime]).sum(axis=1)
    return came


def differ_in_odds_alone(own: ModelArrays, other: ModelArrays) -> bool:
    """Return whether two laws differ in the odds of events alone, and the first brings all that the other may bring."""
    for name, mine, theirs in zip(own._fields, own, other, strict=True):
        if name not in ODDS and (mine.shape != theirs.shape or mine.tobytes() != theirs.tobytes()):
            return False
    return all(
        mine.shape == theirs.shape and not ((mine <= 0.0) & (theirs > 0.0)).any()
        for mine, theirs in zip(_possible(own), _possible(other), strict=True)
    )


def _possible(model: ModelArrays) -> Iterator[F64]:
    """Yield the odds of all that may come: of starts, changes of regime with and without a fall, counts of jumps."""
    yield np.diff(model.initial[0], prepend=0.0)
    yield model.transitions[0, :, :, 0]
    yield model.transitions[0].sum(axis=-1)
    yield _of_counts(model)


def ratios(own: ModelArrays, other: ModelArrays, events: Events) -> tuple[F64, Bools]:
    """Return how much likelier paths are under another law, (n_paths,), and on which an event came that it is about.

    Of such an event the probability itself is another by 1 % or more; that none came is no event.
    """
    ratio, touched = np.ones(events.start.size), np.zeros(events.start.size, np.bool_)
    for (mine, is_event), (theirs, _) in zip(_odds(own, events), _odds(other, events), strict=True):
        each = theirs / mine
        ratio *= each
        touched |= is_event & (np.abs(each - 1.0) >= _LEAST_SHARE)
    return ratio, touched


def _odds(model: ModelArrays, events: Events) -> Iterator[tuple[F64, Bools]]:
    """Yield the probability of what came, (n_paths,), draw by draw, and whether it is an event."""
    yield np.diff(model.initial[0], prepend=0.0)[events.start], np.ones(events.start.size, np.bool_)
    counts, here = _of_counts(model), np.arange(events.start.size)
    steps = zip(events.before, events.after, events.fall, events.jumps, strict=True)
    for step, (before, after, fall, jumps) in enumerate(steps):
        base, slope = np.moveaxis(model.transitions[0], -1, 0)
        leaving = base[before] + slope[before] * fall[:, None]  # (n_paths, n_regimes)
        leaving[here, before] = 0.0
        chances = np.diff(np.minimum(np.cumsum(leaving, axis=1), 1.0), axis=1, prepend=0.0)
        chances[here, before] = 1.0 - chances.sum(axis=1)
        yield chances[here, after], after != before
        for kind, came in enumerate(jumps):
            if model.jump_step[kind] in (-1, step):
                yield counts[kind, after, came], came > 0


def _of_counts(model: ModelArrays) -> F64:
    """Return the probability of exactly 0, 1, 2 and 3 jumps of each kind: (n_jumps, n_regimes, 4)."""
    tails = model.jump_tails
    ones, zeros = np.ones((*tails.shape[:2], 1)), np.zeros((*tails.shape[:2], 1))
    return np.asarray(np.concatenate([ones, tails], axis=2) - np.concatenate([tails, zeros], axis=2))
