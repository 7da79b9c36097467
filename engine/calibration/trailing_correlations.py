"""Correlations of the year before a date, beside which those that a run used can be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from engine.calibration.diffusion import CORRELATION_DAYS, Window, calibrate
from engine.conventions.currencies import currency_of_curve
from engine.errors import InputError
from engine.inputs.history.gate import window_doubts
from engine.market.factors import Factor, FactorKind
from engine.market.market import Market
from kernels.types import F64

TRAILING = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrailingCorrelations:
    """Correlations of a market's factors over the year up to a date."""

    correlation: F64  # (n_factors, n_factors) NaN where a factor has no history
    se: F64  # (n_factors, n_factors) sampling error
    description: str  # of the window


def trailing_correlations(market: Market, end: date, history: pd.DataFrame) -> TrailingCorrelations:
    """Estimate the correlations of a market's factors from the year of a history that ends on a date.

    Parameters
    ----------
    market : whose factors are wanted
    end : last day of the window
    history : as `engine.inputs.history.load.read_history` returns it

    Raises
    ------
    InputError
        The history does not cover the year, or something in it is doubted.

    Notes
    -----
    The sampling error is that of a normal sample's correlation, (1 - r^2) / sqrt(n) (Fisher 1915, Biometrika 10(4)), n
    the changes that do not overlap.
    """
    series = [str(column) for column in history.columns]
    factors = [factor for factor in market.factors if _has_history(factor, series)]
    _refuse_doubted(history, factors, end)
    found = calibrate(history, factors, Window(start=end - TRAILING, end=end))
    places = [market.factors.index(factor) for factor in factors]
    full = np.full(market.correlation.shape, np.nan)
    full[np.ix_(places, places)] = found.correlation
    independent = max(found.n_correlation_changes / CORRELATION_DAYS, 1.0)  # overlapping changes repeat each other
    return TrailingCorrelations(
        correlation=full, se=(1.0 - full**2) / np.sqrt(independent), description=found.description
    )


def _refuse_doubted(history: pd.DataFrame, factors: Sequence[Factor], end: date) -> None:
    names = {str(factor.curve or factor.name) for factor in factors}
    if doubts := window_doubts(history, names, end - TRAILING, end):
        more = f"; and {len(doubts) - 1:,} more" if len(doubts) > 1 else ""
        raise InputError(f"the history is doubted: {doubts[0].series} on {doubts[0].day}: {doubts[0].message}{more}")


def _has_history(factor: Factor, series: Sequence[str]) -> bool:
    if factor.kind is FactorKind.RATE:
        is_there = any(name.startswith(f"{factor.curve}_") for name in series)
        return is_there and currency_of_curve(str(factor.curve)) is not None
    return factor.kind is FactorKind.PRICE and factor.name in series
