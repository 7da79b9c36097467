"""What a law's mechanisms did on chosen paths: jumps, interventions, sales and regimes' drifts, each by its own move.

A run keeps none of it. But draws are functions of seed, path and step, so the paths are walked again by the plain wing,
and beside its step each mechanism is let act on factors that stand still. Its move is carried on as the law carries
deviations; what other mechanisms make of it, later variances or sales, is not counted to it.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from engine.market.market import Market
from engine.mechanisms.unwind import Unwind
from engine.run.prepared import Prepared
from engine.run.walk import regime_names
from kernels.lanes import EVENTS, RESIDUAL_ROW
from kernels.law_layout import Law, ModelArrays
from kernels.numpy.draws.philox import draw_words
from kernels.numpy.steps.beyond_cap import add_beyond
from kernels.numpy.steps.cap import hold_cap
from kernels.numpy.steps.jumps import add_jumps, intervene
from kernels.numpy.steps.regimes import look_back
from kernels.numpy.steps.rows import Carried
from kernels.numpy.steps.walk import Beside, draw_normals, filtered_one_step, start_walk, unwind_one_step
from kernels.types import F64, I64, U64, Array

NEVER = -2  # a step that no walk reaches
LEAST_MOVE = 1e-12  # of a state: below it a mechanism did nothing
INTERVENTION, YEN_STOPS, SALES = "intervention", "yen stops", "sales of Treasuries"
CAP_END, CAP_PURCHASES = "end of the cap", "purchases under the cap"
# What each mechanism of a scenario file is called where it acts by itself; (): its move is the market's own, or that of
# the mechanism that it leads.
NAMES: Mapping[str, tuple[str, ...]] = {
    "law": (),
    "rows": (),
    "row_followers": (),
    "regimes": ("drift of REGIME",),
    "hazards": (),
    "nu": (),
    "drifts": (),
    "bridge": (),
    "jumps": ("jump: NAME",),
    "intervention": (INTERVENTION,),
    "cap": (CAP_END, CAP_PURCHASES),
    "carry": (YEN_STOPS,),
    "repatriation": (SALES,),
    "impact": (SALES,),
    "scheduled_sales": (SALES,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """One cause that a law itself has, by what it is called in tables."""

    name: str
    is_counted: bool  # it comes a number of times a day: a jump, an intervention


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MechanismMoves:
    """What one mechanism did to the factors on some paths."""

    mechanism: Mechanism
    came: I64  # (n_steps, n_paths) 1: it moved factors in the step
    moves: F64  # (n_observations, n_factors, n_paths) of deviations, up to each observation


@dataclass(slots=True)
class _Law:
    """One scenario's law, and where its mechanisms' numbers are."""

    model: ModelArrays  # of kernels, in the precision of the run
    d: int  # number of the law
    seed: int
    jumps: tuple[str, ...]
    beyond: tuple[str, ...]
    regimes: tuple[str, ...]
    one_jump: tuple[ModelArrays, ...]  # by kind: the laws with jumps of that kind alone
    one_beyond: tuple[ModelArrays, ...]  # by direction: the laws with jumps beyond the rows' cap in it alone

    @property
    def law(self) -> Law:
        return self.model.laws[self.d]

    def mechanisms(self) -> list[Mechanism]:
        """Return the mechanisms that act by themselves, in the order of `_acted`."""
        found = [Mechanism(name=name, is_counted=True) for name in (*self.jumps, *self.beyond)]
        law = self.law
        if law.is_unwind:
            if law.intervenes:
                found.append(Mechanism(name=INTERVENTION, is_counted=True))
            if law.is_capped:
                found.append(Mechanism(name=CAP_END, is_counted=True))
                found.append(Mechanism(name=CAP_PURCHASES, is_counted=False))
            if law.n_cohorts:
                found.append(Mechanism(name=YEN_STOPS, is_counted=False))
            if self.sells:
                found.append(Mechanism(name=SALES, is_counted=False))
            found += [Mechanism(name=f"drift of {name}", is_counted=False) for name in self.drifting()]
        return found

    @property
    def sells(self) -> bool:
        """Return whether anybody sells Treasuries: holders, by schedule, or authorities that intervene."""
        law = self.law
        return bool(law.feeds_back or self.model.scheduled[self.d].any() or (law.intervenes and law.ust_per_tn))

    def drifting(self) -> tuple[str, ...]:
        """Return the regimes after the first that drift otherwise than the first."""
        drift = self.model.drift[self.d].astype(np.float64)
        n = int(self.law.n_regimes)
        return tuple(self.regimes[r] for r in range(1, n) if (drift[r] != drift[0]).any())


def mechanism_moves(part: Prepared, scenario: int, paths: U64) -> tuple[MechanismMoves, ...]:
    """Walk paths of a scenario again, and return what each of its mechanisms did; () where it has none.

    part       the drawn part of a run; of the part that is known whole there is none, for it has moves of rows alone
    scenario   its number among those of the part
    paths      (n_paths,) their numbers
    """
    own = _law_of(part, scenario)
    named = own.mechanisms()
    if not named or part.n_moves.any():
        return ()
    n_steps, n_factors = part.program.n_steps, own.model.decay.shape[1]
    observed = {int(step): o for o, step in enumerate(part.packed.book.run.observations)}
    moves = np.zeros((len(named), n_factors, paths.size))
    seen = np.zeros((len(named), len(observed), n_factors, paths.size))
    came = np.zeros((len(named), n_steps, paths.size), np.int64)
    for step, acted in enumerate(_walked(own, n_steps, paths)):
        fresh = np.array(acted)
        moves = own.model.decay[own.d].astype(np.float64)[:, None] * moves + fresh
        came[:, step] = (np.abs(fresh) > LEAST_MOVE).any(axis=1)
        if step + 1 in observed:
            seen[:, observed[step + 1]] = moves
    return tuple(MechanismMoves(mechanism=each, came=came[i], moves=seen[i]) for i, each in enumerate(named))


def _law_of(part: Prepared, scenario: int) -> _Law:
    shocked, unwind = part.inputs.shocked[scenario], part.inputs.unwinds[scenario]
    precision = np.float32 if part.config.precision == "float32" else np.float64
    model, d = part.packed.model.rounded(precision), int(part.packed.book.run.dynamics[scenario])
    law = model.laws[d]
    return _Law(
        model=model,
        d=d,
        seed=part.config.seed,
        jumps=_jump_names(unwind) if law.is_unwind else (),
        beyond=_beyond_names(shocked, int(law.n_beyond)) if law.is_filtered else (),
        regimes=regime_names(unwind),
        one_jump=tuple(_with_jumps(model, j) for j in range(int(law.first_jump), int(law.last_jump))),
        one_beyond=tuple(_with_beyond(model, int(law.first_beyond) + k) for k in range(int(law.n_beyond))),
    )


def _with_jumps(model: ModelArrays, j: int) -> ModelArrays:
    """Return laws in which jumps of kind j alone ever come."""
    alone = np.arange(model.jump_step.size) == j
    return model._replace(jump_step=np.where(alone, model.jump_step, NEVER))


def _with_beyond(model: ModelArrays, k: int) -> ModelArrays:
    """Return laws in which jumps beyond the rows' cap move anything in direction k alone."""
    alone = (np.arange(len(model.beyond_moves)) == k).astype(model.chol.dtype)
    return model._replace(beyond_moves=model.beyond_moves * alone[:, None])


def _jump_names(unwind: Unwind | None) -> tuple[str, ...]:
    return tuple(f"jump: {each.name}" for each in unwind.jumps) if unwind is not None else ()


def _beyond_names(shocked: Market, n: int) -> tuple[str, ...]:
    """Return what jumps beyond the rows' cap are called: after the day whose way each goes."""
    state = shocked.filtered
    if state is None or state.cap_jumps is None:
        return ()
    return tuple(f"jump as on {day}" for day in state.cap_jumps.days[:n])


def _walked(own: _Law, n_steps: int, paths: U64) -> Iterator[list[Array]]:
    """Walk the paths step by step: what each mechanism adds to the factors in it, (n_factors, n_paths) each."""
    model, d, law = own.model, own.d, own.law
    n_factors, beside = model.decay.shape[1], start_walk(model, own.seed, paths)[d]
    state = np.zeros((n_factors, paths.size), model.chol.dtype)
    needs_normals = not law.is_filtered or (model.own_normal[d] != 0.0).any()
    single = state.dtype == np.float32
    for step in range(n_steps):
        normals = np.zeros_like(state)
        if needs_normals:
            normals = draw_normals(own.seed, paths, step, n_factors, single=single)
        before = _beyond(own, step, paths, beside)
        leaning = _intervened(own, step, paths, state, beside.unwind)
        capped = _capped(own, step, paths, state, beside.unwind)
        sales = _sales(own, beside.unwind)
        if law.is_filtered and beside.variances is not None:
            filtered_one_step(
                model, d, own.seed, paths, step, normals, state, beside.variances, beside.unwind, beside.cohorts
            )
        elif beside.unwind is not None:
            unwind_one_step(model, d, own.seed, paths, step, normals, state, beside.unwind)
        later = _sales(own, beside.unwind)
        kept = model.decay[d].astype(np.float64)[:, None]
        yield [
            *_jumps(own, step, paths, beside.unwind),
            *before,
            *leaning,
            *capped,
            *(now - kept * then for now, then in zip(later, sales, strict=True)),
            *_drifts(own, beside.unwind),
        ]


def _jumps(own: _Law, step: int, paths: U64, carried: Carried | None) -> Iterator[Array]:
    """Return a step's jumps, one kind after the other; the regime is that of the step."""
    if carried is None:
        return
    for only in own.one_jump:
        found = np.zeros((own.model.decay.shape[1], paths.size))
        add_jumps(only, own.law, own.seed, paths, step, carried, found)
        yield found


def _beyond(own: _Law, step: int, paths: U64, beside: Beside) -> list[Array]:
    """Return a step's jumps beyond the rows' cap by direction, at the variances before the step."""
    if not own.beyond or beside.variances is None:
        return []
    words, found = draw_words(own.seed, paths, step, RESIDUAL_ROW), []
    for only in own.one_beyond:
        moved = np.zeros((only.decay.shape[1], paths.size), only.chol.dtype)
        add_beyond(only, own.d, step, words, beside.variances, moved)
        found.append(moved.astype(np.float64))
    return found


def _intervened(own: _Law, step: int, paths: U64, state: Array, carried: Carried | None) -> list[Array]:
    """Return a step's intervention; what was looked back at is put back, for the step looks back itself."""
    law = own.law
    if carried is None or not law.intervenes:
        return []
    closes = carried.closes.copy()
    move = look_back(state[law.fx].astype(np.float64), carried)
    carried.closes = closes
    found = np.zeros(state.shape)
    intervene(law, own.seed, paths, step, draw_words(own.seed, paths, step, EVENTS)[2], move, found)
    return [found]


def _capped(own: _Law, step: int, paths: U64, state: Array, carried: Carried | None) -> list[Array]:
    """Return what the end of a cap moves in a step, and what purchases under it do, on a copy of what is carried."""
    if carried is None or not own.law.is_capped:
        return []
    held, beside = state.astype(np.float64), copy(carried)
    hold_cap(own.model, own.d, step, draw_words(own.seed, paths, step, EVENTS)[3], beside, held)
    ends, moved = beside.cap_ended & ~carried.cap_ended, held - state
    return [np.where(ends, moved, 0.0), np.where(ends, 0.0, moved)]


def _sales(own: _Law, carried: Carried | None) -> list[Array]:
    """Return how far sales so far have moved the factors: of carry trades, then of Treasuries.

    A sale of carry trades moves USD/JPY as the law has it, and each other factor in proportion to its vol at the start.
    """
    law, model = own.law, own.model
    if carried is None:
        return []
    found = []
    if law.n_cohorts:
        sd = model.weekday_move[own.d].astype(np.float64) * model.with_fx[own.d]
        share = carried.carry_sold / law.carry_stock
        found.append(-law.fx_per_stock * np.outer(sd / model.weekday_move[own.d, law.fx], share))
    if own.sells:
        moved = np.outer(model.impact[own.d], carried.impact(float(law.long_run)))
        if law.feeds_back:
            moved[law.fx] -= carried.fx_run * law.unhedged * carried.private_sold
        found.append(moved)
    return found


def _drifts(own: _Law, carried: Carried | None) -> Iterator[Array]:
    """Return what each regime's drift adds in a step to that of the first regime."""
    drift = own.model.drift[own.d].astype(np.float64)
    for name in own.drifting():
        r = own.regimes.index(name)
        here = carried.regime == r if carried is not None else np.zeros(0, np.bool_)
        yield np.outer(drift[r] - drift[0], here)


def named_events(moves: Sequence[MechanismMoves], path: int) -> tuple[tuple[int, str], ...]:
    """Return what came on one path of `moves`, by its place: (number of the step, name) of what is counted by day."""
    return tuple(
        (int(step), each.mechanism.name)
        for each in moves
        if each.mechanism.is_counted
        for step in np.flatnonzero(each.came[:, path])
    )
