"""A run kept in memory between calls: what candidate trades leave as it is, made once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.analysis.final_regimes import REGIME_PATHS, FinalRegimes, final_regimes
from engine.analysis.whatif.kept_pnl import Totals
from engine.analysis.whatif.pnl_digest import pnl_sha256
from engine.analysis.whatif.pnl_vectors import check_memory
from engine.analysis.whatif.totals import totals_of
from engine.inputs.run import RunConfig
from engine.run.backend import choose_backend
from engine.run.blocks import Progress
from engine.run.load import Inputs
from engine.run.prepared import Prepared, n_steps_of, prepared_by


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WarmRun:
    """The books' totals, their digests and where paths end, by scenario: the same whatever trades are tried."""

    totals: Totals
    sha256: Mapping[str, str]  # of the totals' P&L
    ends: Mapping[str, FinalRegimes | None]  # None: the law has one regime alone, or is exact
    n_steps: int
    backend: str  # its name

    def fits(self, n_steps: int, backend: str) -> bool:
        """Return whether trades are walked alike: a payoff that is fixed before the horizon asks for daily steps."""
        return (self.n_steps, self.backend) == (n_steps, backend)


def warm_run(config: RunConfig, inputs: Inputs, progress: Progress, say: Callable[[str], None]) -> WarmRun:
    """Walk a run's books, or recall their totals, and keep what trades leave as it is.

    Raises InputError where there are too many paths to hold.
    """
    check_memory(2 * len(inputs.names), config.n_paths)
    backend = choose_backend(config.backend, say)
    n_steps = n_steps_of(config, inputs, say)
    totals, _ = totals_of(config, inputs, n_steps, backend, progress, say)
    parts = prepared_by(config, inputs, backend, n_steps).parts
    return WarmRun(
        totals=totals,
        sha256={name: pnl_sha256(pnl) for name, pnl in totals.pnl.items()},
        ends={
            name: _ends(part, s, totals.pnl[name].size) for part in parts for s, name in enumerate(part.inputs.names)
        },
        n_steps=n_steps,
        backend=backend.name,
    )


def _ends(part: Prepared, s: int, n_paths: int) -> FinalRegimes | None:
    is_exact = bool(part.n_moves[int(part.packed.book.run.dynamics[s])])
    return None if is_exact else final_regimes(part, s, min(n_paths, REGIME_PATHS))
