"""A market's filtered state as the arrays of a law by rows: what kernels step with, and how far its paths may go.

Formula: docs/concepts/laws.md. Factors without a history move with the rows' named factors and a normal of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from engine.conventions.calendars import Calendars
from engine.conventions.spans import weekday_spans
from engine.errors import InputError
from engine.law.past.beyond_cap import BeyondCap, beyond_cap, without_cut
from engine.law.past.own_rows import columns_of
from engine.law.past.row_regimes import drawn_weights, has_forgotten, regime_edges, row_aliases
from engine.market.factors import FactorKind
from engine.market.filtered import FLOOR, FilteredState
from engine.market.market import Market
from engine.mechanisms.rows import PastRow
from kernels.law_layout import N_SPEEDS
from kernels.types import F64, I64

WEEKDAYS_PER_YEAR = 261  # the clock of factors without a history: a step's weekdays over these
REACH, INNER = 7.0, 4.0  # ranges reach 7 standard deviations or more: the largest row, and 4 beside it

ROW_FIELDS = (  # of kernels.law_layout.LAW
    *("is_filtered", "is_enumerated", "first_row", "last_row", "lead_clip"),
    *("n_row_regimes", "first_edge", "first_alias"),
    *("n_beyond", "first_beyond", "beyond_cap", "beyond_shape", "beyond_ratio", "beyond_least"),
)
_NONE = np.zeros((0, 0), np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowLaw:
    """Fields of kernels.law_layout.ModelArrays of one law by rows, in the order of the market's factors."""

    residuals: F64  # (n_rows, n_factors)
    root_span: F64  # (n_steps,)
    weekday_move: F64  # (n_factors,) standard deviation of a weekday at the start, in the states' units
    follows: I64  # (n_factors,) 1: the variance goes along with the path
    own_normal: F64  # (n_factors,) weight of a normal of the factor's own
    least_variance: F64  # (n_factors,) over that at the start
    variance: F64  # (n_factors, N_SPEEDS) averages at the start, over the variance then
    speed: F64  # (N_SPEEDS,)
    weight: F64  # (N_SPEEDS,)
    leader: I64  # (n_leaders,) factors
    lead: F64  # (n_factors, n_leaders)
    last_residual: F64  # (n_leaders,)
    clip: float
    is_enumerated: bool = False  # path i takes row i: the law of one step, whole
    edges: I64 = field(default_factory=_NONE.copy)  # (n_regimes + 2, n_regimes) of `engine.law.past.row_regimes`
    aliases: I64 = field(default_factory=_NONE.copy)  # (n_regimes + 1, n_rows)
    beyond: BeyondCap | None = None  # jumps beyond the rows' cap

    def key(self) -> bytes:
        """Return bytes that are equal for equal laws."""
        parts = [getattr(self, name) for name in self.__dataclass_fields__ if name != "beyond"]
        own = [each.tobytes() if isinstance(each, np.ndarray) else repr(each).encode() for each in parts]
        return b"".join([*own, b"" if self.beyond is None else self.beyond.key()])

    def mean(self, steps: int) -> F64:
        """Return the mean of the deviations after `steps`, at the start's variances: (n_factors,)."""
        first = self.root_span[0] * (self.lead @ self.last_residual)
        return np.asarray(self.weekday_move * (self.root_span[:steps].sum() * self._mean_row(steps) + first))

    def covariance(self, steps: int) -> F64:
        """Return the covariance of a range that few paths leave after `steps`: (n_factors, n_factors).

        Standard deviations are those of the expected variances, wide enough for the largest row; correlations the
        rows'. Nothing depends on it but speed: paths outside are revalued in full.
        """
        seconds = self._second_moments(steps) + np.diag(self.own_normal**2)
        std, largest = self._spread(np.diag(seconds), steps)
        std = np.maximum(std, (INNER * std + largest) / REACH)
        scale = np.sqrt(np.diag(seconds))
        ratio = std / np.where(scale > 0.0, scale, 1.0)
        return np.asarray(seconds * np.outer(ratio, ratio))

    def _mean_row(self, steps: int) -> F64:
        """Return the mean of the rows that are drawn in `steps`: (n_factors,)."""
        if self.edges.size == 0:
            return np.asarray(self.residuals.mean(axis=0))
        return np.asarray(drawn_weights(self.edges, self.aliases, steps).mean(axis=0) @ self.residuals)

    def _second_moments(self, steps: int) -> F64:
        """Return the mean products of the rows that are drawn in `steps`: (n_factors, n_factors)."""
        if self.edges.size == 0:
            return np.asarray(self.residuals.T @ self.residuals / len(self.residuals))
        weights = drawn_weights(self.edges, self.aliases, steps).mean(axis=0)
        return np.asarray((self.residuals.T * weights) @ self.residuals)

    def _spread(self, mean_square: F64, steps: int) -> tuple[F64, F64]:
        """Return the root of the expected variance after `steps`, and the largest row's move: (n_factors,) each."""
        leaders = np.clip(self.residuals[:, self.leader], -self.clip, self.clip)
        mean_square = mean_square + ((self.lead @ leaders.T) ** 2).mean(axis=1)
        averages, total, widest = self.variance, np.zeros(mean_square.size), np.zeros(mean_square.size)
        for span in (self.root_span[:steps] ** 2).tolist():
            variance = np.where(self.follows != 0, averages @ self.weight, 1.0)
            total, widest = total + span * mean_square * variance, np.maximum(widest, span * variance)
            averages = self.speed * averages + (1.0 - self.speed) * (mean_square * variance)[:, None]
        most = np.abs(self.residuals).max(axis=0) * np.sqrt(widest)
        return self.weekday_move * np.sqrt(total), self.weekday_move * most


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowSteps:
    """What a step of a law by rows keeps and adds beside the rows' moves: 1 and 0 of factors that have a history."""

    decay: F64  # (n_factors,)
    drift: F64  # (n_factors,) in the states' units
    years: float  # of a step, the mean: its weekdays over WEEKDAYS_PER_YEAR


def row_law(
    state: FilteredState, market: Market, n_steps: int, own_rows: Sequence[PastRow] = ()
) -> tuple[RowLaw, RowSteps]:
    """Return a market's filtered law over its next `n_steps` joint dates, by rows of a scenario's own if there are any.

    By those, variances stay what they are on the valuation date.

    Raises
    ------
    InputError
        The loadings of a factor without a history explain more than all of its variance.
    """
    names = [factor.name for factor in market.factors]
    held = np.array([name in state.factors for name in names])
    spans = step_spans(market.valuation_date, n_steps)
    columns = np.array([state.factors.index(name) if name in state.factors else -1 for name in names])
    loadings = row_loadings(state, names)  # (n_factors, n_columns) of residuals
    residuals = state.rows @ loadings.T
    own = _own_normals(residuals, held, names)
    decays = state.decays
    if own_rows:  # of days far from usual: averages that went along would grow by a tenth a step
        decays = np.ones_like(decays)
        table, noise = columns_of(own_rows, state)
        residuals, own = table @ loadings.T, np.where(held, noise[columns], own)
    variances = weekday_variances(state, market)
    averages = np.where(held[:, None], state.averages[columns], 0.0)
    lead = loadings @ state.leads(state.factors)
    law = RowLaw(
        residuals=residuals,
        root_span=np.sqrt(spans),
        weekday_move=np.sqrt(variances),
        follows=held.astype(np.int64),
        own_normal=own,
        least_variance=np.where(variances > 0.0, FLOOR / np.where(variances > 0.0, variances, 1.0), 1.0),
        variance=_padded(averages / np.where(variances > 0.0, variances, 1.0)[:, None]),
        speed=_padded(decays),
        weight=_padded(state.weights),
        leader=np.array([names.index(name) for name in state.leaders], np.int64),
        lead=lead,
        last_residual=state.last,
        clip=state.clip,
    )
    years = float(spans.mean()) / WEEKDAYS_PER_YEAR
    prices = np.array([factor.kind is FactorKind.PRICE for factor in market.factors]) & ~held
    states = np.array([market.state(factor) for factor in market.factors])
    decay = np.where(held, 1.0, np.exp(-market.kappas * years))
    drift = np.where(held, 0.0, (1.0 - decay) * (market.thetas - states))
    drift = np.where(prices, (market.mus - 0.5 * market.vols**2) * years, drift)
    return law, RowSteps(decay=decay, drift=drift, years=years)


def tilted(law: RowLaw, state: FilteredState) -> RowLaw:
    """Return a filtered law whose rows the evening's regimes tilt; itself where they are at their long run.

    Raises InputError when the state has no regimes.
    """
    if state.regimes is None:
        raise InputError("the market's [law] has no regimes: `unwind calibrate` writes them")
    edges = regime_edges(state.regimes)
    return law if has_forgotten(edges) else replace(law, edges=edges, aliases=row_aliases(state.regimes))


def jumping(law: RowLaw, state: FilteredState, market: Market) -> RowLaw:
    """Return a filtered law with the market's jumps beyond the cap of its rows, and 0 in these where they were cut.

    Itself where no jump comes. Raises InputError where the state has none.
    """
    if state.cap_jumps is None:
        raise InputError("the market's [law] has no jumps beyond the cap: `unwind calibrate` writes them")
    loadings = row_loadings(state, [factor.name for factor in market.factors])
    beyond = beyond_cap(state.cap_jumps, state.cap, loadings)
    if beyond.edges[-1] == 0:
        return law
    return replace(law, residuals=without_cut(state.rows, state.cap) @ loadings.T, beyond=beyond)


def step_spans(valuation_date: date, n_steps: int) -> F64:
    """Return the weekdays of each of the next `n_steps` between joint dates, holidays included: (n_steps,)."""
    coming = Calendars(valuation_date).steps.coming(n_steps).tolist()
    days = np.array([valuation_date, *(valuation_date + timedelta(day) for day in coming)], "datetime64[D]")
    return np.maximum(weekday_spans(days), 1).astype(np.float64)


def weekday_variances(state: FilteredState, market: Market) -> F64:
    """Return the variance of a weekday's move of each factor at the start, in the states' units: (n_factors,)."""
    own = {name: float(state.variances[i]) for i, name in enumerate(state.factors)}
    given = market.vols**2 / WEEKDAYS_PER_YEAR
    return np.array([own.get(factor.name, float(given[i])) for i, factor in enumerate(market.factors)])


def row_loadings(state: FilteredState, names: Sequence[str]) -> F64:
    """Return each factor's weights on the columns of rows, its own or those given: (n_factors, n_columns)."""
    rms = np.sqrt((state.rows**2).mean(axis=0))
    found = np.zeros((len(names), len(state.factors)))
    for i, name in enumerate(names):
        if name in state.factors:
            found[i, state.factors.index(name)] = 1.0
            continue
        for other, weight in state.given[name].loadings.items():
            place = state.factors.index(other)
            found[i, place] = weight / rms[place] if rms[place] > 0.0 else 0.0
    return found


def _own_normals(residuals: F64, held: F64, names: Sequence[str]) -> F64:
    """Return the weight of each factor's own normal: what its loadings leave of a variance of 1; 0 of the others."""
    left = np.where(held, 0.0, 1.0 - (residuals**2).mean(axis=0))
    if (left < 0.0).any():
        name = names[int(left.argmin())]
        raise InputError(f"the loadings of {name} explain {1.0 - left.min():.3g} of its variance; they may explain 1")
    return np.sqrt(left)


def _padded(speeds: F64) -> F64:
    """Return (..., N_SPEEDS) from (..., n_speeds): averages of weight 0 behind."""
    return np.pad(speeds, [(0, 0)] * (speeds.ndim - 1) + [(0, N_SPEEDS - speeds.shape[-1])])
