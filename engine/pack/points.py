"""Points: discount factors and their inverses that futures and options need on each path, as one exponential each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.market.lookup import curve_factors, pillar_weights
from engine.market.market import Market
from engine.payoffs.curves import zero_curve
from kernels.layout import Point, Points
from kernels.types import F64, I64


@dataclass(slots=True)
class PointList:
    """Points asked for so far, each once."""

    keys: dict[tuple[int, str, float, int], int] = field(default_factory=dict)

    def discount(self, when: int, curve: str, time: float) -> int:
        """Return the number of the discount factor over `time` years on `curve`, looked at at observation `when`."""
        return self.keys.setdefault((when, curve, time, -1), len(self.keys))

    def growth(self, when: int, curve: str, time: float) -> int:
        """Return the number of the inverse of a discount factor."""
        return self.keys.setdefault((when, curve, time, 1), len(self.keys))

    def tables(self, market: Market, shocked: Sequence[Market]) -> Points:
        """Return the points as kernels read them, their starts in each of the `shocked` markets."""
        (below, above), (a, b) = (each.T for each in self._factors(market))
        when = np.array([when for when, *_ in self.keys], np.int64)
        return Points(points=Point.rows(when=when, below=below, above=above, a=a, b=b), start=self._starts(shocked))

    def _factors(self, market: Market) -> tuple[I64, F64]:
        """Return the factors that move each point, and d ln(point) / d(deviation) of them: (n_points, 2) [years]."""
        factors, exponents = np.zeros((len(self.keys), 2), np.int64), np.zeros((len(self.keys), 2))
        for i, (_, curve, time, sign) in enumerate(self.keys):
            if curve_factors(market, curve)[1].size:
                pair, weight = pillar_weights(market, np.array([curve]), np.array([time]))
                factors[i] = pair[0]
                exponents[i] = sign * time * (1.0 - weight[0]), sign * time * weight[0]
        return factors, exponents

    def _starts(self, shocked: Sequence[Market]) -> F64:
        """Return the values with no deviation: (n_scenarios, n_points)."""
        return np.array(
            [
                [zero_curve(curve, market).discount(time) ** -float(sign) for _, curve, time, sign in self.keys]
                for market in shocked
            ]
        ).reshape(len(shocked), len(self.keys))
