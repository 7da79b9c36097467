"""When a run looks at its paths: at the horizon, and before it on the days on which something expires."""

from dataclasses import dataclass

import numpy as np

from engine.book.compiled import CompiledBook
from engine.errors import InputError
from engine.payoffs.registry import PAYOFFS
from kernels.types import I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observations:
    """Steps after which deviations are looked at, ascending; the last is the horizon."""

    steps: I64  # (n_observations,)
    days: I64  # (n_observations,) calendar days from the valuation date

    @property
    def horizon(self) -> int:
        """Calendar days from the valuation date to the horizon."""
        return int(self.days[-1])

    def when(self, day: I64) -> I64:
        """Return the observation that fixes what expires on `day` (n,): the first on or after it, or the last."""
        return np.minimum(np.searchsorted(self.days, day), self.days.size - 1).astype(np.int64)


def horizon_day(book: CompiledBook, horizon_days: int) -> int:
    """Return the calendar days from the valuation date to the horizon, a business day."""
    if horizon_days > book.business_days.size:
        raise InputError(
            f"the book is compiled for horizons of up to {book.business_days.size} business days, got {horizon_days}"
        )
    return int(book.business_days[horizon_days - 1])


def expiry_days(book: CompiledBook) -> I64:
    """Return the calendar days on which a payoff is fixed, ascending: (n_days,)."""
    fixed = [getattr(book.table(payoff.table), payoff.expiry) for payoff in PAYOFFS if payoff.expiry is not None]
    days: I64 = np.unique(np.concatenate(fixed))
    return days[days > 0]


def expires_inside(book: CompiledBook, horizon_days: int) -> bool:
    """Whether a payoff is fixed before the horizon: then the path on the way matters, and it is walked day by day."""
    return bool((expiry_days(book) < horizon_day(book, horizon_days)).any())


def observe(book: CompiledBook, horizon_days: int, n_steps: int, *, instantaneous: bool) -> Observations:
    """Say when a run of `n_steps` looks at its paths; an instantaneous one moves levels and ages nothing.

    Raises InputError when the book's calendar ends before the horizon.
    """
    if instantaneous:
        return Observations(steps=np.array([n_steps]), days=np.zeros(1, np.int64))
    last = horizon_day(book, horizon_days)
    if n_steps == 1:
        return Observations(steps=np.ones(1, np.int64), days=np.array([last]))
    days = book.business_days[:horizon_days]
    early = expiry_days(book)
    steps = np.unique(np.append(np.searchsorted(days, early[early < last]) + 1, n_steps)).astype(np.int64)
    return Observations(steps=steps, days=days[steps - 1])
