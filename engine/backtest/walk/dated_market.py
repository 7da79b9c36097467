"""The levels of one joint date as a market, on the pattern of another."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.backtest.walk.joint_history import JointHistory
from engine.conventions.currencies import currency_of_factor
from engine.errors import InputError
from engine.market.factors import UNRECORDED, Factor
from engine.market.market import Market
from engine.market.spread import with_derived

STILL = 1e-4  # vol of every factor: a market needs one, and nothing is drawn from it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarketPattern:
    """What is the same on all dates: factors, spreads of derived curves, the currencies that are exchanged."""

    factors: tuple[Factor, ...]
    like: Market

    def on(self, history: JointHistory, place: int) -> Market:
        """Return the market of one joint date. Its law is none: moves are given to what is valued in it."""
        n = len(self.factors)
        still, levels = np.zeros(n), {name: float(history.prices[name][place]) for name in history.prices}
        published = {name: curve.on(place) for name, curve in history.curves.items()}
        return Market(
            valuation_date=history.day(place),
            par_curves={},
            curves=with_derived(published, self.like.spreads),
            fx=_rates(levels, self.like.fx),
            factors=self.factors,
            vols=np.full(n, STILL),
            correlation=np.eye(n),
            kappas=still,
            thetas=still,
            mus=still,
            source="history",
            calibration="none: moves are given",
            levels={name: level for name, level in levels.items() if currency_of_factor(name) not in self.like.fx},
            spreads=self.like.spreads,
        )


def market_pattern(like: Market) -> tuple[MarketPattern, tuple[str, ...]]:
    """Return what dates' markets have of `like`, and notes on what no history holds.

    Its factors are those with a history: zero rates of published curves, exchange rates and other prices. Implied vols
    and pillars of derived curves stay where they are.
    """
    factors = tuple(f for f in like.factors if f.kind not in UNRECORDED and f.curve not in like.spreads)
    held = [factor.name for factor in like.factors if factor not in factors]
    notes = []
    if held:
        notes.append(f"without a history, and so still on every date: {', '.join(held)}")
    if like.spreads:
        notes.append(f"the spreads of {', '.join(like.spreads)} are those of {like.valuation_date} on every date")
    return MarketPattern(factors=factors, like=like), tuple(notes)


def _rates(levels: Mapping[str, float], exchanged: Mapping[str, float]) -> dict[str, float]:
    """Return home units for one unit of each currency that has a history."""
    rates = {code: level for name, level in levels.items() if (code := currency_of_factor(name)) in exchanged and code}
    if missing := [code for code in exchanged if code not in rates]:
        raise InputError(f"the history has no exchange rate of {', '.join(missing)}; take a market without it")
    return rates
