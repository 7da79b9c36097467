"""The filtered law with regimes and jumps beyond the cap of its rows, both estimated as of each date.

One date ahead the law is its rows with their weights, and beside them jumps in each direction at even quantiles of
their size: nothing is drawn. Beyond, rows and jumps are drawn for each step and path.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np

from engine.backtest.laws.backtest_law import BacktestLaw, Forecast, ForeseenMoves
from engine.backtest.laws.filtered import DrawnJumps, FilteredDate, FilteredDates, filtered_dates
from engine.backtest.laws.filtered_regimes import drawn_rows, regimes_on
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.joint_history import JointHistory
from engine.calibration.filtered import LEAST_DATES, WARM_UP
from engine.calibration.rows.cap_jumps import cap_jumps, whole_residuals
from engine.law.past.beyond_cap import BeyondCap, beyond_cap, without_cut
from engine.law.past.row_regimes import drawn_weights, regime_edges, row_aliases
from engine.market.cap_jumps import CapJumps
from kernels.numpy.steps.beyond_cap import direction, jump_size
from kernels.types import F64

_SIZES = 64  # of the jumps of one date ahead, equally likely, in each direction
_SPREAD = 0.5 * (5.0**0.5 - 1.0)  # turns by which they take rows evenly: no two come near each other for long


def jumps_on(history: JointHistory, dates: FilteredDates) -> Callable[[int], CapJumps]:
    """Return what is known of the jumps beyond the cap on the date at a place."""

    def on(place: int) -> CapJumps:
        """Return the jumps in the residuals up to a place."""
        law = dates.on(place)
        whole = whole_residuals(dates.z[: place + 1], dates.leaders, dates.led, law.gamma, dates.rule.clip)
        return cap_jumps(whole[WARM_UP - 1 :], history.dates[WARM_UP : place + 1], dates.rule.cap)

    return on


def _one_date(law: FilteredDate, span: float, weights: F64, jumps: CapJumps, cap: BeyondCap) -> ForeseenMoves:
    """Return the rows' moves, (n_factors, n_rows), with weights (n_rows,) that add up to 1, and the jumps' behind."""
    moves, n_kinds = law.next_moves(span), len(cap.moves)
    u = (np.arange(_SIZES) + 0.5) / _SIZES
    excesses = cap.ratio * (((1.0 - cap.least) * u + cap.least) ** -cap.shape - 1.0)
    sizes = np.tile(cap.cap + excesses, n_kinds)
    at = np.mod(_SPREAD * np.arange(sizes.size), 1.0)
    rows = np.minimum(np.searchsorted(np.cumsum(weights), at, side="right"), weights.size - 1)
    jumped = law.deviations(span)[:, None] * (sizes * np.repeat(cap.moves, _SIZES, axis=0).T)
    each = np.full(sizes.size, jumps.probability / sizes.size)
    together = np.concatenate([weights * (1.0 - jumps.probability), each])
    return ForeseenMoves(
        moves=np.concatenate([moves, moves[:, rows] + jumped], axis=1), weights=together * together.size
    )


def _forecast(history: JointHistory) -> Forecast:
    dates = filtered_dates(history)
    regimes, jumps = regimes_on(history, dates.z), lru_cache(maxsize=1)(jumps_on(history, dates))
    loadings = np.eye(len(history.factors))

    def moves(place: int, horizon_days: int, draws: CommonDraws) -> ForeseenMoves:
        """Return moves of known weights one date ahead, else walked paths: (n_factors, n_moves)."""
        law, spans, tonight = dates.on(place), history.spans_ahead(place, horizon_days), regimes(place)
        edges, aliases = regime_edges(tonight), row_aliases(tonight)
        cap = beyond_cap(jumps(place), dates.rule.cap, loadings)
        law = replace(law, rows=without_cut(law.rows, cap.cap))
        if horizon_days == 1:
            return _one_date(law, float(spans[0]), drawn_weights(edges, aliases, 1)[0], jumps(place), cap)
        drawn = drawn_rows(edges, aliases, *draws.row_words(horizon_days))
        whether, how_far = draws.jump_words(horizon_days)
        tail = (cap.cap, cap.shape, cap.ratio, cap.least)
        beyond = DrawnJumps(
            kinds=np.stack([direction(cap.edges, each.astype(np.uint64)) for each in whether]),
            sizes=np.stack([jump_size(*tail, each.astype(np.uint64)) for each in how_far]),
            moves=cap.moves,
        )
        return ForeseenMoves(moves=law.walked(drawn, spans, beyond))

    return moves


MIXTURE = BacktestLaw(
    name="mixture",
    meaning="as filtered-regimes, and jumps beyond the cap of its rows, their rate and tail estimated up to the date",
    least_changes=LEAST_DATES,
    prepare=_forecast,
)
