"""The CUDA backend: plan memory, share paths among devices, launch the kernels of cuda/paths.cu."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kernels.base import CELL, AbstractBackend, CellRange, PathRange, Program, Reduction
from kernels.cuda.host.arrays import law_table, packed_laws, words_of, words_of_book
from kernels.cuda.host.device import AbstractDevice, DeviceMemoryError
from kernels.cuda.host.headers import LAW_TABLES, SHARED
from kernels.cuda.host.parts import Part, joined, parts_of
from kernels.cuda.host.resident import Resident, Scratch, padded
from kernels.cuda.host.source import LANES, THREADS, VALUED, BuildSettings, settings_for
from kernels.far import Far, far_paths, no_far_paths
from kernels.law_layout import PATH_SERIES, ModelArrays
from kernels.layout import Book
from kernels.payoffs import checked
from kernels.types import F64, U64, Array

BLOCK_BYTES = 2**29  # device memory that the P&L of a block may take, what is kept of it included
STATE_BYTES = 2**28  # device memory that the deviations between walking and valuing may take
SHARE = 0.8  # of the free memory that a block may take
GRAIN = 512  # bytes: a device's arrays take whole multiples


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
        return 8 * (program.n_rows + program.model.n_laws) * n_paths

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
            most = _fitting_cells(resident.device, program)
            return [_reduce(resident, program, part, brackets, scratch) for part in parts_of(share, most)]

        return joined(self._shared(program, cells, work))

    def pnl(self, program: Program, paths: PathRange) -> F64:
        """See AbstractBackend. Raises DeviceMemoryError."""

        def work(resident: Resident, share: PathRange) -> list[F64]:
            scratch = _scratch(resident, program, share.n)
            most = _fitting(resident.device, 8 * _rows(program), f"a path x {program.n_rows} rows")
            return [resident.device.get(_walked(resident, program, part, scratch)[0]) for part in parts_of(share, most)]

        return np.concatenate(self._shared(program, paths, work), axis=1)

    def pnl_in_place(self, program: Program, paths: PathRange) -> list[Any]:
        """The same left on the devices, one array for each, when all of it is there. Raises DeviceMemoryError."""

        def work(resident: Resident, share: PathRange) -> list[Any]:
            pnl, _ = _walked(resident, program, share, _scratch(resident, program, share.n))
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
    most = min(_fitting(resident.device, size, what, STATE_BYTES) * block, padded(n))
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


def _rows(program: Program) -> int:
    """How many numbers of a path are there once it is walked: P&L by row, its farthest move by law."""
    return int(program.n_rows + program.model.n_laws)


def _fitting_cells(device: AbstractDevice, program: Program) -> int:
    """How many cells of paths, all their P&L kept besides, fit into a block on the device."""
    each = 8 * CELL * (program.n_rows + _rows(program))
    return _fitting(device, each, f"{CELL:,} paths x {program.n_rows} rows")


def _need(resident: Resident, program: Program, n_paths: int, n_brackets: int) -> int:
    """Memory of the program's arrays, and of a block's as `_reduce` makes them with all its P&L kept."""
    settings, n_rows = program.model.settings, program.n_rows
    between = []
    if settings.is_split:
        shape, n_kept, kind = _scratch_shape(resident, program, n_paths)
        between = [kind().itemsize * size for size in (int(np.prod(shape)), n_kept * shape[-1])]
    n_paths, n_laws = min(n_paths, CELL * _fitting_cells(resident.device, program)), program.model.n_laws
    n_cells = -(-n_paths // CELL)
    cells = n_rows * n_cells
    pnl = n_rows * n_paths, n_laws * n_paths, n_rows * n_paths  # what is walked, farthest moves, what is kept
    # sums, squares, digests; how many to keep and where they start; far paths
    of_cells = cells, cells, 2 * cells, cells, cells, n_laws * n_cells
    of_brackets = 2 * n_rows * n_brackets, *3 * (n_brackets * cells,)  # their ends; counts, sums, squares of gaps
    laws = [array for group in resident.laws for array in group.values()]
    constants = [array.nbytes for array in (*resident.arrays, *laws, resident.book, resident.centre)]
    sizes = [*constants, *between, *(8 * n for n in (*pnl, *of_cells, *of_brackets))]
    return sum(-(-size // GRAIN) * GRAIN for size in sizes)


def _walked(resident: Resident, program: Program, paths: PathRange, scratch: Scratch | None) -> tuple[Any, Any]:
    """P&L on the device, (n_rows, paths.n), and farthest moves, (n_laws, paths.n)."""
    pnl = resident.device.empty((program.n_rows, paths.n), np.float64)
    ratios = resident.device.empty((program.model.n_laws, paths.n), np.float64)
    if scratch is None:
        horizon = int(program.book.run.observations[-1])
        resident.walk("pnl_of_paths", program, horizon, np.uint64(paths.first), paths.n, pnl, ratios)
    else:
        resident.walk_and_revalue(program, paths, scratch, pnl, ratios)
    return pnl, ratios


def _far(resident: Resident, ratios: Any, cells: CellRange) -> Far:
    """The far paths of whole cells, by their farthest moves on the device: fetched where there are any."""
    device, n_laws, paths = resident.device, ratios.shape[0], cells.paths
    counts = device.empty((n_laws, cells.n), np.int64)
    resident.launch("count_far", (cells.n, n_laws), LANES, ratios, np.int64(paths.n), np.int64(CELL), counts)
    if not device.get(counts).any():
        return no_far_paths(n_laws, cells.n)
    return far_paths(device.get(ratios), paths.first, cells.n, CELL)


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
    pnl, ratios = _walked(resident, program, paths, scratch)
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
        **_far(resident, ratios, cells)._asdict(),
    )
