"""A model and a book on one device, and the launches that walk and value its paths."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from kernels.base import PathRange, Program
from kernels.cuda.host.device import AbstractDevice
from kernels.cuda.host.parts import parts_of
from kernels.cuda.host.source import THREADS, VALUED, BuildSettings


class Scratch(NamedTuple):
    """What is between walking and valuing."""

    states: Any  # (n_observations, laws, n_factors, n) deviations as observed
    kept: Any  # (kept_rows, n) of paths between observations; None where states are all there is


class Resident(NamedTuple):
    """A model and a book on one device."""

    device: AbstractDevice
    module: Any
    laws: tuple[dict[str, Any], ...]  # for each group of them: variable of the module -> content
    book: Any  # struct Book of layout.cuh
    arrays: tuple[Any, ...]  # what structs point to
    centre: Any

    def launch(self, kernel: str, grid: tuple[int, int], block: int, *arguments: Any) -> None:
        """Run a kernel on arrays of this device and numpy integers."""
        self.device.launch(self.module, kernel, grid, block, arguments)

    def walk(self, kernel: str, program: Program, n_steps: int, paths: Any, n: int, *outs: Any) -> None:
        """Run a kernel that walks n paths, for each group of laws."""
        settings = program.model.settings
        start = np.uint64(program.seed), np.int64(n_steps), paths, np.int64(n)
        for first_law in self.loaded(settings):
            self.launch(kernel, grid_of(n, settings.paths), THREADS, *start, first_law, *outs)

    def walk_and_revalue(self, program: Program, paths: PathRange, scratch: Scratch, pnl: Any, ratios: Any) -> None:
        """Fill pnl (n_rows, paths.n) and ratios (n_laws, paths.n) by the two kernels of a split build.

        They take as many paths at a time as scratch holds. Fewer paths lie closer together in it.
        """
        settings, observed = program.model.settings, program.book.run.observations.tolist()
        start, size = self.device.address(scratch.states), scratch.states.nbytes // int(np.prod(scratch.states.shape))
        size *= settings.laws * settings.n_factors
        for first_law in self.loaded(settings):
            for part in parts_of(paths, scratch.states.shape[-1]):
                width = padded(part.n)
                places = [start + np.uint64(size * width * o) for o in range(len(observed))]
                kept = [start, *places]
                if scratch.kept is not None:
                    kept = [self.device.address(scratch.kept)] * len(observed)
                begin, n = np.int64(part.first - paths.first), np.int64(paths.n)
                far = np.int64(part.n), begin, n, first_law, ratios
                for before, after, done, until in zip(kept, places, [0, *observed], observed, strict=False):
                    walked = np.int64(done), np.int64(until), np.uint64(part.first), np.int64(width), before, after
                    self.launch(
                        "walk_paths", grid_of(width, settings.paths), THREADS, np.uint64(program.seed), *walked, *far
                    )
                place = np.int64(width), begin, n, first_law
                self.launch("revalue_paths", grid_of(width, settings.valued), THREADS, scratch.states, *place, pnl)

    def loaded(self, settings: BuildSettings) -> Iterator[np.int64]:
        """Make each group of laws the module's in turn: the number of its first law.

        The module's variables are written each time: programs with equal settings share them.
        """
        self.device.write(self.module, "book", self.book)
        for group, laws in enumerate(self.laws):
            for symbol, content in laws.items():
                self.device.write(self.module, symbol, content)
            yield np.int64(group * settings.laws)


def grid_of(n: int, abreast: int) -> tuple[int, int]:
    """Count the blocks for n paths, `abreast` of them a thread."""
    return max(1, -(-n // (THREADS * abreast))), 1


def padded(n: int) -> int:
    """Return so many paths that no thread of the revaluing kernel is without one."""
    return -(-max(n, 1) // (THREADS * VALUED)) * THREADS * VALUED
