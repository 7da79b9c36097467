"""The filtered law with regimes: rows of dates like the present one are drawn more often, until it is forgotten.

Calibration is that of `engine.calibration.rows.row_regimes`, as of each date; the estimate is that of the January
before. One date ahead the law is its rows with their weights, those of a run to the bit: nothing is drawn.
"""

from collections.abc import Callable

import numpy as np

from engine.backtest.laws.backtest_law import BacktestLaw, Forecast, ForeseenMoves
from engine.backtest.laws.filtered import filtered_dates
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.joint_history import JointHistory
from engine.calibration.filtered import DEFAULT_RULE, LEAST_DATES, WARM_UP
from engine.calibration.hidden_regimes import HiddenRegimes, estimated_regimes
from engine.calibration.rows.row_regimes import (
    LEAST_SERIES,
    TOLD_BY,
    dates_before_january,
    regime_series,
    rows_of,
    series_of,
)
from engine.errors import InputError
from engine.law.past.row_regimes import drawn_weights, regime_edges, row_aliases
from engine.market.row_regimes import RowRegimes
from kernels.law_layout import Law, ModelArrays
from kernels.numpy.steps.row_regimes import next_regimes, start_regimes, tilted_row
from kernels.records import empty
from kernels.types import F64, I64, U32


def regimes_on(history: JointHistory, z: F64) -> Callable[[int], RowRegimes]:
    """Return what is known of the regimes on the date at a place: z (n_dates, n_factors) standardised changes.

    Raises InputError where too few of the series that tell them apart are there.
    """
    names = [factor.name for factor in history.factors]
    told_by = series_of(names)
    if len(told_by) < LEAST_SERIES:
        raise InputError(f"law 'filtered-regimes' tells regimes apart by {', '.join(TOLD_BY)}: the market lacks them")
    series = regime_series(z, names, told_by, DEFAULT_RULE.cap, WARM_UP)
    estimates: dict[int, HiddenRegimes] = {}

    def on(place: int) -> RowRegimes:
        """Return the regimes of the rows up to a place."""
        n = dates_before_january(history.dates, history.day(place))
        if n not in estimates:
            estimates[n] = estimated_regimes(series[: n - WARM_UP])
        memberships = estimates[n].memberships(series[: place + 1 - WARM_UP])
        return rows_of(estimates[n], memberships, told_by, history.day(n - 1), DEFAULT_RULE.n_rows)

    return on


def drawn_rows(edges: I64, aliases: I64, words: U32, other_words: U32) -> U32:
    """Return the row of each step and path, (n_steps, n_paths), as kernels draw it from two words of each."""
    law = Law.zeros(1)
    law["n_row_regimes"], law["last_row"] = edges.shape[1], aliases.shape[1]
    tables = empty(ModelArrays)._replace(regime_edges=edges.ravel(), row_aliases=aliases.ravel())
    regimes, rows = start_regimes(law[0], words.shape[1]), np.empty(words.shape, np.uint32)
    for step in range(len(words)):
        regimes = next_regimes(tables, law[0], regimes, other_words[step].astype(np.uint64))
        rows[step] = tilted_row(tables, law[0], regimes, words[step].astype(np.uint64))
    return rows


def _forecast(history: JointHistory) -> Forecast:
    dates = filtered_dates(history)
    regimes = regimes_on(history, dates.z)

    def moves(place: int, horizon_days: int, draws: CommonDraws) -> ForeseenMoves:
        """Return the rows' moves one date ahead, (n_factors, n_rows), else walked paths, (n_factors, n_paths)."""
        law, spans, tonight = dates.on(place), history.spans_ahead(place, horizon_days), regimes(place)
        edges, aliases = regime_edges(tonight), row_aliases(tonight)
        if horizon_days == 1:
            weights = drawn_weights(edges, aliases, 1)[0]
            return ForeseenMoves(moves=law.next_moves(float(spans[0])), weights=weights * weights.size)
        drawn = drawn_rows(edges, aliases, *draws.row_words(horizon_days))
        return ForeseenMoves(moves=law.walked(drawn, spans))

    return moves


FILTERED_REGIMES = BacktestLaw(
    name="filtered-regimes",
    meaning="as filtered, its rows tilted by three regimes filtered up to the date, estimated each January",
    least_changes=LEAST_DATES,
    prepare=_forecast,
)
