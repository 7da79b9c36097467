"""A backend in one precision, set to the model and book that all contenders share."""

from dataclasses import dataclass

from bench import sample
from engine.pack.pack import Packed
from engine.risk.plan import plan_tails
from engine.run.blocks import estimates, simulate
from engine.run.start import TAIL_BYTES
from kernels.base import AbstractBackend, PathRange, Program
from kernels.cuda.host.backend import CudaBackend

CONFIDENCES = (0.975, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """Times and answers of one backend in one precision."""

    backend: AbstractBackend
    precision: str  # "float64" or "float32"
    packed: Packed

    @property
    def name(self) -> str:
        """Return the name as rows have it: "numba float64"."""
        return f"{self.backend.name} {self.precision}"

    @property
    def peak_device_bytes(self) -> int:
        """Return the most memory that arrays took on a device of its own; 0 where it has none."""
        return self.backend.peak_bytes() if isinstance(self.backend, CudaBackend) else 0

    def prepare(self) -> Program:
        """Compile, or load what was compiled, and put the constants in place."""
        packed = self.packed
        return self.backend.prepare(
            packed.model,
            packed.book,
            seed=1,
            n_steps=packed.n_steps,
            float32=self.precision == "float32",
            centre=packed.shock_pnl.ravel(),
        )

    def kernel(self, program: Program, n_paths: int) -> object:
        """Walk and revalue paths, and leave the P&L where that happens."""
        return run_kernel(self.backend, program, n_paths)

    def end_to_end(self, n_paths: int) -> tuple[str, ...]:
        """Do all of a run but its files: prepare, every block, VaR and ES. Return the P&L's sha256 of each row."""
        program = self.prepare()
        tails = simulate(
            self.backend, program, plan_tails(program.n_rows, n_paths, CONFIDENCES, TAIL_BYTES), lambda *_: None
        )
        for row in range(program.n_rows):
            estimates(tails, row)
        return tuple(tails.pnl_sha256(row) for row in range(program.n_rows))


def shared_work() -> Packed:
    """Pack 12,000 flows over 10 days in one step, 16 factors."""
    return sample.packed_book(sample.market_of_16(), direct=False)


def run_kernel(backend: AbstractBackend, program: Program, n_paths: int) -> object:
    """Walk and revalue paths, and leave the P&L where that happens."""
    paths = PathRange(first=0, n=n_paths)
    return backend.pnl_in_place(program, paths) if isinstance(backend, CudaBackend) else backend.pnl(program, paths)
