"""P&L of positions together at deviations that the caller gives, day by day where a payoff looks at several."""

from dataclasses import dataclass, replace

import numpy as np

from engine.book.some_positions import rows_of
from engine.pack.pack import pack
from engine.run.backend import device_errors
from engine.run.position_pnl import fixed_before_horizon
from engine.run.prepared import Prepared
from kernels.base import AbstractBackend
from kernels.layout import Book
from kernels.numpy.revalue import revalue
from kernels.types import F64, I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TotalPnl:
    """Positions of a run in one scenario, ready to be valued at any deviations from its start."""

    backend: AbstractBackend
    steps: I64  # (n_observations,) after which deviations are looked at; the last is the horizon
    at_horizon: Book | None  # of positions that look at the horizon alone, as one book; None: there are none
    before: Book | None  # of the others, for full revaluation

    def of(self, observed: F64) -> F64:
        """Return the P&L, (n,) [currency], of deviations (n_observations, n_factors, n). Raises RiskError."""
        pnl = np.zeros(observed.shape[2])
        if self.at_horizon is not None:
            with device_errors():
                pnl += self.backend.pnl_of_moves(self.at_horizon, observed[-1])[0]
        if self.before is not None:
            seen = np.searchsorted(self.steps, self.before.run.observations)
            pnl += revalue(self.before, 0, observed[seen])[0]
        return pnl


def total_pnl(part: Prepared, scenario: int, positions: I64 | None = None) -> TotalPnl:
    """Pack positions of a run as one book, for one of the part's scenarios; compressed where the run is.

    positions   (n,) their numbers, ascending; None: all
    """
    early = fixed_before_horizon(part)
    asked = np.arange(early.size) if positions is None else positions
    return TotalPnl(
        backend=part.backend,
        steps=part.packed.book.run.observations,
        at_horizon=_one_book(part, scenario, asked[~early[asked]], direct=part.config.revaluation == "direct"),
        before=_one_book(part, scenario, asked[early[asked]], direct=True),
    )


def _one_book(part: Prepared, scenario: int, positions: I64, *, direct: bool) -> Book | None:
    config, inputs = part.config, part.inputs
    if not positions.size:
        return None
    book = inputs.book if positions.size == len(inputs.book.position_ids) else rows_of(inputs.book).of(positions)
    return pack(
        replace(book, books=("all",) * positions.size),
        inputs.market,
        [inputs.shocked[scenario]],
        [inputs.unwinds[scenario]],
        horizon_days=config.horizon_days,
        n_steps=part.packed.n_steps,
        currency=config.currency,
        instantaneous=config.instantaneous,
        direct=direct,
    ).book
