"""The oracle: plain and obvious, never optimised. numpy has no fma and its own log, so it agrees within a tolerance."""

import numpy as np

from kernels.base import CELL, AbstractBackend, CellRange, PathRange, Program, Reduction
from kernels.layout import SAID, BookArrays, ModelArrays
from kernels.numpy.draws import draw_normals
from kernels.numpy.revalue import book_pnl
from kernels.numpy.unwind import start_unwind, unwind_step
from kernels.types import F64, U64, Array

WALKED_BYTES = 2**26  # that the paths of one go take, some thousand
REDUCED_BYTES = 160  # of a path and row, while it is summed
LANES = 256  # a cell's sum runs in this many lanes, then folds in halves


class NumpyBackend(AbstractBackend):
    """One core, plain numpy."""

    name = "numpy"

    def device(self) -> str:
        """What the work runs on."""
        return "numpy on one core"

    def prepare(
        self, model: ModelArrays, book: BookArrays, *, seed: int, n_steps: int, float32: bool, centre: F64
    ) -> Program:
        """See AbstractBackend."""
        return Program(
            model=model.rounded(np.float32 if float32 else np.float64),
            book=book,
            seed=seed,
            n_steps=n_steps,
            centre=centre,
            n_rows=book.dynamics.size * (1 + book.base_value.size),
            compile_s=0.0,
        )

    def pnl(self, program: Program, paths: PathRange) -> F64:
        """See AbstractBackend. Some paths at a time, so that memory does not grow with them, nor with the days."""
        pnl, some = np.empty((program.n_rows, paths.n)), _paths_at_once(program)
        for start in range(0, paths.n, some):
            stop = min(start + some, paths.n)
            pnl[:, start:stop] = self._pnl(program, PathRange(first=paths.first + start, n=stop - start))
        return pnl

    def _pnl(self, program: Program, paths: PathRange) -> F64:
        ids = np.uint64(paths.first) + np.arange(paths.n, dtype=np.uint64)
        n_dynamics, n_factors = program.model.decay.shape
        levels = np.zeros((n_dynamics, 1 + program.n_steps, n_factors, paths.n), program.model.chol.dtype)
        levels[:, 1:] = self.levels(program, ids)[:, :, :n_factors]
        observed = levels[:, program.book.observations].astype(np.float64)  # (n_dynamics, n_observations, n_factors, n)
        rows = []
        for scenario, dynamics in enumerate(program.book.dynamics):
            books = book_pnl(program.book, scenario, observed[dynamics])
            rows += [books.sum(axis=0), *books]
        return np.array(rows)

    def levels(self, program: Program, path_ids: U64) -> Array:
        """See AbstractBackend."""
        model, (n_dynamics, n_factors) = program.model, program.model.decay.shape
        precision = model.chol.dtype
        levels = np.zeros((n_dynamics, program.n_steps, n_factors + len(SAID), path_ids.size), precision)
        states = np.zeros((n_dynamics, n_factors, path_ids.size), precision)
        unwinds = {
            d: start_unwind(model, d, program.seed, path_ids) for d in np.flatnonzero(model.laws["is_unwind"]).tolist()
        }
        for step in range(program.n_steps):
            normals = draw_normals(program.seed, path_ids, step, n_factors, single=precision == np.float32)
            for d, state in enumerate(states):
                if d in unwinds:
                    unwind_step(model, d, program.seed, path_ids, step, normals, state, unwinds[d])
                    long_run = float(model.laws[d]["long_run"])
                    shown = state + np.outer(model.impact[d], unwinds[d].impact(long_run))
                    levels[d, step] = np.vstack([shown, unwinds[d].said(long_run)])
                else:
                    moved = np.tril(model.chol[d, 0]) @ normals
                    state[:] = model.decay[d][:, None] * state + model.drift[d, 0][:, None] + moved
                    levels[d, step, :n_factors] = state
        return levels

    def block_bytes(self, program: Program, n_paths: int) -> int:
        """See AbstractBackend."""
        return 2 * WALKED_BYTES + REDUCED_BYTES * program.n_rows * n_paths

    def device_bytes(self, program: Program, n_paths: int, n_brackets: int) -> int:
        """See AbstractBackend: none."""
        return 0

    def reduce(self, program: Program, cells: CellRange, brackets: F64) -> Reduction:
        """See AbstractBackend."""
        paths = cells.paths
        pnl = self.pnl(program, paths)
        ids = np.uint64(paths.first) + np.arange(paths.n, dtype=np.uint64)
        parts = [slice(c * CELL, min(paths.n, (c + 1) * CELL)) for c in range(cells.n)]
        shift = pnl - program.centre[:, None]
        lows = np.concatenate((np.full_like(brackets[:, :1, 1], -np.inf), brackets[:, :-1, 1]), axis=1)
        gaps = (pnl[:, None] > lows[..., None]) & (pnl[:, None] < brackets[..., :1])  # (n_rows, n_brackets, n)
        within = (pnl[:, None] >= brackets[..., :1]) & (pnl[:, None] <= brackets[..., 1:])
        in_gap = np.where(gaps, shift[:, None], 0.0)
        kept = [row[inside.any(axis=0)] for row, inside in zip(pnl, within, strict=True)]
        return Reduction(
            first_cell=cells.first,
            sums=np.stack([lane_sum(shift[:, part]) for part in parts], axis=-1),
            squares=np.stack([lane_sum(shift[:, part] ** 2) for part in parts], axis=-1),
            digests=np.stack([digest(pnl[:, part], ids[part]) for part in parts], axis=1),
            gap_counts=np.stack([gaps[..., part].sum(axis=-1) for part in parts], axis=-1),
            gap_sums=np.stack([lane_sum(in_gap[..., part]) for part in parts], axis=-1),
            gap_squares=np.stack([lane_sum(in_gap[..., part] ** 2) for part in parts], axis=-1),
            kept_pnl=np.concatenate(kept),
            kept_rows=np.cumsum([0, *(values.size for values in kept)]),
        )


def _paths_at_once(program: Program) -> int:
    """Paths whose levels, once with the start and once without, and legs fill WALKED_BYTES; 64 at least."""
    n_dynamics, n_factors = program.model.decay.shape
    levels = 2 * n_dynamics * (1 + program.n_steps) * (n_factors + len(SAID))
    return max(64, WALKED_BYTES // (8 * (levels + program.book.leg_when.size)))


def lane_sum(values: F64) -> F64:
    """Sum over the last axis in LANES interleaved lanes, then folded in halves."""
    n = values.shape[-1]
    padded = np.zeros((*values.shape[:-1], -(-n // LANES) * LANES))
    padded[..., :n] = values
    lanes = np.zeros((*values.shape[:-1], LANES))
    for start in range(0, padded.shape[-1], LANES):
        lanes = lanes + padded[..., start : start + LANES]
    while lanes.shape[-1] > 1:
        half = lanes.shape[-1] // 2
        lanes = lanes[..., :half] + lanes[..., half:]
    return lanes[..., 0]


def digest(pnl: F64, path_ids: U64) -> U64:
    """Two sums mod 2^64 of mixes of (path, P&L bits): (n_rows, 2)."""
    h = pnl.view(np.uint64) ^ ((path_ids + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15))
    h = (h ^ (h >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    h = (h ^ (h >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    h = h ^ (h >> np.uint64(33))
    second = (h ^ (h >> np.uint64(29))) * np.uint64(0xD6E8FEB86659FD93)
    return np.stack([h.sum(axis=1), second.sum(axis=1)], axis=1)
