"""The random numbers of one date, the same for every law: a function of seed, date and lane alone."""

from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri

from kernels.types import F64, U32

_NORMALS, _ROWS, _MIXING, _REGIMES, _SEEDS, _JUMPS = range(6)  # lanes: what is drawn from one never shifts another


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CommonDraws:
    """Words of Philox at a counter of the date's own: any date can be drawn alone, in any order."""

    seed: int
    day: int  # the date, counted from 1970
    n_paths: int
    _normals: dict[int, F64] = field(default_factory=dict)  # by the number of rows: laws and horizons share them

    def words(self, lane: int, n_rows: int) -> U32:
        """Return (n_rows, n_paths) words of 32 bits."""
        generator = np.random.Philox(key=self.seed, counter=[0, 0, self.day, lane])
        half = -(-n_rows * self.n_paths // 2)
        pairs = np.asarray(generator.random_raw(half), dtype="<u8")
        return pairs.view("<u4")[: n_rows * self.n_paths].reshape(n_rows, self.n_paths)

    def normals(self, n_factors: int) -> F64:
        """Return (n_factors, n_paths) independent standard normals; the first rows do not depend on how many."""
        if n_factors not in self._normals:
            self._normals[n_factors] = np.asarray(ndtri((self.words(_NORMALS, n_factors) + 0.5) / 2.0**32))
        return self._normals[n_factors]

    def uniforms(self) -> F64:
        """Return (n_paths,) uniforms within (0, 1) for what mixes a path's normals."""
        return np.asarray((self.words(_MIXING, 1)[0] + 0.5) / 2.0**32)

    def row_words(self, n_steps: int) -> tuple[U32, U32]:
        """Return the words behind `rows`, and as many for the regimes that tilt them: (n_steps, n_paths) each."""
        return self.words(_ROWS, n_steps), self.words(_REGIMES, n_steps)

    def jump_words(self, n_steps: int) -> tuple[U32, U32]:
        """Return the words that tell whether a jump beyond the rows comes, and its size: (n_steps, n_paths) each."""
        words = self.words(_JUMPS, 2 * n_steps)
        return words[:n_steps], words[n_steps:]

    def rows(self, n_rows: int, n_steps: int) -> U32:
        """Return a row of a table of `n_rows` for each step and path: (n_steps, n_paths), none favoured by 2.4e-7."""
        return np.asarray(
            (self.words(_ROWS, n_steps).astype(np.uint64) * np.uint64(n_rows)) >> np.uint64(32), np.uint32
        )

    def seed_of_date(self) -> int:
        """Return a seed of the date's own, of 64 bits, for paths that kernels draw."""
        return int(np.random.Philox(key=self.seed, counter=[0, 0, self.day, _SEEDS]).random_raw())
