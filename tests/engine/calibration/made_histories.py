"""Histories whose laws are known: zero rates and logarithms of prices that were simulated, as published par yields."""

import numpy as np
import pandas as pd

from engine.calibration.filtered import DEFAULT_RULE, FilterRule
from engine.calibration.filtered_markets import with_filtered_laws
from engine.errors import InputError
from engine.market.bootstrap import par_yield
from engine.market.curve import ZeroCurve
from engine.market.factors import parse_factor

NAMES = ("JGB_2Y", "JGB_10Y", "UST_2Y", "UST_10Y", "USDJPY")
FACTORS = [parse_factor(name) for name in NAMES]
LEADERS, LED = np.array([1, 2, 3, 4]), np.array([0, 1, 4])  # of the five, as `leaders_and_led` has them
VOLS = np.array([2e-4, 3e-4, 5e-4, 6e-4, 6e-3])  # a weekday
CORRELATION = np.array(
    [
        [1.0, 0.7, 0.1, 0.1, 0.1],
        [0.7, 1.0, 0.2, 0.3, 0.1],
        [0.1, 0.2, 1.0, 0.8, 0.4],
        [0.1, 0.3, 0.8, 1.0, 0.4],
        [0.1, 0.1, 0.4, 0.4, 1.0],
    ]
)
GAMMA = np.array([[-0.1, -0.1, -0.05], [0.1, 0.1, 0.0], [0.1, 0.25, 0.15], [0.0, 0.0, -0.05]])  # (leaders, led)
LEVELS = np.array([0.03, 0.035, 0.04, 0.045, np.log(120.0)])


def normals(n: int, seed: int) -> np.ndarray:
    """(n, 5) standard normals of the known correlation."""
    return np.random.default_rng(seed).standard_normal((n, 5)) @ np.linalg.cholesky(CORRELATION).T


def gaussian_changes(n: int, seed: int) -> np.ndarray:
    """(n, 5) changes of constant vols, without leads."""
    return VOLS * normals(n, seed)


def filtered_changes(n: int, seed: int, rule: FilterRule = DEFAULT_RULE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Changes (n, 5), residuals less their leads (n, 5), and averages at the end (5, 4), by the law's own equations.

    Residuals are scaled so that with their leads they have a variance of 1.05: of 1 vols would shrink with time, as
    those of any such process do. Vols are a thousand times the others': nothing comes near the law's floor.
    """
    decays, weights = np.array(rule.decays), np.array(rule.weights)
    eta = np.sqrt(1.05) * normals(n, seed)
    explained = np.einsum("if,ij,jf->f", GAMMA, CORRELATION[np.ix_(LEADERS, LEADERS)], GAMMA)
    eta[:, LED] *= np.sqrt(1.0 - explained)
    averages = np.repeat((1e3 * VOLS[:, None]) ** 2, decays.size, axis=1)
    last, changes = np.zeros(LEADERS.size), np.empty((n, 5))
    for t in range(n):
        z = eta[t].copy()
        z[LED] += np.clip(last, -rule.clip, rule.clip) @ GAMMA
        variance = averages @ weights
        changes[t] = np.sqrt(variance) * z
        averages = decays * averages + (1.0 - decays) * (variance * z * z)[:, None]
        last = z[LEADERS]
    return changes, eta, averages


def history_of(changes: np.ndarray, start: str = "2002-01-01") -> pd.DataFrame:
    """Par yields and USD/JPY of weekdays whose zero rates and logarithm move by the changes (n, 5)."""
    states = LEVELS + np.vstack([np.zeros(5), changes.cumsum(axis=0)])
    days = pd.bdate_range(start, periods=len(states), name="date").as_unit("us")
    columns = {}
    for curve, currency, first in (("JGB", "JPY", 0), ("UST", "USD", 2)):
        rows = [
            ZeroCurve(name=curve, currency=currency, times=np.array([2.0, 10.0]), zero_rates=row)
            for row in states[:, first : first + 2]
        ]
        columns |= {f"{curve}_{t:g}Y": [par_yield(each, t) for each in rows] for t in (2.0, 10.0)}
    return pd.DataFrame(columns | {"USDJPY": np.exp(states[:, 4])}, index=days)


def with_filtered_law(market, history):
    """The market with the filtered law of its date, and notes on what took no part in it."""
    (found,) = with_filtered_laws([market], history)
    if found.market.filtered is None:
        raise InputError(found.market.no_filtered)
    return found.market, found.notes
