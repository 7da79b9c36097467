"""The stages of the plain daily walk, each alone, and all of them, by the number of factors: one core."""

from dataclasses import dataclass
from functools import cache

import numba
import numpy as np

from bench import loops, sample
from bench.records import CaseResult
from bench.timing import PROCESSOR, Work, interleave, rows
from kernels.base import AbstractBackend, PathRange, Program
from kernels.lanes import FACTOR_NORMALS
from kernels.law_layout import ModelArrays, plain_model
from kernels.numba.backend import NumbaBackend
from kernels.numba.settings import BLOCK, STRIDE
from kernels.numpy.backend import NumpyBackend
from kernels.numpy.draws.philox import draw_words, join
from kernels.numpy.steps.step import correlate_and_step
from kernels.numpy.steps.walk import draw_normals
from kernels.types import Array

FACTORS = (4, 8, 16, 18, 32, 64)  # full groups of lanes and pairs, and left-over ones; 18 are the bundled market's
N_STEPS = 252
CALL = 2**24  # factor-steps of a call, about
ASSERTED = 3  # steps
USDJPY = 150.0
# What ours and plain numpy's may differ by: logarithms round otherwise, and sums in another order.
TOLERANCE = {"float64": 1e-13, "float32": 1e-5}


def measure() -> CaseResult:
    """See the module."""
    numba.set_num_threads(1)
    contenders = [Stages(n_factors=n, precision=name) for n in FACTORS for name in TOLERANCE]
    asserted = tuple(map(assert_stages, contenders))
    work = {name: each for stages in contenders for name, each in work_of(stages, N_STEPS).items()}
    seconds = interleave(work, rounds=9, limit_s=25.0, clock=PROCESSOR)
    return CaseResult(
        name="stages",
        clock="processor",
        title=f"Daily walk of {N_STEPS} steps and its stages alone, by the number of factors, one core",
        rows=rows(work, seconds, "factor-steps"),
        asserted=asserted,
    )


@cache
def drawn_law(n_factors: int, precision: str) -> ModelArrays:
    """Return a law of about 1 % a step, with some reversion and drift, and a full Cholesky factor."""
    rng = np.random.default_rng(n_factors)
    law = plain_model(
        decay=rng.uniform(0.9, 1.0, (1, n_factors)),
        drift=rng.normal(0.0, 1e-4, (1, n_factors)),
        chol=np.tril(rng.normal(0.0, 0.01 / np.sqrt(n_factors), (1, n_factors, n_factors))),
    )
    return law.rounded(np.dtype(precision).type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """What the stages of some factors work on, in one precision."""

    n_factors: int
    precision: str  # "float64" or "float32"

    @property
    def single(self) -> bool:
        """Whether numbers are binary32."""
        return self.precision == "float32"

    def draw(self, n: int) -> Array:
        """Draw the bits of `n` steps; returns those of the last (n_rows * STRIDE,)."""
        random: Array = loops.scratch(np.uint32 if self.single else np.uint64, self.n_factors)
        (loops.bits_f32 if self.single else loops.bits_f64)(n, self.n_factors, _paths(), random)
        return random

    def transform(self, n: int) -> Array:
        """Turn the bits of the first step into normals `n` times; returns them (n_rows * STRIDE,)."""
        normals: Array = loops.scratch(self.precision, self.n_factors)
        (loops.transform_f32 if self.single else loops.transform_f64)(n, self.n_factors, self.draw(1), normals)
        return normals

    def step(self, n: int) -> Array:
        """Take `n` steps on the normals of the first; returns the deviations (n_rows * STRIDE,)."""
        law = drawn_law(self.n_factors, self.precision)
        state: Array = loops.scratch(self.precision, self.n_factors)
        loops.steps(n, law.decay[0], law.drift[0, 0], law.chol[0, 0], self.transform(1), state)
        return state

    def program(self, backend: AbstractBackend, n_steps: int) -> Program:
        """Return the whole walk, with one dollar held."""
        book = sample.dollar_book(self.n_factors, USDJPY, n_steps)
        law = drawn_law(self.n_factors, "float64")
        centre = np.zeros(2)
        return backend.prepare(law, book, seed=loops.SEED, n_steps=n_steps, float32=self.single, centre=centre)


def work_of(stages: Stages, n_steps: int) -> dict[str, Work]:
    """Return what is timed of some factors: each stage alone, and the walk of n_steps steps."""
    n, called = stages.n_factors, f"{stages.n_factors} factors, {stages.precision}"
    n_blocks = max(1, CALL // (n * BLOCK))
    n_paths = max(1, CALL // (n * BLOCK * n_steps)) * BLOCK
    program = stages.program(NumbaBackend(), n_steps)
    alone = {"random bits": stages.draw, "transform": stages.transform, "step": stages.step}
    return {
        **{
            f"{name} alone, {called}": Work(call=lambda run=run: run(n_blocks), units=float(n_blocks * n * BLOCK))  # type: ignore[misc]
            for name, run in alone.items()
        },
        f"walk, {called}": Work(
            call=lambda: NumbaBackend().pnl(program, PathRange(first=0, n=n_paths)), units=float(n_steps * n * n_paths)
        ),
    }


def assert_stages(stages: Stages) -> str:
    """Hold each stage to plain numpy's; AssertionError where one is off, or not a number."""
    n, tolerance = stages.n_factors, TOLERANCE[stages.precision]
    np.testing.assert_array_equal(_rows(stages.draw(ASSERTED), n), _numpy_bits(stages, ASSERTED - 1)[:n])
    normals = draw_normals(loops.SEED, _paths(), 0, n, single=stages.single)
    np.testing.assert_allclose(_rows(stages.transform(1), n), normals, rtol=0.0, atol=tolerance)
    law, state = drawn_law(n, "float64"), np.zeros((n, BLOCK))
    for _ in range(ASSERTED):
        correlate_and_step(law.decay[0], law.drift[0, 0], law.chol[0, 0], normals, state)
    np.testing.assert_allclose(_rows(stages.step(ASSERTED), n), state, rtol=0.0, atol=tolerance)
    ours, plain = (
        backend.levels(stages.program(backend, ASSERTED), _paths()) for backend in (NumbaBackend(), NumpyBackend())
    )
    np.testing.assert_allclose(ours, plain, rtol=0.0, atol=tolerance)
    return f"{n} factors, {stages.precision}: bits are plain numpy's, normals, steps and walk within {tolerance:g}"


def _paths() -> Array:
    return np.arange(BLOCK, dtype=np.uint64)


def _rows(flat: Array, n_factors: int) -> Array:
    return flat.reshape(-1, STRIDE)[:n_factors, :BLOCK]


def _numpy_bits(stages: Stages, step: int) -> Array:
    """Return plain numpy's random bits of a step (n_rows, BLOCK), as the kernels lay them."""
    rows: list[Array] = []
    for lane in range(-(-stages.n_factors // (4 if stages.single else 2))):
        words = draw_words(loops.SEED, _paths(), step, FACTOR_NORMALS + lane)
        rows += words if stages.single else (join(words[0], words[1]), join(words[2], words[3]))
    return np.stack(rows)
