"""A run up to its first path: what of it is drawn, and what is known without simulation, each packed for a backend."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.inputs.run import RunConfig
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.law.past.one_step import enumerated
from engine.market.market import Market
from engine.mechanisms.registry import is_daily
from engine.pack.observations import expires_inside
from engine.pack.pack import Packed, pack
from engine.run.backend import choose_backend, device_errors
from engine.run.load import Inputs
from engine.run.past_laws import exact_scenarios, past_notes
from engine.run.sampling.sampler_checks import check_plain, check_sampled
from kernels.base import AbstractBackend, Program
from kernels.law_layout import ModelArrays
from kernels.types import I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """Scenarios that are all drawn, or all known without simulation, ready."""

    config: RunConfig
    inputs: Inputs  # of these scenarios
    packed: Packed
    backend: AbstractBackend
    program: Program
    n_moves: I64  # (n_dynamics,) moves of a law, the i-th of which is the program's path i; 0: drawn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PreparedRun:
    """A run up to its first path: each of its scenarios is in one of two parts."""

    config: RunConfig
    inputs: Inputs  # of all scenarios
    backend: AbstractBackend
    drawn: Prepared | None  # None: nothing is
    whole: Prepared | None  # None: nothing is known without simulation
    sampled: tuple[Prepared, ...] = ()  # each of one scenario: what a sampler draws, and nothing else walks again

    @property
    def parts(self) -> tuple[Prepared, ...]:
        """Return the parts that there are."""
        return (*(part for part in (self.drawn, self.whole) if part is not None), *self.sampled)


def prepare(
    config: RunConfig, inputs: Inputs, say: Callable[[str], None], *, takes_samplers: bool = False
) -> PreparedRun:
    """Choose the backend, pack the inputs and hand them over.

    `say` is called with what was picked; `takes_samplers`: the caller knows what to do with paths that have weights.
    Raises as `engine.run.start.run`.
    """
    if not takes_samplers:
        check_plain(config)
    for note in past_notes(config, inputs):
        say(note)
    backend, n_steps = choose_backend(config.backend, say), n_steps_of(config, inputs, say)
    return prepared_by(config, inputs, backend, n_steps, takes_samplers=takes_samplers)


def prepared_by(
    config: RunConfig, inputs: Inputs, backend: AbstractBackend, n_steps: int, *, takes_samplers: bool = False
) -> PreparedRun:
    """Pack the inputs for a backend and hand them over. Raises InputError where they do not fit together."""
    known = exact_scenarios(inputs.unwinds, n_steps)
    others = [s for s in range(len(inputs.names)) if s not in known]
    is_plain = config.sampler == "plain"
    sampled = inputs.of([] if is_plain else others)
    if not takes_samplers:
        check_plain(config)
    if sampled.names:
        check_sampled(config, sampled.names, sampled.unwinds, n_steps)
    return PreparedRun(
        config=config,
        inputs=inputs,
        backend=backend,
        drawn=_part(config, inputs.of(others), backend, n_steps, is_whole=False) if others and is_plain else None,
        whole=_part(config, inputs.of(known), backend, n_steps, is_whole=True) if known else None,
        sampled=tuple(
            _part(config, sampled.of([s]), backend, n_steps, is_whole=False) for s in range(len(sampled.names))
        ),
    )


def under_law_of(part: Prepared, market: Market) -> Prepared:
    """Return a part of one scenario whose factors move as another market has it, its book as it was packed.

    Much quicker than packing anew where the markets' levels are the same, so that no value of the book is another.
    """
    inputs = replace(part.inputs, market=market).with_scenarios(part.inputs.scenarios, part.inputs.names)
    (shocked,), (unwind,) = inputs.shocked, inputs.unwinds
    _, model = model_arrays([law_of(shocked, part.config.horizon_days, part.packed.n_steps, unwind, market)])
    packed = replace(part.packed, model=model)
    return _ready(part.config, inputs, part.backend, packed, is_whole=bool(part.n_moves.any()))


def scopes_of(part: Prepared) -> tuple[str, ...]:
    """Return the scopes of a part's rows, of every scenario."""
    return ("total", *(f"book:{name}" for name in part.packed.books))


def _part(config: RunConfig, inputs: Inputs, backend: AbstractBackend, n_steps: int, *, is_whole: bool) -> Prepared:
    return _ready(config, inputs, backend, _pack(config, inputs, n_steps), is_whole=is_whole)


def _ready(config: RunConfig, inputs: Inputs, backend: AbstractBackend, packed: Packed, *, is_whole: bool) -> Prepared:
    model, n_moves, n_steps = packed.model, np.zeros(packed.model.laws.size, np.int64), packed.n_steps
    if is_whole:
        model, n_moves = enumerated(model, n_steps)
    program = _program(backend, config, packed, model)
    return Prepared(config=config, inputs=inputs, packed=packed, backend=backend, program=program, n_moves=n_moves)


def _program(backend: AbstractBackend, config: RunConfig, packed: Packed, model: ModelArrays) -> Program:
    with device_errors():
        return backend.prepare(
            model,
            packed.book,
            seed=config.seed,
            n_steps=packed.n_steps,
            float32=config.precision == "float32",
            centre=packed.shock_pnl.ravel(),
        )


def n_steps_of(config: RunConfig, inputs: Inputs, say: Callable[[str], None]) -> int:
    """Choose one exact step where the way does not matter, else one a day: the same for every scenario."""
    if config.steps != "auto":
        return config.horizon_days
    by_day = [name for name, unwind in zip(inputs.names, inputs.unwinds, strict=True) if unwind and is_daily(unwind)]
    if by_day:
        others = ", and with it all others: their draws are common" if len(by_day) < len(inputs.names) else ""
        if config.horizon_days > 1:
            say(f"steps auto: daily, since {by_day[0]} is seen day by day{others}")
        return config.horizon_days
    if not config.instantaneous and expires_inside(inputs.book, config.horizon_days):
        say("steps auto: daily, since a payoff is fixed before the horizon")
        return config.horizon_days
    return 1


def _pack(config: RunConfig, inputs: Inputs, n_steps: int) -> Packed:
    return pack(
        inputs.book,
        inputs.market,
        inputs.shocked,
        inputs.unwinds,
        horizon_days=config.horizon_days,
        n_steps=n_steps,
        currency=config.currency,
        instantaneous=config.instantaneous,
        direct=config.revaluation == "direct",
    )
