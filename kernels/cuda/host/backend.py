"""The CUDA backend: plan memory, share paths among devices, launch the kernels of cuda/paths.cu."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from kernels.base import CELL, AbstractBackend, CellRange, PathRange, Program, Reduction
from kernels.cuda.host.arrays import law_table, packed_laws, words_of, words_of_book
from kernels.cuda.host.device import AbstractDevice, DeviceMemoryError
from kernels.cuda.host.headers import LAW_TABLES, SHARED
from kernels.cuda.host.parts import Part, joined, parts_of
from kernels.cuda.host.source import LANES, THREADS, VALUED, BuildSettings, settings_for
from kernels.law_layout import PATH_SERIES, ModelArrays
from kernels.layout import Book
from kernels.payoffs import checked
from kernels.types import F64, U64, Array

BLOCK_BYTES = 2**29  # device memory that the P&L of a block may take, what is kept of it included
STATE_BYTES = 2**28  # device memory that the deviations between walking and valuing may take
SHARE = 0.8  # of the free memory that a block may take
GRAIN = 512  # bytes: a device's arrays take whole multiples


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

    def walk(self, kernel: str, program: Program, n_steps: int, paths: Any, n: int, out: Any) -> None:
        """Run a kernel that walks n paths, for each group of laws."""
        settings = program.model.settings
        start = np.uint64(program.seed), np.int64(n_steps), paths, np.int64(n)
        for first_law in self.loaded(settings):
            self.launch(kernel, _grid(n, settings.paths), THREADS, *start, first_law, out)

    def walk_and_revalue(self, program: Program, paths: PathRange, scratch: Scratch, pnl: Any) -> None:
        """Fill pnl (n_rows, paths.n) by the two kernels of a split build, as many paths at a time as scratch holds.

        Fewer paths lie closer together in it.
        """
        settings, observed = program.model.settings, program.book.run.observations.tolist()
        start, size = self.device.address(scratch.states), scratch.states.nbytes // int(np.prod(scratch.states.shape))
        size *= settings.laws * settings.n_factors
        for first_law in self.loaded(settings):
            for part in parts_of(paths, scratch.states.shape[-1]):
                width = _padded(part.n)
                places = [start + np.uint64(size * width * o) for o in range(len(observed))]
                kept = [start, *places]
                if scratch.kept is not None:
                    kept = [self.device.address(scratch.kept)] * len(observed)
                for before, after, done, until in zip(kept, places, [0, *observed], observed, strict=False):
                    walked = np.int64(done), np.int64(until), np.uint64(part.first), np.int64(width), before, after
                    self.launch("walk_paths", _grid(width, settings.paths), THREADS, np.uint64(program.seed), *walked)
                place = np.int64(width), np.int64(part.first - paths.first), np.int64(paths.n), first_law
                self.launch("revalue_paths", _grid(width, settings.valued), THREADS, scratch.states, *place, pnl)

    def loaded(self, settings: BuildSettings) -> Iterator[np.int64]:
        """Make each group of laws the module's in turn: the number of its first law.

        The module's variables are written each time: programs with equal settings share them.
        """
        self.device.write(self.module, "book", self.book)
        for group, laws in enumerate(self.laws):
            for symbol, content in laws.items():
                self.device.write(self.module, symbol, content)
            yield np.int64(group * settings.laws)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """What Program.model is here."""

    settings: BuildSettings
    n_laws: int
    residents: tuple[Resident, ...]  # one a device


class CudaBackend(AbstractBackend):
    """All visible GPUs of this machine; they share a run by path ranges."""

    name = "cuda"

    def __init__(self, devices: Sequence[AbstractDevice] | None = None) -> None:
        self._devices = tuple(devices) if devices is not None else _gpus()

    def device(self) -> str:
        """The GPUs."""
        return ", ".join(device.name() for device in self._devices)

    def prepare(
        self, model: ModelArrays, book: Book, *, seed: int, n_steps: int, float32: bool, centre: F64
    ) -> Program:
        """Prepare a run; see AbstractBackend.

        Raises
        ------
        DeviceMemoryError
            The book does not fit.
        DeviceError
            The kernels do not compile for a device.
        """
        start = time.perf_counter()
        tables = checked(book)
        settings = settings_for(model, tables, float32=float32)
        laws = model.rounded(np.float32 if float32 else np.float64)
        residents = tuple(_resident(device, settings, laws, tables, centre) for device in self._devices)
        program = Program(
            model=Prepared(settings=settings, n_laws=model.decay.shape[0], residents=residents),
            book=tables,
            seed=seed,
            n_steps=n_steps,
            centre=np.ascontiguousarray(centre),
            n_rows=book.n_rows,
            compile_s=0.0,
        )
        self.pnl(program, PathRange(first=0, n=1))
        return replace(program, compile_s=time.perf_counter() - start)

    def block_bytes(self, program: Program, n_paths: int) -> int:
        """See AbstractBackend. P&L stays on the device but for what is kept: all of it at most."""
        return 8 * program.n_rows * n_paths

    def device_bytes(self, program: Program, n_paths: int, n_brackets: int) -> int:
        """See AbstractBackend. Raises DeviceMemoryError where not even a cell fits."""
        residents = program.model.residents
        share = min(n_paths, CELL * -(-n_paths // (CELL * len(residents))))
        return max(_need(resident, program, share, n_brackets) for resident in residents)

    def peak_bytes(self) -> int:
        """Most memory that arrays took so far on one device."""
        return max(device.peak_bytes() for device in self._devices)

    def reduce(self, program: Program, cells: CellRange, brackets: F64) -> Reduction:
        """Reduce whole cells; see AbstractBackend. Raises DeviceMemoryError."""
        brackets = np.ascontiguousarray(brackets)

        def work(resident: Resident, share: CellRange) -> list[Reduction]:
            scratch = _scratch(resident, program, share.paths.n)
            most = _fitting_cells(resident.device, program.n_rows)
            return [_reduce(resident, program, part, brackets, scratch) for part in parts_of(share, most)]

        return joined(self._shared(program, cells, work))

    def pnl(self, program: Program, paths: PathRange) -> F64:
        """See AbstractBackend. Raises DeviceMemoryError."""

        def work(resident: Resident, share: PathRange) -> list[F64]:
            scratch = _scratch(resident, program, share.n)
            most = _fitting(resident.device, 8 * program.n_rows, f"a path x {program.n_rows} rows")
            return [resident.device.get(_pnl(resident, program, part, scratch)) for part in parts_of(share, most)]

        return np.concatenate(self._shared(program, paths, work), axis=1)

    def pnl_in_place(self, program: Program, paths: PathRange) -> list[Any]:
        """The same left on the devices, one array for each, when all of it is there. Raises DeviceMemoryError."""

        def work(resident: Resident, share: PathRange) -> list[Any]:
            pnl = _pnl(resident, program, share, _scratch(resident, program, share.n))
            resident.device.wait()
            return [pnl]

        return self._shared(program, paths, work)

    def pnl_of_moves(self, book: Book, moves: F64) -> F64:
        """See AbstractBackend. Such moves are few and lie in the host's memory: numba has the device's very bits."""
        from kernels.numba.backend import NumbaBackend

        return NumbaBackend().pnl_of_moves(book, moves)

    def levels(self, program: Program, path_ids: U64) -> Array:
        """See AbstractBackend. Raises DeviceMemoryError."""
        ids = np.ascontiguousarray(path_ids, np.uint64)
        settings = program.model.settings
        n_rows = settings.n_factors + len(PATH_SERIES)
        size = program.model.n_laws * program.n_steps * n_rows * (4 if settings.float32 else 8)

        def work(resident: Resident, share: PathRange) -> list[Array]:
            most = _fitting(resident.device, size, f"a path x {program.n_steps} steps")
            return [_levels(resident, program, ids[part.first : part.first + part.n]) for part in parts_of(share, most)]

        return np.concatenate(self._shared(program, PathRange(first=0, n=ids.size), work), axis=3)

    def _shared(self, program: Program, whole: Part, work: Callable[[Resident, Part], list[Any]]) -> list[Any]:
        """Results of `work` over consecutive parts of `whole`, in order, a share on each device."""
        residents = program.model.residents
        shares = list(parts_of(whole, -(-max(whole.n, 1) // len(residents))))
        if len(shares) == 1:
            return work(residents[0], shares[0])
        with ThreadPoolExecutor(len(shares)) as pool:
            return [part for parts in pool.map(work, residents, shares) for part in parts]


def _gpus() -> tuple[AbstractDevice, ...]:
    import cupy  # here, so that the module can be had without a GPU

    from kernels.cuda.host.gpu import CupyDevice

    return tuple(CupyDevice(index) for index in range(cupy.cuda.runtime.getDeviceCount()))


def _resident(device: AbstractDevice, settings: BuildSettings, model: ModelArrays, book: Book, centre: F64) -> Resident:
    arrays: list[Any] = []

    def place(array: Array) -> np.uint64:
        arrays.append(device.put(array))
        return device.address(arrays[-1])

    struct = words_of_book(book, place)
    module = device.build(settings)
    groups, law_tables = _groups(device, settings, model)
    centred = device.put(np.ascontiguousarray(centre))
    return Resident(device, module, groups, device.put(struct), (*arrays, *law_tables), centred)


def _groups(
    device: AbstractDevice, settings: BuildSettings, model: ModelArrays
) -> tuple[tuple[dict[str, Any], ...], tuple[Any, ...]]:
    """For each group of laws what the module's variables hold, and the arrays that they point to."""
    packed, n, n_laws = packed_laws(model, settings), settings.laws, model.laws.size
    firsts = range(0, packed.shape[0], n)
    groups = [{"model": device.put(packed[first : first + n].reshape(-1))} for first in firsts]
    if not settings.has_unwind:
        return tuple(groups), ()
    tables = {field.name: words_of(law_table(model, field.name)) for field in LAW_TABLES}
    arrays = {name: device.put(table) for name, table in tables.items()}
    for first, group in zip(firsts, groups, strict=True):
        starts = [
            device.address(arrays[name]) + np.uint64(0 if name in SHARED else table.nbytes // n_laws * first)
            for name, table in tables.items()
        ]
        group["law"] = device.put(words_of(model.laws[first : first + n]))
        group["law_tables"] = device.put(np.array([*starts, model.quantiles.shape[1]], np.uint64))
    return tuple(groups), tuple(arrays.values())


def _grid(n: int, abreast: int) -> tuple[int, int]:
    """Blocks for n paths, `abreast` of them a thread."""
    return max(1, -(-n // (THREADS * abreast))), 1


def _padded(n: int) -> int:
    """So many paths that no thread of the revaluing kernel is without one."""
    return -(-max(n, 1) // (THREADS * VALUED)) * THREADS * VALUED


def _scratch(resident: Resident, program: Program, n: int) -> Scratch | None:
    """Room for as many of n paths as are walked at once; None where one kernel does it all.

    Raises DeviceMemoryError.
    """
    settings = program.model.settings
    if not settings.is_split:
        return None
    shape, n_kept, kind = _scratch_shape(resident, program, n)
    return Scratch(
        states=resident.device.empty(shape, kind),
        kept=resident.device.empty((n_kept, shape[-1]), kind) if settings.has_unwind else None,
    )


def _scratch_shape(resident: Resident, program: Program, n: int) -> tuple[tuple[int, int, int, int], int, type]:
    """Observations, laws, factors, and paths at once; rows kept besides; of what type. Raises DeviceMemoryError."""
    settings, n_observations = program.model.settings, program.book.run.observations.size
    kind = np.float32 if settings.float32 and not settings.has_unwind else np.float64
    rows = n_observations, settings.laws, settings.n_factors
    n_kept = settings.kept_rows
    block = THREADS * VALUED
    what = f"{block} paths x {n_observations} observations"
    size = (int(np.prod(rows)) + n_kept) * kind().itemsize * block
    most = min(_fitting(resident.device, size, what, STATE_BYTES) * block, _padded(n))
    return (*rows, most), n_kept, kind


def _fitting(device: AbstractDevice, bytes_each: int, what: str, wanted: int = BLOCK_BYTES) -> int:
    """How many of something fit into a block of `wanted` bytes, or of what the device has."""
    free = device.free_bytes()
    most = int(min(wanted, SHARE * free)) // bytes_each
    if most == 0 and bytes_each <= SHARE * free:
        return 1
    if most == 0:
        raise DeviceMemoryError(
            f"{device.name()} has {free / 2**20:,.0f} MiB free; the least block, {what}, needs"
            f" {bytes_each / SHARE / 2**20:,.1f} MiB"
        )
    return most


def _fitting_cells(device: AbstractDevice, n_rows: int) -> int:
    """How many cells of paths, all their P&L kept besides, fit into a block on the device."""
    return _fitting(device, 2 * 8 * CELL * n_rows, f"{CELL:,} paths x {n_rows} rows")


def _need(resident: Resident, program: Program, n_paths: int, n_brackets: int) -> int:
    """Memory of the program's arrays, and of a block's as `_reduce` makes them with all its P&L kept."""
    settings, n_rows = program.model.settings, program.n_rows
    between = []
    if settings.is_split:
        shape, n_kept, kind = _scratch_shape(resident, program, n_paths)
        between = [kind().itemsize * size for size in (int(np.prod(shape)), n_kept * shape[-1])]
    n_paths = min(n_paths, CELL * _fitting_cells(resident.device, n_rows))
    cells = n_rows * -(-n_paths // CELL)
    pnl = n_rows * n_paths, n_rows * n_paths  # what is walked, what is kept
    of_cells = cells, cells, 2 * cells, cells, cells  # sums, squares, digests; how many to keep and where they start
    of_brackets = 2 * n_rows * n_brackets, *3 * (n_brackets * cells,)  # their ends; counts, sums, squares of gaps
    laws = [array for group in resident.laws for array in group.values()]
    constants = [array.nbytes for array in (*resident.arrays, *laws, resident.book, resident.centre)]
    sizes = [*constants, *between, *(8 * n for n in (*pnl, *of_cells, *of_brackets))]
    return sum(-(-size // GRAIN) * GRAIN for size in sizes)


def _pnl(resident: Resident, program: Program, paths: PathRange, scratch: Scratch | None) -> Any:
    """P&L on the device: (n_rows, paths.n)."""
    pnl = resident.device.empty((program.n_rows, paths.n), np.float64)
    if scratch is None:
        horizon = int(program.book.run.observations[-1])
        resident.walk("pnl_of_paths", program, horizon, np.uint64(paths.first), paths.n, pnl)
    else:
        resident.walk_and_revalue(program, paths, scratch, pnl)
    return pnl


def _levels(resident: Resident, program: Program, ids: U64) -> Array:
    settings = program.model.settings
    real = np.float32 if settings.float32 else np.float64
    device = resident.device
    n_rows = settings.n_factors + len(PATH_SERIES)
    levels = device.empty((program.model.n_laws, program.n_steps, n_rows, ids.size), real)
    resident.walk("levels_of_paths", program, program.n_steps, device.put(ids), ids.size, levels)
    return device.get(levels)


def _reduce(
    resident: Resident, program: Program, cells: CellRange, brackets: F64, scratch: Scratch | None
) -> Reduction:
    device, paths = resident.device, cells.paths
    pnl = _pnl(resident, program, paths, scratch)
    n_rows, n_brackets = brackets.shape[:2]
    each, gaps = (n_rows, cells.n), (n_rows, n_brackets, cells.n)
    out = {
        "sums": device.empty(each, np.float64),
        "squares": device.empty(each, np.float64),
        "digests": device.empty((*each, 2), np.uint64),
        "gap_counts": device.empty(gaps, np.int64),
        "gap_sums": device.empty(gaps, np.float64),
        "gap_squares": device.empty(gaps, np.float64),
    }
    counts, bounds = device.empty(each, np.int64), device.put(brackets)
    what = pnl, np.int64(paths.n), np.int64(CELL)
    grid = cells.n, n_rows
    resident.launch(
        "reduce_cells",
        grid,
        LANES,
        *what,
        np.uint64(paths.first),
        resident.centre,
        bounds,
        np.int64(n_brackets),
        *out.values(),
        counts,
    )
    ends = np.cumsum(device.get(counts)).reshape(each)
    n_kept = int(ends[-1, -1])
    kept = device.empty((n_kept,), np.float64)
    if n_kept:
        starts = device.put(np.concatenate((np.zeros(1, np.int64), ends.ravel()[:-1])))
        resident.launch("keep_tails", grid, LANES, *what, bounds, np.int64(n_brackets), starts, kept)
    return Reduction(
        first_cell=cells.first,
        kept_pnl=device.get(kept),
        kept_rows=np.concatenate((np.zeros(1, np.int64), ends[:, -1])),
        **{name: device.get(array) for name, array in out.items()},
    )
