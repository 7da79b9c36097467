"""Histories made by hand: par yields of the bundled market's pillars and USD/JPY, as random walks of known sizes."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from engine.backtest.walk.dated_market import MarketPattern, market_pattern
from engine.backtest.walk.joint_history import JointHistory, joint_history
from engine.calibration.zero_rates import FIRST_DATE
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.market import Market

JGB = {"1Y": 0.006, "2Y": 0.0075, "5Y": 0.0105, "7Y": 0.012, "10Y": 0.0155, "20Y": 0.024, "30Y": 0.028, "40Y": 0.031}
UST = {"3M": 0.043, "1Y": 0.042, "2Y": 0.04, "5Y": 0.0405, "7Y": 0.043, "10Y": 0.0445, "20Y": 0.05, "30Y": 0.0495}
YIELD_SD, FX_SD = 0.0003, 0.006  # a day


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Synthetic:
    """A history with the pattern of its markets."""

    frame: pd.DataFrame
    base: Market
    pattern: MarketPattern
    joint: JointHistory


def frame_of(n_dates: int, seed: int = 1, start: str = "2014-01-06", holidays: bool = True) -> pd.DataFrame:
    """Walks over weekdays; one in 25 is a holiday in Tokyo, another in New York, unless there are none."""
    rng = np.random.default_rng(seed)
    days = pd.bdate_range(start, periods=n_dates)
    columns: dict[str, np.ndarray] = {}
    for curve, levels in (("JGB", JGB), ("UST", UST)):
        common = rng.normal(0.0, YIELD_SD, n_dates).cumsum()
        for tenor, level in levels.items():
            own = rng.normal(0.0, 0.3 * YIELD_SD, n_dates).cumsum()
            columns[f"{curve}_{tenor}"] = np.round(np.abs(level + 0.002 * np.sin(25.0 * (common + own))), 6)
    columns["USDJPY"] = np.round(145.0 * np.exp(rng.normal(0.0, FX_SD, n_dates).cumsum()), 4)
    frame = pd.DataFrame(columns, index=pd.DatetimeIndex(days.to_numpy().astype("datetime64[us]"), name="date"))
    if holidays:
        tokyo, new_york = np.arange(n_dates) % 25 == 11, np.arange(n_dates) % 25 == 19
        frame.loc[tokyo, [c for c in frame if c.startswith("JGB")]] = np.nan
        frame.loc[new_york, [c for c in frame if not c.startswith("JGB")]] = np.nan
    return frame


def tidy_csv(frame: pd.DataFrame) -> str:
    """The frame as a tidy table: yields in percent."""
    table = frame.copy()
    yields = [c for c in table if c != "USDJPY"]
    table[yields] = (table[yields] * 100.0).round(8)
    table.columns = [str(c).lower() for c in table]
    table.index = table.index.strftime("%Y-%m-%d")
    return table.to_csv(index_label="date", na_rep="")


def synthetic(frame: pd.DataFrame) -> Synthetic:
    """The history with the bundled market's pattern."""
    base = load_market(bundled_market_path())
    pattern, _ = market_pattern(base)
    joint = joint_history(frame, pattern.factors, since=FIRST_DATE)
    return Synthetic(frame=frame, base=base, pattern=pattern, joint=joint)


@lru_cache(maxsize=4)
def usual(n_dates: int = 700, seed: int = 1) -> Synthetic:
    """A history for tests that only read it."""
    return synthetic(frame_of(n_dates, seed))
