"""What a book loses in given markets at the horizon: the run's own revaluation, nothing drawn."""

from dataclasses import dataclass

import numpy as np

from engine.run.backend import device_errors
from engine.run.prepared import Prepared
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BookLosses:
    """Losses at the horizon as a function of the factors' states there."""

    part: Prepared  # of one scenario, whose book is looked at on the horizon alone

    def at(self, states: F64) -> F64:
        """Return losses in the reporting currency, total first, then each book: (1 + n_books, n).

        states   (n_factors, n) deviations from the scenario's start, in the states' units
        """
        with device_errors():
            return np.asarray(0.0 - self.part.backend.pnl_of_moves(self.part.packed.book, states))

    def total(self, states: F64) -> F64:
        """Return the total's losses alone: (n,) [reporting currency]; states (n_factors, n)."""
        return np.asarray(self.at(states)[0])
