"""The state of a filtered law on a date: past residuals drawn whole, and the variances of that day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from engine.market.cap_jumps import CapJumps
from engine.market.loop_record import LoopRecord
from engine.market.row_regimes import RowRegimes
from kernels.types import F64

FLOOR = 1e-12  # variance per weekday, (0.01 bp)^2: only so that nothing divides by zero


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFactor:
    """How a factor without a history moves with those that have one; its vol is the market's."""

    loadings: Mapping[str, float]  # factor of the rows -> weight of its residual over that residual's root mean square
    source: str  # whose figures, or "assumption: ..." with the reasoning


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StressedWindow:
    """The worst year for a book: its joint changes as they were, and those before it that overlapping windows need."""

    first: date  # joint dates of the changes: the first and the last
    last: date
    book: str  # for which it is the worst, by the name of its file
    moves: F64  # (n_moves, n_factors) as `FilteredState.moves`: those of the year, and up to nine before
    description: str  # how it was searched, and what else nearly was it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilteredState:
    """What a market's history says of its next moves: M joint dates' residuals, and each factor's averages of squares.

    A move over `span` weekdays is sqrt(span v) z with v = weights @ averages and z a row's residual and what the
    leaders' last ones add; then averages <- decay averages + (1 - decay) v z^2.
    """

    factors: tuple[str, ...]  # (n_factors,) columns of `rows`
    decays: F64  # (n_speeds,) of each average what a joint date leaves
    weights: F64  # (n_speeds,) of each average in the variance; they add up to 1
    clip: float  # a leader's residual counts up to this, either way
    cap: float  # the largest residual of `rows`, either way
    leaders: tuple[str, ...]  # (n_leaders,) factors whose residual of one date others follow on the next
    led: tuple[str, ...]  # (n_led,) factors that follow
    averages: F64  # (n_factors, n_speeds) variances per weekday, in the states' units
    gamma: F64  # (n_leaders, n_led) what a leader's residual adds to the next date's
    last: F64  # (n_leaders,) the leaders' residuals on the date, clipped
    rows: F64  # (n_rows, n_factors) residuals of past joint dates, oldest first
    moves: F64  # (n_moves, n_factors) the last joint changes as they were, oldest first, for plain history; may be none
    n_dates: int  # joint changes that it was calibrated on
    description: str  # window, method and sample sizes
    given: Mapping[str, GivenFactor] = field(default_factory=dict)  # factors without a history
    first: date | None = None  # of the first change that it was calibrated on; the last is the valuation date
    gamma_se: F64 | None = None  # (n_leaders, n_led) standard errors of `gamma`
    move_spans: F64 = field(default_factory=lambda: np.zeros(0))  # (n_moves,) weekdays of each move; none: unknown
    stressed: StressedWindow | None = None
    regimes: RowRegimes | None = None  # by which rows may be drawn
    loop: LoopRecord | None = None  # in which sales of carry trades are found
    cap_jumps: CapJumps | None = None  # beyond the cap of the rows

    @property
    def variances(self) -> F64:
        """Return the variance of each factor of the next weekday, in the states' units: (n_factors,)."""
        return np.maximum(self.averages @ self.weights, FLOOR)

    def scaled(self, names: Sequence[str], multipliers: F64) -> "FilteredState":
        """Return the state whose vols of the day are multiplied: by multipliers (n_names,), of these factors."""
        by_name = dict(zip(names, multipliers.tolist(), strict=True))
        squares = np.array([by_name.get(name, 1.0) ** 2 for name in self.factors])
        scale = np.sqrt(squares)
        stressed = self.stressed and replace(self.stressed, moves=self.stressed.moves * scale)
        return replace(self, averages=self.averages * squares[:, None], moves=self.moves * scale, stressed=stressed)

    def leads(self, names: Sequence[str]) -> F64:
        """Return what each leader's residual adds to that of each factor of `names`: (n_names, n_leaders)."""
        led = {name: self.gamma[:, k] for k, name in enumerate(self.led)}
        return np.array([led.get(name, np.zeros(len(self.leaders))) for name in names]).reshape(-1, len(self.leaders))
