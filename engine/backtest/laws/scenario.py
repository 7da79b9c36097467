"""A scenario as a law of every date: its paths from the date's levels, by vols and correlations known on it.

The market of a date has the law of `gaussian`: vols of one-day changes and correlations of five-day ones over the
last 815 joint dates. A scenario changes them as it does in a run. Its regimes begin on every date as its file says. For
one by rows of past days it has the filtered law of the date beside them.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.backtest.events import horizon_moves, with_repairs
from engine.backtest.laws.backtest_law import BacktestLaw, Forecast, ForeseenMoves
from engine.backtest.laws.gaussian import WINDOW, window_covariance
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.dated_market import MarketPattern
from engine.backtest.walk.joint_history import JointHistory
from engine.calibration.filtered import DEFAULT_RULE, LEAST_DATES, law_of_changes, standardised_along
from engine.calibration.hidden_regimes import HiddenRegimes
from engine.calibration.zero_rates import JointChanges
from engine.errors import InputError
from engine.market.factors import DAYS_PER_YEAR, PRICE_FACTOR
from engine.market.market import Market
from engine.mechanisms.law import takes_mechanisms
from engine.mechanisms.registry import mechanisms_on
from engine.mechanisms.unwind import Unwind
from engine.risk.standing import STRESS_LABEL
from engine.run.walk import walk_of
from engine.scenario.scenario import Scenario
from kernels.select import select_backend

_CLOSES = 5  # of USD/JPY before the date, which interventions look at


def scenario_law(scenario: Scenario, pattern: MarketPattern) -> BacktestLaw:
    """Return a scenario as a law. Raises InputError, as `check_walkable`, where it is none."""
    check_walkable(scenario)
    return BacktestLaw(
        name=scenario.name,
        meaning=f"{f'{STRESS_LABEL}; ' if scenario.stress else ''}scenario: {scenario.title}",
        least_changes=LEAST_DATES if _kind(scenario) else WINDOW,
        prepare=lambda history: _forecast(scenario, pattern, history),
    )


def check_walkable(scenario: Scenario) -> None:
    """Refuse a scenario that is no forecast of every date. Raises InputError."""
    if scenario.shocks:
        raise InputError(
            f"scenario {scenario.name!r} has shocks, which come for certain on whatever date: it is a stress and no"
            " forecast; give one without [[shocks]]"
        )
    unwind, kind = scenario.unwind, _kind(scenario)
    if unwind is not None and kind is not None and not _changes_rows(unwind):
        raise InputError(
            f"scenario {scenario.name!r} takes its moves from the past by law {kind!r}, which is walked by its own"
            f" name: give --law {kind}"
        )


def _kind(scenario: Scenario) -> str | None:
    return scenario.unwind.law if scenario.unwind else None


def _changes_rows(unwind: Unwind) -> bool:
    """Return whether a law by rows has anything of the scenario's own, rows or what comes on top of a step."""
    return takes_mechanisms(unwind) and any(each.key != "law" for each, _ in mechanisms_on(unwind))


def _forecast(scenario: Scenario, pattern: MarketPattern, history: JointHistory) -> Forecast:
    backend = select_backend("numba")
    names = [factor.name for factor in pattern.factors]
    repaired = with_repairs(scenario)
    market_on = market_with_law(pattern, history) if _kind(scenario) else lambda place: _market(pattern, history, place)

    def moves(place: int, horizon_days: int, draws: CommonDraws) -> ForeseenMoves:
        """Return the moves of simulated paths: (n_factors, n_paths)."""
        walk = walk_of(repaired, market_on(place), n_days=horizon_days, seed=draws.seed_of_date(), backend=backend)
        return ForeseenMoves(moves=horizon_moves(walk, names, draws.n_paths))

    return moves


def market_with_law(pattern: MarketPattern, history: JointHistory) -> Callable[[int], Market]:
    """Return what makes the market of the date at a place, with its filtered law, by changes up to it."""
    averages, z = standardised_along(history.changes, history.spans, DEFAULT_RULE)
    regimes = dict[int, HiddenRegimes]()

    def on(place: int) -> Market:
        n = place + 1
        until = JointChanges(days=history.dates[:n], spans=history.spans[:n], changes=history.changes[:n], notes=())
        state = law_of_changes(until, averages[n], z[:n], history.factors, {}, DEFAULT_RULE, regimes)
        return replace(_market(pattern, history, place), filtered=state)

    return on


def _market(pattern: MarketPattern, history: JointHistory, place: int) -> Market:
    """Return the market of a date with the vols and correlations that were known on it."""
    last = slice(place + 1 - WINDOW, place + 1)
    covariance = window_covariance(history.changes[last], history.spans[last])
    daily = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(daily, daily)
    np.fill_diagonal(correlation, 1.0)  # dividing leaves the last bit open
    spot = history.prices.get(PRICE_FACTOR)
    return replace(
        pattern.on(history, place),
        vols=math.sqrt(DAYS_PER_YEAR) * daily,
        correlation=0.5 * (correlation + correlation.T),
        previous_usdjpy=None if spot is None else tuple(spot[place - _CLOSES : place][::-1].tolist()),
        calibration=f"the last {WINDOW} joint dates",
    )
