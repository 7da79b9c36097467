"""The oracle: plain and obvious, never optimised. numpy has no fma and its own log, so it agrees within a tolerance."""

import numpy as np

from kernels.base import (
    CELL,
    F64,
    U64,
    AbstractBackend,
    Array,
    BookArrays,
    CellRange,
    ModelArrays,
    PathRange,
    Program,
    Reduction,
)
from kernels.lanes import FACTOR_NORMALS
from kernels.numpy_revalue import book_pnl

LANES = 256  # a cell's sum runs in this many lanes, then folds in halves
MASK = np.uint64(0xFFFFFFFF)


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
        """See AbstractBackend."""
        ids = np.uint64(paths.first) + np.arange(paths.n, dtype=np.uint64)
        start = np.zeros_like(program.model.decay)[:, None, :, None] + np.zeros(paths.n)
        levels = np.concatenate((start, self.levels(program, ids)), axis=1)
        observed = levels[:, program.book.observations].astype(np.float64)  # (n_dynamics, n_observations, n_factors, n)
        rows = []
        for scenario, dynamics in enumerate(program.book.dynamics):
            books = book_pnl(program.book, scenario, observed[dynamics])
            rows += [books.sum(axis=0), *books]
        return np.array(rows)

    def levels(self, program: Program, path_ids: U64) -> Array:
        """See AbstractBackend."""
        n_dynamics, n_factors = program.model.decay.shape
        precision = program.model.chol.dtype
        levels = np.empty((n_dynamics, program.n_steps, n_factors, path_ids.size), precision)
        state = np.zeros((n_dynamics, n_factors, path_ids.size), precision)
        for step in range(program.n_steps):
            normals = draw_normals(program.seed, path_ids, step, n_factors, single=precision == np.float32)
            for d, (decay, drift, chol) in enumerate(zip(*program.model, strict=True)):
                state[d] = decay[:, None] * state[d] + drift[:, None] + np.tril(chol) @ normals
            levels[:, step] = state
        return levels

    def block_bytes(self, program: Program, n_paths: int) -> int:
        """See AbstractBackend."""
        return 8 * program.n_rows * n_paths

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


def philox(counter: tuple[U64, U64, U64, U64], seed: int) -> tuple[U64, U64, U64, U64]:
    """Philox4x32-10: four words for each counter, held in 64-bit arrays."""
    c0, c1, c2, c3 = counter
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1 = (p1 >> np.uint64(32)) ^ c1 ^ np.uint64(k0), p1 & MASK
        c2, c3 = (p0 >> np.uint64(32)) ^ c3 ^ np.uint64(k1), p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


def draw_normals(seed: int, path_ids: U64, step: int, n_factors: int, *, single: bool) -> Array:
    """Independent N(0, 1): (n_factors, n_ids), binary32 when `single`."""
    per_lane = 4 if single else 2
    rows: list[Array] = []
    for lane in range(-(-n_factors // per_lane)):
        counter = np.broadcast_arrays(
            path_ids & MASK, path_ids >> np.uint64(32), np.uint64(step), np.uint64(FACTOR_NORMALS + lane)
        )
        words = philox(tuple(counter), seed)  # type: ignore[arg-type]
        rows += single_normals(*words) if single else double_normals(*words)
    return np.array(rows[:n_factors])


def double_normals(w0: U64, w1: U64, w2: U64, w3: U64) -> tuple[F64, F64]:
    """Box-Muller on 64 bits of radius and 55 of angle: an octant from three bits, the place in it from 52."""
    radius_bits, angle_bits = (w0 << np.uint64(32)) | w1, (w2 << np.uint64(32)) | w3
    radius = np.sqrt(-2.0 * np.log(radius_bits.astype(np.float64) * 2.0**-64 + 2.0**-65))
    fraction = (angle_bits >> np.uint64(9)) & np.uint64(2**52 - 1)
    return _turned(radius, fraction.astype(np.float64) * 2.0**-52 - 0.5, angle_bits >> np.uint64(61))


def single_normals(w0: U64, w1: U64, w2: U64, w3: U64) -> tuple[Array, ...]:
    """As double_normals from 32 bits of radius and 26 of angle, four at a time, rounded to binary32."""
    normals: list[F64] = []
    for radius_bits, angle_bits in ((w0, w1), (w2, w3)):
        u = (radius_bits.astype(np.float32).astype(np.float64) * 2.0**-32 + 2.0**-33).astype(np.float32)
        fraction = (angle_bits >> np.uint64(6)) & np.uint64(2**23 - 1)
        radius = np.sqrt(-2.0 * np.log(u.astype(np.float64)))
        normals += _turned(radius, fraction.astype(np.float64) * 2.0**-23 - 0.5, angle_bits >> np.uint64(29))
    return tuple(z.astype(np.float32) for z in normals)


def _turned(radius: F64, t: F64, octant: U64) -> tuple[F64, F64]:
    """Sine and cosine of t quarter turns, swapped and signed by the three bits of `octant`."""
    sine, cosine = np.sin(np.pi / 2 * t), np.cos(np.pi / 2 * t)
    swap = (octant >> np.uint64(2)) & np.uint64(1) == 1
    signs = [1.0 - 2.0 * ((octant >> np.uint64(k)) & np.uint64(1)).astype(np.float64) for k in (1, 0)]
    return radius * signs[0] * np.where(swap, sine, cosine), radius * signs[1] * np.where(swap, cosine, sine)


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
