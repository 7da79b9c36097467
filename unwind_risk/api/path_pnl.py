"""P&L of every path of a finished run, walked again: a run itself keeps the tails alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.errors import InputError, did_you_mean
from engine.run.backend import device_errors
from engine.run.blocks import block_cells
from engine.run.prepared import Prepared, scopes_of
from engine.run.sampling.sampler_checks import check_plain
from engine.run.start import FinishedRun
from kernels.base import CELL, CellRange
from kernels.types import F64, Array
from unwind_risk.api.frames import check_bytes, framed

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Precision = Literal["float64", "float32"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PathPnl:
    """P&L of some scenarios' scopes on every path, or on every move of one that is exact."""

    pnl: Array  # (n_columns, n_paths) [currency] gains positive
    columns: tuple[tuple[str, str], ...]  # (n_columns,) scenario, scope
    currency: str
    weights: F64 | None  # (n_paths,) of an exact scenario's moves; None: all paths are equally likely
    is_exact: bool

    def numpy(self) -> Array:
        """Return a view that cannot be written to: (n_paths, n_columns) [currency], gains positive."""
        view = self.pnl.T
        view.flags.writeable = False
        return view

    def arrow(self) -> "pa.Table":
        """Return a column for each scope on the same memory; the currency stands in the schema's metadata."""
        import pyarrow as pa

        table = pa.table([pa.array(row) for row in self.pnl], names=self._names(" / "))
        return table.replace_schema_metadata({"currency": self.currency})

    def frame(self) -> "pd.DataFrame":
        """Return a frame on the same memory, a row a path: scopes, or scenarios and scopes where there are several."""
        import pandas as pd

        several = len({scenario for scenario, _ in self.columns}) > 1
        columns: pd.Index = (
            pd.MultiIndex.from_tuples(self.columns, names=("scenario", "scope"))
            if several
            else pd.Index([scope for _, scope in self.columns], name="scope")
        )
        index = pd.RangeIndex(self.pnl.shape[1], name="move" if self.is_exact else "path")
        frame = pd.DataFrame(self.pnl.T, index=index, columns=columns, copy=False)
        weights = {} if self.weights is None else {"weights": self.weights.tolist()}
        units = {"values": f"{self.currency}, gains positive"}
        return framed(frame, units=units, currency=self.currency, bytes=self.pnl.nbytes, **weights)

    def _names(self, between: str) -> list[str]:
        several = len({scenario for scenario, _ in self.columns}) > 1
        return [f"{scenario}{between}{scope}" if several else scope for scenario, scope in self.columns]


def path_pnl(run: FinishedRun, scenario: str | None, dtype: Precision, scopes: Sequence[str] | None = None) -> PathPnl:
    """Return the P&L of one scenario, or of all of a run, on every path.

    scenario   its name; None: all of them
    scopes     those wanted: "total", "book:NAME"; None: all

    Raises
    ------
    InputError
        A sampler drew the run; there is no such scenario or scope; exact scenarios and drawn ones have no paths in
        common; or it would take more than 2 GiB. Says the way out.
    RiskError
        The device failed.
    """
    if dtype not in ("float64", "float32"):
        raise InputError(f"dtype must be 'float64' or 'float32', got {dtype!r}")
    check_plain(run.prepared.config)
    names, exact = run.prepared.inputs.names, {each.name: each for each in run.whole}
    if scenario is not None and scenario not in names:
        raise InputError(
            f"no scenario of the run is called {scenario!r}{did_you_mean(scenario, names)}; there are"
            f" {', '.join(names)}"
        )
    wanted = names if scenario is None else (scenario,)
    if len(wanted) > 1 and any(name in exact for name in wanted):
        raise InputError(
            f"{', '.join(exact)}: exact, of moves of its own, and no paths in common with others; name one scenario"
        )
    rows = _rows(run, (scopes,) if isinstance(scopes, str) else scopes)
    known = [scope for scope, _ in rows]
    found = [(name, scope) for name in wanted for scope in known]
    part, currency = run.prepared, run.prepared.config.currency
    if wanted[0] in exact:
        moves = exact[wanted[0]].moves
        pnl = np.ascontiguousarray(moves.pnl[[k for _, k in rows]], dtype)
        return PathPnl(pnl=pnl, columns=tuple(found), currency=currency, weights=moves.weights, is_exact=True)
    assert part.drawn is not None
    n_scopes, drawn = len(scopes_of(part.drawn)), part.drawn.inputs.names
    numbers = [drawn.index(name) * n_scopes + k for name in wanted for _, k in rows]
    pnl = _walked(part.drawn, numbers, run.result.run.n_paths, dtype)
    return PathPnl(pnl=pnl, columns=tuple(found), currency=currency, weights=None, is_exact=False)


def _rows(run: FinishedRun, scopes: Sequence[str] | None) -> list[tuple[str, int]]:
    """Return the scopes that are wanted, with their rows among those of a scenario."""
    known = scopes_of(run.prepared.parts[0])
    for each in scopes or ():
        if each not in known:
            raise InputError(f"no scope is called {each!r}{did_you_mean(each, known)}; there are {', '.join(known)}")
    return [(scope, k) for k, scope in enumerate(known) if scopes is None or scope in scopes]


def _walked(part: Prepared, rows: list[int], n_paths: int, dtype: Precision) -> Array:
    """Walk all paths again, some cells at a time: (n_rows, n_paths) [currency]."""
    n_bytes = len(rows) * n_paths * np.dtype(dtype).itemsize
    half = "" if dtype == "float32" else "dtype='float32' takes half, "
    check_bytes(n_bytes, f"P&L of {n_paths:,} paths x {len(rows)} scopes", f"{half}one scenario or scope takes less")
    pnl: Array = np.empty((len(rows), n_paths), dtype)
    at_once, n_cells = block_cells(part.program.n_rows), -(-n_paths // CELL)
    for first in range(0, n_cells, at_once):
        paths = CellRange(first=first, n=min(at_once, n_cells - first), n_paths=n_paths).paths
        with device_errors():
            pnl[:, paths.first : paths.first + paths.n] = part.backend.pnl(part.program, paths)[rows]
    return pnl
